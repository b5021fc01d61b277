import asyncio

from fastapi import FastAPI

from project.log import logger
from project.search import index, refresh

app = FastAPI()
running = set()


def _task_done(task):
    running.discard(task)
    if not task.cancelled() and task.exception() is not None:
        logger.error(f'Background task failed: {task.exception()!r}')


@app.on_event('startup')
async def begin():
    task = asyncio.create_task(refresh())
    running.add(task)
    task.add_done_callback(running.discard)


@app.post('/index')
async def again():
    task = asyncio.create_task(index())
    running.add(task)
    task.add_done_callback(_task_done)
    return {}
