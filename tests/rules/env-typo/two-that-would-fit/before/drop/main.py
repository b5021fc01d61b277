import os

from flask import Flask

app = Flask(__name__)
app.secret_key = os.getenv("UPLOAD_LIMIX", "x")
LIMIT = int(os.getenv("UPLOAD_LIMIT", "10"))


@app.get("/limit")
def limit() -> str:
    return str(LIMIT)
