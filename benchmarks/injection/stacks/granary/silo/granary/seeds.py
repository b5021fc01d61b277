import asyncio

from .settings import settings
from .stores import grain


async def fill() -> None:
    for number in range(settings.bin_count):
        await grain.bins.update_one({"number": number}, {"$setOnInsert": {"weight": 0}}, upsert=True)


if __name__ == "__main__":
    asyncio.run(fill())
