import asyncio

from fastapi import FastAPI

from project import run, seen

app = FastAPI()


@app.on_event("startup")
async def begin():
    app.state.runner = asyncio.create_task(run())
    app.state.runner.add_done_callback(seen)
    asyncio.create_task(run()).add_done_callback(seen)
