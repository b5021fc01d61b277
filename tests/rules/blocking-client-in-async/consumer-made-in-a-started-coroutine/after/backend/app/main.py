import asyncio

from fastapi import FastAPI

from app.kafka.consumer import start_consumer_loop

app = FastAPI()


@app.on_event("startup")
async def startup():
    asyncio.create_task(start_consumer_loop())


@app.get("/health")
async def health():
    return {"status": "healthy"}
