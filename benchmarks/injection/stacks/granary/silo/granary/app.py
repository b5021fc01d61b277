import asyncio
from contextlib import asynccontextmanager

import httpx
from fastapi import APIRouter, FastAPI, Request, WebSocket

from .deliveries import take_in
from .settings import settings
from .stores import client, grain


def ended(task: asyncio.Task) -> None:
    if not task.cancelled():
        task.result()


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.taking_in = asyncio.create_task(take_in())
    app.state.taking_in.add_done_callback(ended)
    yield
    app.state.taking_in.cancel()


app = FastAPI(lifespan=lifespan)
api = APIRouter(prefix="/api/v1")


@api.get("/health")
async def health():
    await client.admin.command("ping")
    return {"status": "healthy"}


@api.get("/bins")
async def bins(request: Request):
    found = await grain.bins.find().to_list(settings.bin_count)
    return {"self": str(request.url_for("bins")), "unit": settings.unit, "bins": [one["weight"] for one in found]}


@api.get("/deliveries")
async def deliveries():
    return [one["body"] async for one in grain.deliveries.find()]


@app.websocket("/live/weights")
async def weights(socket: WebSocket):
    await socket.accept()
    async with httpx.AsyncClient(base_url=settings.scale_url) as scale:
        while True:
            await socket.send_json((await scale.get("/weight")).json())
            await asyncio.sleep(300)


app.include_router(api)
