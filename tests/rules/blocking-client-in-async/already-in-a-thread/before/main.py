import asyncio
import time
from functools import partial

from confluent_kafka import Consumer
from fastapi import FastAPI

app = FastAPI()


@app.on_event("startup")
async def startup():
    consumer = await asyncio.to_thread(Consumer, {"bootstrap.servers": "localhost:29092"})
    loop = asyncio.get_running_loop()
    app.state.first = await loop.run_in_executor(None, partial(consumer.poll, 1.0))
    app.state.second = await asyncio.to_thread(lambda: consumer.poll(1.0))
    await loop.run_in_executor(None, time.sleep, 1)
