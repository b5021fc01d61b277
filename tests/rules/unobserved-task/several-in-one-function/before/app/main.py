import asyncio

import redis.asyncio as redis
from loguru import logger
from starlette.applications import Starlette

store = redis.from_url("redis://store:6379/0")


async def beat(seconds: int):
    while True:
        await store.incr("beats")
        await asyncio.sleep(seconds)


async def drum(name):
    logger.info("drum {}", name)
    await store.publish("drums", name)


async def startup():
    asyncio.create_task(beat(2))
    asyncio.create_task(
        # the loud one
        beat(seconds=5)
    )
    for name in ("tom", "snare"):
        asyncio.create_task(drum(name))


app = Starlette(on_startup=[startup])
