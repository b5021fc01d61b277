from aiohttp import web

routes = web.RouteTableDef()


@routes.get("/weight")
async def weight(request):
    return web.json_response({"weight": 1042})


if __name__ == "__main__":
    app = web.Application()
    app.add_routes(routes)
    web.run_app(app, host="0.0.0.0", port=9200)
