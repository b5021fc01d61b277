from flask import Flask

app = Flask(__name__)


@app.get("/api/v1/lakes/deepest")
def deepest():
    return []
