"""What the timetable is kept in."""

import os

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(os.environ["DATABASE_URL"])
cache = Redis.from_url(os.environ["REDIS_URL"])
