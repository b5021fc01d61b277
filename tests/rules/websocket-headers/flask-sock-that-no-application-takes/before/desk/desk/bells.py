from .extensions import sock


@sock.route("/bells")
def bells(ws):
    while True:
        ws.send(ws.receive())
