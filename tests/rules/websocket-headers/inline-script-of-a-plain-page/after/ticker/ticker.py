import asyncio

import tornado.web
import tornado.websocket


class Stream(tornado.websocket.WebSocketHandler):
    def open(self):
        self.write_message("hello")


async def main():
    app = tornado.web.Application([(r"/stream", Stream)])
    app.listen(8888)
    await asyncio.Event().wait()


asyncio.run(main())
