from flask import Flask


def create_app() -> Flask:
    from mail import SENDER

    app = Flask(__name__)
    app.config["SENDER"] = SENDER
    return app
