from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def ok(request):
    return PlainTextResponse("ok")


middleware = [
    Middleware(
        CORSMiddleware,
        allow_origins=["https://*.acme.dev"],
        allow_methods=["GET", "POST"],
    )
]
app = Starlette(routes=[Route("/", ok)], middleware=middleware)
