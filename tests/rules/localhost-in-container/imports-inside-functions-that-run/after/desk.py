from flask import Flask
from flask.views import MethodView


class Loans(MethodView):
    def get(self) -> list[str]:
        import store

        return store.shelf.lrange("loans", 0, -1)


def create_app() -> Flask:
    app = Flask(__name__)
    app.add_url_rule("/loans", view_func=Loans.as_view("loans"))
    return app
