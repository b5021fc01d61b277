import socketserver


class Pulses(socketserver.ThreadingTCPServer):
    def __init__(self, settings, handler):
        super().__init__((settings["host"], settings["port"] + 1000), handler)


Pulses({"host": "", "port": 8000}, socketserver.StreamRequestHandler).serve_forever()
