import asyncio
from contextlib import asynccontextmanager

from aiokafka import (
    AIOKafkaConsumer,
    AIOKafkaProducer,
)
from fastapi import FastAPI
from loguru import logger


async def grind():
  consumer = AIOKafkaConsumer(
    "grain",
    bootstrap_servers="broker:9092",
  )
  await consumer.start()  # may be refused
  try:
    async for grain in consumer:
      logger.info("ground {}", grain)
  finally:
    await consumer.stop()


@asynccontextmanager
async def lifespan(app: FastAPI):
  task = asyncio.create_task(grind())
  yield
  task.cancel()


app = FastAPI(lifespan=lifespan)
