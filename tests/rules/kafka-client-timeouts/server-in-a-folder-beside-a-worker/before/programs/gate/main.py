from contextlib import asynccontextmanager

from confluent_kafka import Producer
from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.producer = Producer({"bootstrap.servers": "broker:9092"})
    yield


app = FastAPI(lifespan=lifespan)
