import asyncio
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from project import run


@asynccontextmanager
async def lifespan(app):
    runner = asyncio.create_task(run())
    yield
    runner.cancel()
    with suppress(asyncio.CancelledError):
        await runner


app = FastAPI(lifespan=lifespan)
