import asyncio

from fastapi import FastAPI

from project.log import logger
from project.search import index, refresh

app = FastAPI()
running = set()


@app.on_event('startup')
async def begin():
    task = asyncio.create_task(refresh())
    running.add(task)
    task.add_done_callback(running.discard)


@app.post('/index')
async def again():
    asyncio.create_task(index())
    return {}
