from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.get("/names")
async def names():
    return []


@app.websocket("/quotes")
async def quotes(socket: WebSocket):
    await socket.accept()
    await socket.send_text("100")
