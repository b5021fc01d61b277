from http.server import BaseHTTPRequestHandler, HTTPServer

HTTPServer(("0.0.0.0", 7000), BaseHTTPRequestHandler).serve_forever()
