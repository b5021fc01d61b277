import httpx
from fastapi import FastAPI

from .settings import settings

app = FastAPI()


@app.post("/orders")
async def create(body: dict):
    async with httpx.AsyncClient(base_url=settings.inventory_url) as client:
        await client.post("/reserve", json=body)
    return {}
