import os

import httpx
from fastapi import FastAPI

app = FastAPI()
client = httpx.AsyncClient(base_url=os.environ["ORDERS_URL"])


@app.get("/orders")
async def orders() -> list[dict[str, str]]:
    return (await client.get("/all")).json()
