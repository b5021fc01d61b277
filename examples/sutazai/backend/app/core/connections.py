"""One client for each service that the platform needs."""

import time
from collections.abc import Awaitable

import httpx
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from app.core.config import settings

engine = create_async_engine(settings.DATABASE_URL, pool_pre_ping=True)
redis = Redis.from_url(settings.REDIS_URL, socket_timeout=5)
ollama = httpx.AsyncClient(base_url=settings.OLLAMA_URL, timeout=60)


async def check_postgres() -> None:
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))


async def check_redis() -> None:
    await redis.ping()


async def check_ollama() -> None:
    (await ollama.get("/api/tags")).raise_for_status()


async def measured(check: Awaitable[None]) -> dict[str, object]:
    """Whether a check passes, and how long it takes in milliseconds."""
    started = time.perf_counter()
    try:
        await check
    except Exception as error:
        return {"status": "unhealthy", "error": type(error).__name__}
    return {"status": "healthy", "latency_ms": round((time.perf_counter() - started) * 1000, 1)}


async def close() -> None:
    await ollama.aclose()
    await redis.aclose()
    await engine.dispose()
