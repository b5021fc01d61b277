import socketserver
from http.server import SimpleHTTPRequestHandler

PORT = 8720

with socketserver.TCPServer(("", PORT), SimpleHTTPRequestHandler) as server:
    server.serve_forever()
