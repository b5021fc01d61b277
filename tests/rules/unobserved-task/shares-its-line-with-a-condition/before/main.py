import asyncio

import settings
from cache import warm
from quart import Quart

app = Quart(__name__)


@app.before_serving
async def begin():
    if settings.warm: asyncio.create_task(warm())
