import asyncio

from project import run


async def sweep():
    asyncio.create_task(run())

