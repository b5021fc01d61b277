import socketserver

with socketserver.UDPServer(("0.0.0.0", 9100), socketserver.DatagramRequestHandler) as server:
    server.serve_forever()
