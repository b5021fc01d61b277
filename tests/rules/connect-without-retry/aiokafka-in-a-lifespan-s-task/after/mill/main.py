import asyncio
from contextlib import asynccontextmanager

from aiokafka import (
    AIOKafkaConsumer,
    AIOKafkaProducer,
)
from aiokafka.errors import KafkaError
from fastapi import FastAPI
from loguru import logger


async def grind():
  consumer = AIOKafkaConsumer(
    "grain",
    bootstrap_servers="broker:9092",
  )
  delay = 5
  while True:
    try:
      await consumer.start()  # may be refused
      break
    except KafkaError as error:
      logger.warning(f"No connection, trying again in {delay} seconds: {error}")
      await asyncio.sleep(delay)
      delay = min(delay * 2, 60)
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
