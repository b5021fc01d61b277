from flask import Flask, jsonify

app = Flask(__name__)


@app.get("/api/orders")
def orders():
    return jsonify([])


@app.route("/api/orders/<order_id>", methods=["GET", "DELETE"])
def order(order_id):
    return jsonify({})
