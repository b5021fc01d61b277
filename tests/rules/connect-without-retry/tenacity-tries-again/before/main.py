import asyncio

import asyncpg
from fastapi import FastAPI
from tenacity import AsyncRetrying, retry, wait_exponential

app = FastAPI()
DSN = "postgresql://localhost/orders"


@retry(wait=wait_exponential(max=60))
async def connect():
    return await asyncpg.connect(DSN)


async def listen():
    connection = await connect()
    async for attempt in AsyncRetrying():
        with attempt:
            other = await asyncpg.connect(DSN)
    print(connection, other)


@app.on_event("startup")
async def begin():
    app.state.listening = asyncio.create_task(listen())
