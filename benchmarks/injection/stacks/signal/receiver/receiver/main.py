import asyncio
import logging
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from receiver.receiving import receive

logger = logging.getLogger("receiver")
tasks = set()


def done(task):
    tasks.discard(task)
    if not task.cancelled() and task.exception() is not None:
        logger.error("receiving ended", exc_info=task.exception())


@asynccontextmanager
async def lifespan(app):
    task = asyncio.create_task(receive())
    tasks.add(task)
    task.add_done_callback(done)
    yield
    task.cancel()


app = FastAPI(lifespan=lifespan)


@app.get("/state")
def state():
    return {"receiving": bool(tasks)}


if __name__ == "__main__":
    uvicorn.run(app, host="0.0.0.0", port=8101)
