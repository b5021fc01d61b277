from aiohttp import web


class Reef:
    def __init__(self):
        self.app = web.Application()
        self.app.router.add_get("/api/fish", self.fish)
        self.app.router.add_get("/api/fish/swim", self.swim)

    async def fish(self, request):
        return web.json_response([])

    async def swim(self, request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        return socket


web.run_app(Reef().app, port=7700)
