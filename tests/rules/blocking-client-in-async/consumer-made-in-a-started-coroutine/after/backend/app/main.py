import asyncio
import logging

from fastapi import FastAPI

from app.kafka.consumer import start_consumer_loop

app = FastAPI()


_background_tasks = set()


def _task_done(task):
    _background_tasks.discard(task)
    if not task.cancelled() and task.exception() is not None:
        logging.getLogger(__name__).error("Background task failed", exc_info=task.exception())


@app.on_event("startup")
async def startup():
    task = asyncio.create_task(start_consumer_loop())
    _background_tasks.add(task)
    task.add_done_callback(_task_done)


@app.get("/health")
async def health():
    return {"status": "healthy"}
