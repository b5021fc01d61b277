from flask import Blueprint, Flask

app = Flask(__name__)
towns = Blueprint("towns", __name__, url_prefix="/api/towns")


@towns.route("/selection")
def selection():
    return []


@towns.route("/<name>")
def town(name):
    return {"name": name}


app.register_blueprint(towns)
