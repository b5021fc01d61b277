from http.server import HTTPServer, SimpleHTTPRequestHandler

HTTPServer(("0.0.0.0", 8710), SimpleHTTPRequestHandler).serve_forever()
