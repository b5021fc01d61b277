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


_background_tasks: set[asyncio.Task] = set()


def _task_done(task: asyncio.Task) -> None:
    _background_tasks.discard(task)
    if not task.cancelled() and task.exception() is not None:
        logger.opt(exception=task.exception()).error("Background task failed")


async def startup():
    task = asyncio.create_task(beat(2))
    _background_tasks.add(task)
    task.add_done_callback(_task_done)
    task = asyncio.create_task(
        # the loud one
        beat(seconds=5)
    )
    _background_tasks.add(task)
    task.add_done_callback(_task_done)
    for name in ("tom", "snare"):
        task = asyncio.create_task(drum(name))
        _background_tasks.add(task)
        task.add_done_callback(_task_done)


app = Starlette(on_startup=[startup])
