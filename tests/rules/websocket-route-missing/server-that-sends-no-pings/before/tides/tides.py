from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.get("/api/tides")
async def tides():
    return []


@app.websocket("/live/tides")
async def live(socket: WebSocket):
    await socket.accept()
