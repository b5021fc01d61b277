from http.server import BaseHTTPRequestHandler, HTTPServer


class Books(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()


HTTPServer(("0.0.0.0", 8070), Books).serve_forever()
