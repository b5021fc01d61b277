import asyncio
import os

from confluent_kafka import Consumer
from fastapi import FastAPI

app = FastAPI()


@app.on_event("startup")
async def startup():
    app.state.consumer = await asyncio.to_thread(Consumer, {
        "bootstrap.servers": os.environ["BROKERS"],
        "group.id": "pipeline",
        "socket.timeout.ms": 10000,
        "session.timeout.ms": 30000,
        "api.version.request.timeout.ms": 5000,
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
