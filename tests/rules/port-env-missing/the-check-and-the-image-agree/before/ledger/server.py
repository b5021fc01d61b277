import os

from flask import Flask

server = Flask(__name__)


@server.route("/ping")
def ping() -> str:
    return "pong"


if __name__ == "__main__":
    server.run(host="0.0.0.0", port=int(os.environ.get("PORT", "5000")))
