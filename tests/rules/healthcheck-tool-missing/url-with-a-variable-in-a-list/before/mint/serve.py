import os
from http.server import HTTPServer, SimpleHTTPRequestHandler

HTTPServer(("0.0.0.0", int(os.environ["MINT_PORT"])), SimpleHTTPRequestHandler).serve_forever()
