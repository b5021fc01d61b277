"""How the application does."""

import time

from fastapi import APIRouter

from app.store import cache, engine
from app.words import GREETING

router = APIRouter(tags=["health"])


@router.get("/health")
async def health():
    """Tell that it lives."""
    return {"status": "healthy", "greeting": GREETING}


@router.get("/health/detailed")
async def detailed_health():
    """Tell how each thing that the application needs is doing."""
    checks = {}
    started = time.perf_counter()
    try:
        async with engine.connect() as connection:
            await connection.exec_driver_sql("SELECT 1")
        checks["database"] = {"status": "ok", "latency_ms": round((time.perf_counter() - started) * 1000, 1)}
    except Exception as error:
        checks["database"] = {"status": "error", "error": type(error).__name__}
    started = time.perf_counter()
    try:
        await cache.ping()
        checks["redis"] = {"status": "ok", "latency_ms": round((time.perf_counter() - started) * 1000, 1)}
    except Exception as error:
        checks["redis"] = {"status": "error", "error": type(error).__name__}
    failed = [check for check in checks.values() if check["status"] != "ok"]
    status = "healthy"
    if failed:
        status = "unhealthy" if len(failed) == len(checks) else "degraded"
    return {"status": status, "checks": checks}


@router.get("/version")
async def version():
    """Tell which it is."""
    return {"version": "1"}
