import asyncio
import logging

from fastapi import FastAPI

app = FastAPI()
log = logging.getLogger(__name__)


_background_tasks: set[asyncio.Task] = set()


def _task_done(task: asyncio.Task) -> None:
    _background_tasks.discard(task)
    if not task.cancelled() and task.exception() is not None:
        log.error("Background task failed", exc_info=task.exception())


@app.post("/letters/{name}")
async def letter(name: str, by_post: bool = False):
    if by_post:
        with open("letters") as letters:
            letters.read()
            task = asyncio.create_task(sent(name))
            _background_tasks.add(task)
            task.add_done_callback(_task_done)

    return {"name": name}


@app.delete("/letters/{name}")
async def removed(name: str):
    return {"name": name}


# --- parcels ---


@app.post("/parcels/{name}")
async def parcel(name: str):
    task = asyncio.create_task(kept(name))
    _background_tasks.add(task)
    task.add_done_callback(_task_done)
    return {"name": name}


async def sent(name: str):
    await asyncio.to_thread(log.info, name)


async def kept(name: str):
    await asyncio.to_thread(log.info, name)
