import os

import redis

print(os.environ["TALLY_PEER"])
store = redis.Redis(host=f"{os.environ['TALLY_ZONE']}.stores.example.org", port=6379)
