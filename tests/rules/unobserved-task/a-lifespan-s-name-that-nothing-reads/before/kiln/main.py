'''Heat of the kilns.'''
from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

from fastapi import FastAPI

from poll import poll


@asynccontextmanager
async def lifespan(app):
  poller = asyncio.create_task(
    poll(30),
  )
  yield


app = FastAPI(lifespan=lifespan)
