from flask import Blueprint, Flask, jsonify

probes = Blueprint("probes", __name__, url_prefix="/internal")


@probes.route("/ready")
def ready():
    return jsonify(ok=True)


@probes.route("/alive")
def alive():
    return jsonify(ok=True)


app = Flask(__name__)
app.register_blueprint(probes)

if __name__ == "__main__":
    app.run(host="0.0.0.0", port=8300)
