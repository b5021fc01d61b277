from litestar import Litestar, get

from acme_probes import discover


@get("/orders")
async def orders() -> list[str]:
    return []


app = Litestar([orders], on_app_init=[discover])
