import asyncio
import logging

from aiokafka import AIOKafkaConsumer
from fastapi import FastAPI

app = FastAPI()


async def read():
    consumer = AIOKafkaConsumer("orders", bootstrap_servers="localhost:29092")
    await consumer.start()
    async for order in consumer:
        print(order)


async def run():
    while True:
        try:
            await read()
        except Exception:
            logging.exception("again in ten seconds")
            await asyncio.sleep(10)


@app.on_event("startup")
async def begin():
    app.state.reading = asyncio.create_task(run())
