import os

import redis

QUEUE_URL = os.getenv("QUEUE_URL", "redis://localhost:6379/2")
queue = redis.Redis.from_url(QUEUE_URL)

while True:
    print(queue.blpop("letters"))
