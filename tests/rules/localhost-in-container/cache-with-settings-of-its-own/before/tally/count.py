import os

import redis

cache = redis.Redis.from_url(os.environ["CACHE_URL"])
print(cache.incr("visits"))
