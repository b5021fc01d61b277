import asyncio
import logging

from fastapi import FastAPI

app = FastAPI()
log = logging.getLogger(__name__)


@app.post("/letters/{name}")
async def letter(name: str, by_post: bool = False):
    if by_post:
        with open("letters") as letters:
            letters.read()
            asyncio.create_task(sent(name))

    return {"name": name}


@app.delete("/letters/{name}")
async def removed(name: str):
    return {"name": name}


# --- parcels ---


@app.post("/parcels/{name}")
async def parcel(name: str):
    asyncio.create_task(kept(name))
    return {"name": name}


async def sent(name: str):
    await asyncio.to_thread(log.info, name)


async def kept(name: str):
    await asyncio.to_thread(log.info, name)
