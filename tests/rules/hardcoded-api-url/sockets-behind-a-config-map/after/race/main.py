from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.get("/api/boats")
def route_0() -> dict[str, str]:
    return {}


@app.websocket("/ws/boats/{boat}")
async def live_0(socket: WebSocket) -> None:
    await socket.accept()


@app.websocket("/ws/weather")
async def live_1(socket: WebSocket) -> None:
    await socket.accept()
