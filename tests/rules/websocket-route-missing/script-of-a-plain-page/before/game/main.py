from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.get("/api/score")
def score():
    return {}


@app.websocket("/ws/lobby")
async def lobby(ws: WebSocket):
    await ws.accept()
