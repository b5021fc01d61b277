import os

from flask import Flask

app = Flask(__name__)
app.secret_key = os.environ.get("SESSION_SECRET", "")


def limit() -> int:
    from limits import LIMIT

    return LIMIT


@app.get("/")
def root() -> str:
    return "up"
