from litestar import Litestar, get


@get("/alive")
async def alive() -> str:
    return "yes"


app = Litestar(route_handlers=[alive])
