from sanic import Sanic, json

app = Sanic("search")


@app.get("/search")
async def search(request):
    return json([])
