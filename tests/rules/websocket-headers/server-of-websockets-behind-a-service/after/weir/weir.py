import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from websockets.sync.server import serve


class Levels(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()


def feed(socket):
    socket.send("high")


threading.Thread(target=HTTPServer(("0.0.0.0", 6002), Levels).serve_forever).start()
with serve(feed, "0.0.0.0", 6001) as server:
    server.serve_forever()
