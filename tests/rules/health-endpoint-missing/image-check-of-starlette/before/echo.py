from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


async def echo(request):
    return JSONResponse({"path": request.url.path})


app = Starlette(
    routes=[
        Route("/echo", echo),
    ],
)
