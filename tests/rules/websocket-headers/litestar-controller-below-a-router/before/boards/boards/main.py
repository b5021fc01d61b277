from litestar import Litestar, Router

from .views import Boards, health

api = Router(path="/api", route_handlers=[Boards])
app = Litestar(route_handlers=[api, health])
