import asyncio

import asyncpg
from fastapi import FastAPI

app = FastAPI()
DSN = "postgresql://localhost/orders"


async def listen():
    async with await asyncpg.create_pool(DSN) as pool:
        print(await pool.fetch("SELECT 1"))


@app.on_event("startup")
async def begin():
    app.state.listening = asyncio.create_task(listen())
