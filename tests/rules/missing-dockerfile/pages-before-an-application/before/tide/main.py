from fastapi import FastAPI

app = FastAPI()


@app.get("/api/tides")
def tides():
    return []


@app.websocket("/ws")
async def live(socket):
    await socket.accept()
