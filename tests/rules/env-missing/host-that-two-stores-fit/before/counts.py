import os

import redis

stash = redis.Redis(host=os.environ["STASH_HOST"], port=6379)
print(stash.incr("counts"))
