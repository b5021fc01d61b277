from litestar import Controller, WebSocket, get, websocket


@get("/health")
async def health() -> str:
    return "well"


class Boards(Controller):
    path = "/boards"

    @get()
    async def listed(self) -> list[str]:
        return []

    @websocket("/{board:int}/live")
    async def live(self, socket: WebSocket, board: int) -> None:
        await socket.accept()
        await socket.send_text("drawn")
