import asyncio
import datetime
import time

from fastapi import FastAPI

from ferry.clients import engine, producer

app = FastAPI()


@app.get("/health")
def health() -> dict:
    return {"status": "ok", "time": datetime.datetime.now().isoformat(), "now": time.time()}


@app.get("/health/detailed")
async def detailed_health() -> dict:
    checks = {}
    started = time.perf_counter()
    try:
        await asyncio.to_thread(producer.list_topics, timeout=5)
        checks["kafka"] = {"status": "ok", "latency_ms": round((time.perf_counter() - started) * 1000, 1)}
    except Exception as error:
        checks["kafka"] = {"status": "error", "error": type(error).__name__}
    started = time.perf_counter()
    try:
        async with engine.connect() as connection:
            await connection.exec_driver_sql("SELECT 1")
        checks["database"] = {"status": "ok", "latency_ms": round((time.perf_counter() - started) * 1000, 1)}
    except Exception as error:
        checks["database"] = {"status": "error", "error": type(error).__name__}
    failed = [check for check in checks.values() if check["status"] != "ok"]
    status = "healthy"
    if failed:
        status = "unhealthy" if len(failed) == len(checks) else "degraded"
    return {"status": status, "checks": checks}


@app.post("/crossings")
def cross() -> dict:
    producer.produce("crossings", b"one")
    return {}
