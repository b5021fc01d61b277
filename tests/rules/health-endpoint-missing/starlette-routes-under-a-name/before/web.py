from starlette.applications import Starlette
from starlette.routing import Route, Mount
from starlette.staticfiles import StaticFiles


def page(request):
    return request.app.state.pages[request.path_params["name"]]


routes = [Mount("/static", StaticFiles(directory="static")), Route("/{name}/page", page)]
app = Starlette(debug=False, routes=routes)
