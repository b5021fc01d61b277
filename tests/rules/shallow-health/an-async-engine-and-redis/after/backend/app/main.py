from fastapi import FastAPI

from app.routes import health
from app.store import cache, engine

app = FastAPI()
app.include_router(health.router, prefix="/api/v1")


@app.on_event("shutdown")
async def end():
    await engine.dispose()
    await cache.aclose()
