import asyncio
import os

from websockets.asyncio.server import serve

PORT = int(os.environ.get("TICKER_PORT", "9999"))


async def tick(socket):
    while True:
        await socket.send("1")
        await asyncio.sleep(1)


async def main():
    async with serve(tick, "0.0.0.0", PORT) as server:
        await server.serve_forever()


asyncio.run(main())
