from starlette.applications import Starlette
from starlette.routing import WebSocketRoute


async def ws(websocket):
    await websocket.accept()


app = Starlette(routes=[WebSocketRoute("/rooms/{room}", ws)])
