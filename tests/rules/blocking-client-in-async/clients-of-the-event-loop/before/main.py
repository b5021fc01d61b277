import asyncio

import asyncpg
import httpx
import redis.asyncio as redis
from aiokafka import AIOKafkaConsumer
from confluent_kafka import Producer
from fastapi import FastAPI

app = FastAPI()


@app.on_event("startup")
async def startup():
    app.state.kafka = AIOKafkaConsumer("orders", bootstrap_servers="localhost:29092")
    app.state.redis = redis.Redis(host="localhost")
    await app.state.redis.ping()
    app.state.http = httpx.AsyncClient()
    await app.state.http.get("http://localhost:9090")
    app.state.pool = await asyncpg.create_pool("postgresql://localhost/orders")
    await asyncio.sleep(1)


def poll(producer: Producer):
    producer.poll(1.0)
