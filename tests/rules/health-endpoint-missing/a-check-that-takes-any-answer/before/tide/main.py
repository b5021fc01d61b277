from quart import Quart

app: Quart = Quart(__name__)


@app.get("/")
async def index():
    return "tides"
