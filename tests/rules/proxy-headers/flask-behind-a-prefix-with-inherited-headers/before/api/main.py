from flask import Flask, jsonify, request

app = Flask(__name__)


@app.route("/visits", methods=["POST"])
def visit():
    app.logger.info("visit from %s", request.remote_addr)
    return jsonify(ok=True)


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=8000)
