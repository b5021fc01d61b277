import os

from fastapi import FastAPI
from motor.motor_asyncio import AsyncIOMotorClient

app = FastAPI()
client = AsyncIOMotorClient(os.environ["MONGO_URL"])


@app.get("/health")
async def health():
    return {"status": "ok"}


@app.get("/isReady")
async def ready():
    await client.admin.command("ping")
    return {"status": "ready"}
