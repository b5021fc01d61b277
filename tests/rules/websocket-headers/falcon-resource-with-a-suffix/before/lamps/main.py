import falcon.asgi

from lamps import Lamps

app = falcon.asgi.App()
lamps = Lamps()
app.add_route("/lamps", lamps)
app.add_route("/lamps/glow", lamps, suffix="glow")
