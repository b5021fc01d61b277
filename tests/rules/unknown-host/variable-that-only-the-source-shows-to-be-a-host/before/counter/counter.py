import os

import redis

store = redis.Redis(host=os.environ["TALLY_PEER"], port=6379)
print(store.incr("count"))
