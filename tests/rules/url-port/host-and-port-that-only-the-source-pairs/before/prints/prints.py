import os

from pymemcache.client.base import PooledClient

stash = PooledClient((os.environ["STASH_NODE"], int(os.environ["STASH_GATE"])), max_pool_size=4)
print(stash.get("prints"))
