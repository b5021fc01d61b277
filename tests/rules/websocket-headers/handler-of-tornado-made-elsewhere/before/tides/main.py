import asyncio

import tornado.web
from shared import Shared


class Base(Shared):
    def check_origin(self, origin):
        return True


class Tides(Base):
    def on_message(self, message):
        self.write_message(message)


class Pier(tornado.web.RequestHandler):
    def get(self, name):
        self.write(name)


async def main():
    app = tornado.web.Application([
        (r"/tides", Tides),
        tornado.web.url(r"/piers/(\w+)", Pier),
    ])
    app.listen(7171)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
