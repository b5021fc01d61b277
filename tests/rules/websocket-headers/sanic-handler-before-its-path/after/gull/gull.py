from sanic import Sanic
from sanic.response import text

app = Sanic("gull")


async def cry(request, socket):
    await socket.send("kee")


async def egg(request):
    return text("speckled")


app.add_route(egg, "/eggs/one")
app.add_websocket_route(cry, "/cries")

if __name__ == "__main__":
    app.run(host="0.0.0.0", port=9988)
