from flask import Flask

app = Flask(__name__)


@app.get("/depth")
def depth():
    return {"depth": 12}
