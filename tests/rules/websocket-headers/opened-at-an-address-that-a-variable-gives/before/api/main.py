from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.get("/entries")
def entries() -> list[str]:
    return []


@app.websocket("/ws/{reader}")
async def live(socket: WebSocket, reader: str) -> None:
    await socket.accept()
