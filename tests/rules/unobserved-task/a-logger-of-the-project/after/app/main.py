import asyncio

from fastapi import FastAPI

from app.journal import make_log

log = make_log(__name__)

app = FastAPI()


async def refresh():
    await asyncio.sleep(30)
    raise RuntimeError("no answer")


_background_tasks = set()


def _task_done(task):
    _background_tasks.discard(task)
    if not task.cancelled() and task.exception() is not None:
        log.error(f"Background task failed: {task.exception()!r}")


@app.post("/refresh")
async def begin():
    task = asyncio.create_task(refresh())
    _background_tasks.add(task)
    task.add_done_callback(_task_done)
    return {"status": "ok"}
