import os

from flask import Flask

app = Flask(__name__)
app.secret_key = os.environ["SESSION_SECRET"]
LIMIT = int(os.getenv("UPLOAD_LIMIT", "10"))


@app.get("/limit")
def limit() -> str:
    return str(LIMIT)
