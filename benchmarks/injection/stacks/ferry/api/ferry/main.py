"""Departures, and their delays as they happen."""

from fastapi import FastAPI, WebSocket
from sqlalchemy import text

from ferry.stores import cache, engine

app = FastAPI(title="Ferry")


@app.get("/health")
async def health() -> dict:
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
    await cache.ping()
    return {"status": "ok"}


@app.get("/api/departures")
async def departures() -> list[dict]:
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT id, harbour, leaves FROM departure"))
    return [dict(row._mapping) for row in rows]


@app.get("/api/harbours")
async def harbours() -> list[str]:
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT DISTINCT harbour FROM departure"))
    return [row[0] for row in rows]


@app.websocket("/ws/delays")
async def delays(socket: WebSocket) -> None:
    await socket.accept()
    async with cache.pubsub() as channel:
        await channel.subscribe("delays")
        async for message in channel.listen():
            await socket.send_text(str(message["data"]))
