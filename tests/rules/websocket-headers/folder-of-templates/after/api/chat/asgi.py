from fastapi import FastAPI, WebSocket

application = FastAPI()


@application.websocket("/ws/chat")
async def chat(ws: WebSocket):
    await ws.accept()
    while True:
        await ws.send_text(await ws.receive_text())
