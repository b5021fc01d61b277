import asyncio

from fastapi import FastAPI

from app.journal import make_log

log = make_log(__name__)

app = FastAPI()


async def refresh():
    await asyncio.sleep(30)
    raise RuntimeError("no answer")


@app.post("/refresh")
async def begin():
    asyncio.create_task(refresh())
    return {"status": "ok"}
