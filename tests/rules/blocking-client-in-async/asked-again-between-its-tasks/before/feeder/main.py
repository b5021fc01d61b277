import asyncio

import requests


async def handle(order: dict) -> None:
    await asyncio.sleep(order["pause"])


async def main() -> None:
    while True:
        found = requests.get("http://orders:8000/next", timeout=5)
        asyncio.create_task(handle(found.json()))


asyncio.run(main())
