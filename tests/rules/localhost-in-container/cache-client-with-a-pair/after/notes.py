import os

from pymemcache.client.base import Client

PLACE = (os.environ["CACHE_AT"], 11211)
cache = Client(PLACE)
cache.set("notes", "none")
