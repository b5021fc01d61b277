import asyncio

from project import beat, serve


async def main():
    async with asyncio.TaskGroup() as group:
        group.create_task(beat())
        group.create_task(serve())


if __name__ == "__main__":
    asyncio.run(main())
