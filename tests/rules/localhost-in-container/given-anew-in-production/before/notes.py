import os

import redis
from flask import Flask

STORE_URL = "redis://localhost:6379/0"

if os.environ.get("MODE") == "live":
    STORE_URL = os.environ.get("STORE_URL")

store = redis.from_url(STORE_URL)
server = Flask(__name__)


@server.route("/count")
def count() -> str:
    return str(store.incr("count"))


server.run(host="0.0.0.0", port=5000)
