import asyncio
import logging

from fastapi import FastAPI

from app.kafka.consumer import start_consumer_loop, traffic_consumer
from app.kafka.external_consumer import external_consumer, start_external_consumer_loop

logger = logging.getLogger(__name__)

app = FastAPI(title="Threat detection")


@app.on_event("startup")
async def startup() -> None:
    try:
        asyncio.create_task(start_consumer_loop())
        logger.info("Kafka consumer started")
    except Exception as error:
        logger.warning("Kafka consumer not started: %s", error)
    try:
        asyncio.create_task(start_external_consumer_loop())
    except Exception as error:
        logger.warning("External Kafka consumer not started: %s", error)


@app.on_event("shutdown")
async def shutdown() -> None:
    await traffic_consumer.stop()
    await external_consumer.stop()


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "healthy"}
