from flask import Flask


def create_app(settings):
    app = Flask(__name__)
    app.config.from_object(settings)
    return app
