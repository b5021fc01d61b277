from quart import Quart

app: Quart = Quart(__name__)


@app.get("/")
async def index():
    return "tides"


@app.get("/livez")
async def livez():
    return {"status": "ok"}
