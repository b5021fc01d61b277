import asyncio

import httpx


async def poll(interval):
    async with httpx.AsyncClient() as client:
        while True:
            await client.get("https://kilns.example.org/heat")
            await asyncio.sleep(interval)
