from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.get("/api/rooms")
def rooms():
    return []


@app.websocket("/ws/rooms")
async def room(ws: WebSocket):
    await ws.accept()
