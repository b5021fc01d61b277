import asyncio
import os

from confluent_kafka import Consumer
from fastapi import FastAPI

app = FastAPI()
state = {}


@app.on_event("startup")
async def startup():
    consumer = await asyncio.to_thread(
        Consumer,
        {
            "bootstrap.servers": os.environ["BROKERS"],
            "group.id": "scorer",
        },
    )
    state["consumer"] = consumer
    await asyncio.to_thread(consumer.list_topics)


@app.get("/scores")
async def scores():
    return {}
