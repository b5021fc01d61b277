from aiohttp import web

routes = web.RouteTableDef()


@routes.view("/kilns/{name}/heat")
class Heat(web.View):
    async def get(self):
        socket = web.WebSocketResponse()
        await socket.prepare(self.request)
        await socket.send_str("cold")
        return socket


@routes.get("/kilns/{name}")
async def kiln(request):
    return web.json_response({"name": request.match_info["name"]})


app = web.Application()
app.add_routes(routes)
web.run_app(app, host="0.0.0.0", port=9191)
