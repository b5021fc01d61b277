from aiohttp import web

from harbour.live import listed, stream


def make():
    app = web.Application()
    app.add_routes([web.get("/berths", listed), web.get("/berths/stream", stream)])
    return app


if __name__ == "__main__":
    web.run_app(make(), port=8088)
