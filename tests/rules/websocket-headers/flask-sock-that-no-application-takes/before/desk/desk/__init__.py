from flask import Flask

from .extensions import db, sock


def create_app():
    app = Flask(__name__)
    from . import bells

    db.init_app(app)

    @app.get("/entries")
    def entries():
        return []

    return app
