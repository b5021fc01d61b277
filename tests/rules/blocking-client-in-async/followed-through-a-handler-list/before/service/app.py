import db
from starlette.applications import Starlette


async def begin() -> None:
    await db.prepare()


app = Starlette(on_startup=[begin])
