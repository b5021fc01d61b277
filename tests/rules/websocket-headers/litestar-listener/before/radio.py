from litestar import Litestar, websocket_listener
from litestar.handlers import WebsocketListener


class Waves(WebsocketListener):
    path = "/ws/waves"

    async def on_receive(self, data: str) -> str:
        return data


@websocket_listener("/ws/echo")
async def echo(data: str) -> str:
    return data


handlers = [Waves, echo]
app = Litestar(handlers)
