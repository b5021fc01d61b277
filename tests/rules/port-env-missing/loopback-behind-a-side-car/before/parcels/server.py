import os

from flask import Flask

server = Flask(__name__)


@server.route("/ping")
def ping() -> str:
    return "pong"


if __name__ == "__main__":
    server.run(host=os.getenv("HOST", "127.0.0.1"), port=int(os.getenv("PORT", "7070")))
