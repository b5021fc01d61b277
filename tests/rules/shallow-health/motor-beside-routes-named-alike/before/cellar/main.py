import json

from fastapi import APIRouter, FastAPI

from .places import client as stores, orders

app = FastAPI()
api = APIRouter(prefix="/v1")


@api.get("/healthz")
async def healthz():
    return {"status": "ok"}


@api.get("/deliveries")
async def deliveries():
    return [json.dumps(one) async for one in orders.deliveries.find()]


@api.get("/orders/{order}/status")
async def status(order: str):
    return (await orders.orders.find_one({"_id": order}))["status"]


app.include_router(api)
