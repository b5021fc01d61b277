import asyncio

from fastapi import FastAPI

from app.consumer import consume_tides

app = FastAPI()


@app.on_event("startup")
async def startup():
    app.state.tides = asyncio.create_task(consume_tides())


@app.get("/health")
async def health():
    return {"status": "healthy"}
