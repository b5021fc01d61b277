import os

import redis

SHELF_HOST = os.getenv("SHELF_HOST", "localhost")
shelf = redis.Redis(host=SHELF_HOST, port=6379)
