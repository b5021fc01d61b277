from flask import Flask

app = Flask(__name__)


@app.get("/well")
def well():
    return {"well": 12}
