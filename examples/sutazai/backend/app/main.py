"""SutazAI Platform API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app.api import chat, models
from app.core import connections
from app.core.config import settings


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    yield
    await connections.close()


app = FastAPI(title=settings.APP_NAME, lifespan=lifespan)

app.include_router(chat.router, prefix="/api/v1/chat", tags=["chat"])
app.include_router(models.router, prefix="/api/v1/models", tags=["models"])


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "healthy", "app": settings.APP_NAME}


@app.get("/health/detailed")
async def detailed() -> dict[str, object]:
    services = {
        "postgres": await connections.measured(connections.check_postgres()),
        "redis": await connections.measured(connections.check_redis()),
        "ollama": await connections.measured(connections.check_ollama()),
    }
    healthy = all(service["status"] == "healthy" for service in services.values())
    return {"status": "healthy" if healthy else "degraded", "services": services}
