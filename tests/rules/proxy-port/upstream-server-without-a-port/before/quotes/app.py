import os

from flask import Flask, jsonify

app = Flask(__name__)


@app.route("/quotes")
def quotes():
    return jsonify([])


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=int(os.environ.get("QUOTES_PORT", "5005")))
