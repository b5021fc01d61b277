import asyncio
import logging

from fastapi import FastAPI

from pier.feeds.consumer import consumer

logger = logging.getLogger(__name__)

app = FastAPI(title="Pier")


# What the harbour needs before the first ship.
@app.on_event("startup")
async def startup() -> None:
    try:
        asyncio.create_task(consumer.run())  # in the background
        logger.info("consumer started")
    except Exception as error:
        logger.error("consumer failed: %s", error)


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "healthy"}
