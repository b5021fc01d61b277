import time
from contextlib import asynccontextmanager

from confluent_kafka import Producer
from fastapi import FastAPI

producer = Producer({"bootstrap.servers": "localhost:29092"})


@asynccontextmanager
async def lifespan(app: FastAPI):
    yield
    producer.flush()
    time.sleep(1)


app = FastAPI(lifespan=lifespan)
