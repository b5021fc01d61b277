import asyncio

from fastapi import FastAPI

from svc.feed import run_feed

app = FastAPI()


@app.on_event("startup")
async def begin():
    app.state.feed = asyncio.create_task(run_feed())
