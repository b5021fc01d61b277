import os

import redis

QUEUE_HOST = os.environ.get("QUEUE_HOST", "localhost")


def connect() -> redis.Redis:
    return redis.Redis(host=QUEUE_HOST, port=6379)
