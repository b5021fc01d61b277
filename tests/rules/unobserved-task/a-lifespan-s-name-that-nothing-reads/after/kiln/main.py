'''Heat of the kilns.'''
from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager

from fastapi import FastAPI

from poll import poll


_background_tasks = set()


def _task_done(task):
  _background_tasks.discard(task)
  if not task.cancelled() and task.exception() is not None:
    logging.getLogger(__name__).error('Background task failed', exc_info=task.exception())


@asynccontextmanager
async def lifespan(app):
  poller = asyncio.create_task(
    poll(30),
  )
  _background_tasks.add(poller)
  poller.add_done_callback(_task_done)
  yield


app = FastAPI(lifespan=lifespan)
