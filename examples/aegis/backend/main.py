"""The API of the platform."""

import redis
from config import settings
from database import engine
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from prometheus_fastapi_instrumentator import Instrumentator
from routers import assets, risks
from sqlalchemy import text

app = FastAPI(title="Aegis")

app.add_middleware(
    CORSMiddleware,
    allow_origins=settings.allowed_origins,
    allow_credentials=True,
    allow_methods=["GET", "POST", "PUT", "DELETE"],
    allow_headers=["Authorization", "Content-Type"],
)

app.include_router(assets.router)
app.include_router(risks.router)
Instrumentator().instrument(app).expose(app, endpoint="/metrics")

cache = redis.Redis.from_url(settings.redis_url)


@app.get("/health")
def health() -> dict[str, str]:
    """Whether the API can do its work: database and cache answer."""
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    cache.ping()
    return {"status": "healthy", "environment": settings.environment}
