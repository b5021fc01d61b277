import asyncio

from fastapi import FastAPI

from app.feed import feed


async def run_feed():
    await feed.run()


app = FastAPI()


@app.on_event("startup")
async def begin():
    asyncio.create_task(run_feed())
