from flask import Flask

app = Flask(__name__)


@app.get("/glazes")
def glazes():
    return []


@app.get("/glazes/<int:glaze>")
def one(glaze):
    return {}


@app.post("/firings")
def fire():
    return {}


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=5000)
