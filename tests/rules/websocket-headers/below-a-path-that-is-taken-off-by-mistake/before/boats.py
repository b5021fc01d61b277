from fastapi import APIRouter, FastAPI, WebSocket

router = APIRouter(prefix="/api/boats")
app = FastAPI()


@router.get("/list")
def boats():
    return []


@app.websocket("/harbour")
async def harbour(socket: WebSocket):
    await socket.accept()


app.include_router(router)
