from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import ThreadingMixIn


class Chimes(ThreadingMixIn, HTTPServer):
    daemon_threads = True


def run(server_class=Chimes, handler_class=BaseHTTPRequestHandler):
    place = ("0.0.0.0", 8730)
    server_class(place, handler_class).serve_forever()


if __name__ == "__main__":
    run()
