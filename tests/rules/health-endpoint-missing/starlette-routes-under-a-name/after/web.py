from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route, Mount
from starlette.staticfiles import StaticFiles


def page(request):
    return request.app.state.pages[request.path_params["name"]]


def health(request):
    return JSONResponse({"status": "ok"})


routes = [Mount("/static", StaticFiles(directory="static")), Route("/{name}/page", page), Route("/health", health)]
app = Starlette(debug=False, routes=routes)
