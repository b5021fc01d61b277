from litestar import Controller, Litestar, Router, get, post


class Orders(Controller):
    path = "/orders"

    @get()
    async def all(self) -> list[str]:
        return []

    @post("/")
    async def add(self, data: dict[str, str]) -> None:
        return None


@get("/healthz", sync_to_thread=False)
def healthz() -> str:
    return "ok"


internal = Router(path="/internal", route_handlers=[healthz])
app = Litestar(route_handlers=[Orders, internal], debug=False)
