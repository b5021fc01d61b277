import falcon


class Status:
    def on_get(self, req, resp):
        resp.media = {"status": "ok"}


class Order:
    def on_get(self, req, resp, number):
        resp.media = {"number": number}


app = falcon.App(cors_enable=True)
app.add_route("/orders/{number:int}", Order())
app.add_route("/status", Status())
