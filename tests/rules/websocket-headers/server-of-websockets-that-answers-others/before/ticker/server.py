import asyncio
import http

import websockets
from aiohttp import web


async def tick(socket):
    await socket.send("1")


def health(connection, request):
    if request.path == "/health":
        return connection.respond(http.HTTPStatus.OK, "well")


async def metrics(request):
    return web.Response(text="ticks 1")


async def main():
    app = web.Application()
    app.router.add_get("/metrics", metrics)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "0.0.0.0", 9100).start()
    async with websockets.serve(tick, "0.0.0.0", 8765, process_request=health):
        await asyncio.Future()


if __name__ == "__main__":
    asyncio.run(main())
