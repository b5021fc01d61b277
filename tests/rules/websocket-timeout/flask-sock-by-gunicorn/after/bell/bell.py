from flask import Flask
from flask_sock import Sock

app = Flask(__name__)
sock = Sock(app)


@sock.route("/ring")
def ring(ws):
    ws.send("ding")
    ws.receive()
