from flask import Flask

app = Flask(__name__)


@app.route("/dapr/subscribe")
def subscribe():
    return []


app.run(port=5001)
