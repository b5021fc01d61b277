import asyncio
import logging

from fastapi import FastAPI

from pier.feeds.consumer import consumer

logger = logging.getLogger(__name__)

app = FastAPI(title="Pier")


_background_tasks: set[asyncio.Task] = set()


def _task_done(task: asyncio.Task) -> None:
    _background_tasks.discard(task)
    if not task.cancelled() and task.exception() is not None:
        logger.error("Background task failed", exc_info=task.exception())


# What the harbour needs before the first ship.
@app.on_event("startup")
async def startup() -> None:
    try:
        task = asyncio.create_task(consumer.run())  # in the background
        _background_tasks.add(task)
        task.add_done_callback(_task_done)
        logger.info("consumer started")
    except Exception as error:
        logger.error("consumer failed: %s", error)


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "healthy"}
