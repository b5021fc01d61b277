from flask import Flask

app = Flask(__name__)


@app.get("/yarns")
def yarns():
    return []


@app.get("/yarns/<int:yarn>")
def one(yarn):
    return {}


@app.post("/weaves")
def weave():
    return {}


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=5000)
