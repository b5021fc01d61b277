import asyncio
import os

from confluent_kafka import Consumer
from fastapi import FastAPI

app = FastAPI()


@app.on_event("startup")
async def startup():
    app.state.consumer = Consumer({
        "bootstrap.servers": os.environ["BROKERS"],
        "group.id": "pipeline",
    })
    app.state.task = asyncio.create_task(watch())


async def watch():
    while True:
        message = await asyncio.to_thread(app.state.consumer.poll, 1.0)
        if message is None:
            continue
        print(message.value())


@app.get("/state")
async def state():
    return {"running": True}
