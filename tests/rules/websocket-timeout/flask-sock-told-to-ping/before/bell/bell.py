from flask import Flask
from flask_sock import Sock

app = Flask(__name__)
app.config["SOCK_SERVER_OPTIONS"] = {"ping_interval": 25}
sock = Sock(app)


@sock.route("/ring")
def ring(ws):
    ws.send("ding")
    ws.receive()
