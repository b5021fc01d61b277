import json
from http.server import BaseHTTPRequestHandler, HTTPServer


class Colours(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(["ochre", "umber"]).encode())


HTTPServer(("0.0.0.0", 8600), Colours).serve_forever()
