import falcon
from acme_probes import Probes


class Status:
    def on_get(self, req, resp):
        resp.media = {"status": "ok"}


class Order:
    def on_get(self, req, resp, number):
        resp.media = {"number": number}


app = falcon.App(middleware=[Probes()])
app.add_route("/orders/{number:int}", Order())
app.add_route("/status", Status())
