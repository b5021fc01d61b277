import asyncio

import requests


async def harvest(field):
    for row in range(9):
        await gather(row)
        await asyncio.sleep(2)


async def gather(row):
    print((await asyncio.to_thread(requests.get, f"https://fields.example.com/{row}", timeout=5)).text)
    await asyncio.sleep(0)
