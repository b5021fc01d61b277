import asyncio

from confluent_kafka import Producer
from fastapi import FastAPI

from svc.feed import run_feed

app = FastAPI()


@app.on_event("startup")
async def begin():
    app.state.feed = asyncio.create_task(run_feed())


@app.post("/events")
async def events(body: dict):
    producer = Producer({"bootstrap.servers": "b:9092"})
    producer.produce("a", str(body))
