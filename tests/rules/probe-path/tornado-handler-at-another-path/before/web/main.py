import asyncio

import tornado.web


class Health(tornado.web.RequestHandler):
    def get(self):
        self.write("ok")


class Order(tornado.web.RequestHandler):
    def get(self, number):
        self.write(number)


async def main():
    app = tornado.web.Application([
        (r"/orders/(\d+)", Order),
        (r"/healthz", Health),
    ])
    app.listen(8000)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
