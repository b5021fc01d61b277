from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.get("/entries")
def listed() -> list[str]:
    return []


@app.websocket("/feed")
async def live(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("ready")
