from flask import Flask

server = Flask(__name__)


@server.route("/ping")
def ping() -> str:
    return "pong"


if __name__ == "__main__":
    server.run(port=6060, host="0.0.0.0")
