import json
import time

from fastapi import APIRouter, FastAPI

from .places import client as stores, orders

app = FastAPI()
api = APIRouter(prefix="/v1")


@api.get("/healthz")
async def healthz():
    return {"status": "ok"}


@api.get("/healthz/detailed")
async def detailed_health():
    checks = {}
    started = time.perf_counter()
    try:
        await stores.admin.command("ping")
        checks["mongodb"] = {"status": "ok", "latency_ms": round((time.perf_counter() - started) * 1000, 1)}
    except Exception as error:
        checks["mongodb"] = {"status": "error", "error": type(error).__name__}
    failed = [check for check in checks.values() if check["status"] != "ok"]
    status = "healthy"
    if failed:
        status = "unhealthy" if len(failed) == len(checks) else "degraded"
    return {"status": status, "checks": checks}


@api.get("/deliveries")
async def deliveries():
    return [json.dumps(one) async for one in orders.deliveries.find()]


@api.get("/orders/{order}/status")
async def status(order: str):
    return (await orders.orders.find_one({"_id": order}))["status"]


app.include_router(api)
