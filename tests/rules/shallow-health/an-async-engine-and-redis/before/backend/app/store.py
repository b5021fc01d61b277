import os

import redis.asyncio as redis
from sqlalchemy.ext.asyncio import create_async_engine

URL = os.environ["DATABASE_URL"]
CACHE = os.environ["CACHE_URL"]
engine = create_async_engine(URL)
cache = redis.from_url(CACHE)
