import asyncio

import httpx
import redis.asyncio as redis
from fastapi import FastAPI
from motor.motor_asyncio import AsyncIOMotorClient
from sqlalchemy.ext.asyncio import create_async_engine

app = FastAPI()


async def run():
    store = redis.from_url("redis://localhost")
    documents = AsyncIOMotorClient("mongodb://localhost")
    engine = create_async_engine("postgresql+asyncpg://localhost/orders")
    client = httpx.AsyncClient()
    print(store, documents, engine, client)


@app.on_event("startup")
async def begin():
    app.state.running = asyncio.create_task(run())
