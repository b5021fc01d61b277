"""Routes of a Python file: what each application or router serves, includes, or may serve unseen."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from stackfix.formats.python import dotted
from stackfix.graph import python_django, python_litestar, python_sockets
from stackfix.graph.python_facts import Include, Route, UnknownRoutes
from stackfix.graph.python_scope import Function
from stackfix.graph.python_serving import makes_application
from stackfix.graph.python_values import evaluate, keyword
from stackfix.graph.value import Symbol, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.graph.python_facts import ServerObject, Spot
    from stackfix.graph.python_scope import Source

Fact = Route | Include | UnknownRoutes
_METHODS = {"get", "post", "put", "delete", "patch", "options", "head", "trace"}
_UPPER = frozenset(name.upper() for name in _METHODS)
_GIVEN = {"starlette.routing.Router", "fastapi.APIRouter", "litestar.Router", "litestar.router.Router"}
_SOCKS = {"flask_sock.Sock", "flask_sockets.Sockets"}
_DECORATORS = _METHODS | {"route", "api_route", "websocket", "websocket_route", "view"}
_ADDING = {
    "add_api_route": False, "add_route": False, "add_url_rule": False, "add_api_websocket_route": True,
    "add_websocket_route": True, "add_get": False, "add_post": False, "add_put": False, "add_delete": False,
    "add_patch": False, "add_view": False,
}  # fmt: skip
_INCLUDING = {
    "include_router": ("prefix", 99), "register_blueprint": ("url_prefix", 99), "blueprint": ("url_prefix", 99),
    "add_subapp": ("prefix", 0), "mount": ("path", 0),
}  # fmt: skip
_PLUGINS = {
    "add_static", "mount_gradio_app", "wsgi_app", "add_resource", "register_api", "add_sink", "add_static_route",
    "add_handlers", "register",
}  # fmt: skip
_SAYING = {
    "litestar.": (
        frozenset({
            "route_handlers", "path", "debug", "dependencies", "cors_config", "exception_handlers", "logging_config",
            "on_startup", "on_shutdown", "lifespan", "state", "guards", "tags", "type_encoders", "response_class",
            "compression_config", "allowed_hosts", "after_request", "after_response", "stores", "security",
        }),
        "/schema",
    ),
    "tornado.": (
        frozenset({
            "handlers", "debug", "autoreload", "cookie_secret", "xsrf_cookies", "login_url", "template_path", "gzip",
            "compress_response", "serve_traceback", "websocket_ping_interval", "websocket_ping_timeout", "ui_modules",
        }),
        "",
    ),
    "falcon.": (frozenset({"cors_enable", "media_type"}), ""),
}  # fmt: skip
"""What an application may be made with that adds no routes, and the path below which it serves some of its own."""
_PLAIN_EXTENSIONS = {
    "db", "ma", "migrate", "login_manager", "login", "cors", "bcrypt", "jwt", "mail", "cache", "limiter", "csrf",
    "session", "talisman", "compress",
}  # fmt: skip
_ADDERS: tuple[type[ast.AST], ...] = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Call, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return,
)  # fmt: skip
_STARLETTE = {"Route": False, "WebSocketRoute": True, "APIRoute": False, "APIWebSocketRoute": True}
_DJANGO = {"django.urls.path": False, "django.urls.re_path": True, "django.conf.urls.url": True}
_STATIC = "django.conf.urls.static.static"
_STATIC_FILES = "django.contrib.staticfiles.urls.staticfiles_urlpatterns"
_STATIC_URL = Symbol(f"{python_django.SETTINGS}.STATIC_URL")
_TORNADO = {"tornado.web.url", "tornado.web.URLSpec"}
_MOST_BASES = 8
_DJANGO_LISTS = {"urlpatterns", "websocket_urlpatterns"}


def facts(source: Source, made: Mapping[str, ServerObject]) -> Iterator[Fact]:
    """Everything that adds paths to something, in the order of the source."""
    litestar = python_litestar.is_used(source)
    for node, spot in source.of(*_ADDERS):
        if isinstance(node, Function | ast.ClassDef):
            for decorator in node.decorator_list:
                yield from _decorated(source, decorator, spot, made, node)
            if litestar:
                yield from python_litestar.routes(source, node, spot)
        elif isinstance(node, ast.Call):
            yield from _call(source, node, spot, made)
        elif isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            yield from _django(source, node, spot)
        elif isinstance(node, ast.Return):
            yield from _consumers(source, node.value, spot)


def _owner(source: Source, node: ast.expr, spot: Spot) -> str | None:
    name = dotted(node)
    return None if name is None else source.owner(name, spot.scope)


def _path(source: Source, node: ast.Call, spot: Spot, index: int = 0) -> Template | None:
    given = node.args[index] if index < len(node.args) else None
    for name in ("path", "rule", "uri", "prefix", "url_prefix"):
        given = given or keyword(node, name)
    return None if given is None else evaluate(source, given, spot.scope)


def _decorated(
    source: Source,
    node: ast.expr,
    spot: Spot,
    made: Mapping[str, ServerObject],
    below: Function | ast.ClassDef | None = None,
) -> Iterator[Fact]:
    """`@app.get("/x")` and its like: told by the method's name and a first argument that is a path."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return
    if isinstance(below, ast.ClassDef) and node.func.attr != "view":
        return
    # Flask-Sock's route may belong to a blueprint.
    blueprint = keyword(node, "bp")
    owner = _owner(source, blueprint or node.func.value, spot)
    path = _path(source, node, spot)
    if node.func.attr not in _DECORATORS or owner is None or path is None:
        return
    text = path.text
    if text is not None and text.value and not text.value.startswith("/"):
        return
    known = made.get(_owner(source, node.func.value, spot) or "")
    sock = blueprint is not None or (known is not None and known.framework == "flask_sock")
    websocket = sock or node.func.attr.startswith("websocket")
    place, anchor = source.module.location(node), source.module.anchor(node)
    handler = python_sockets.decorated(below, spot) if below is not None else None
    yield Route(owner, path, websocket, _methods(node, node.func.attr), spot, place, anchor, handler=handler)


def _methods(node: ast.Call, name: str) -> frozenset[str]:
    if name in _METHODS:
        return frozenset({name.upper()})
    if name.startswith("add_") and name[4:] in _METHODS:
        return frozenset({name[4:].upper()})
    given = keyword(node, "methods")
    if isinstance(given, ast.List | ast.Tuple | ast.Set):
        return frozenset(str(e.value).upper() for e in given.elts if isinstance(e, ast.Constant))
    return frozenset()


def _call(source: Source, node: ast.Call, spot: Spot, made: Mapping[str, ServerObject]) -> Iterator[Fact]:
    if isinstance(node.func, ast.Attribute):
        yield from _method(source, node, node.func, spot)
        yield from _extended(source, node, node.func, spot, made)
    elif isinstance(node.func, ast.Call):
        # `router.get("/x")(handler)` is a decorator used as the call that it is.
        yield from _decorated(source, node.func, spot, made)
    name = source.qualified(node.func) or ""
    if name == "channels.routing.URLRouter":
        yield from _consumers(source, node.args[0] if node.args else None, spot)
    if makes_application(source, node) or name in _GIVEN:
        yield from _constructed(source, node, spot, made)
    elif name in _SOCKS and node.args:
        yield from _sock(source, node, spot, made)
    elif name in {"flask_restx.Api", "flask_restful.Api"} and node.args:
        owner = _owner(source, node.args[0], spot)
        if owner is not None:
            yield _unknown(source, node, spot, owner, name.partition(".")[0])


def _sock(source: Source, node: ast.Call, spot: Spot, made: Mapping[str, ServerObject]) -> Iterator[Fact]:
    """`sock = Sock(app)`: its routes are the application's."""
    owner, anchor = _owner(source, node.args[0], spot), source.module.anchor(node)
    own = next((o.name for o in made.values() if o.anchor == anchor), None)
    if owner is not None and own is not None:
        yield Include(owner, own, None, spot, source.module.location(node))
    elif owner is not None:
        yield _unknown(source, node, spot, owner, "flask_sock")


def _method(source: Source, node: ast.Call, func: ast.Attribute, spot: Spot) -> Iterator[Fact]:
    base = func.value.value if isinstance(func.value, ast.Attribute) and func.value.attr == "router" else func.value
    owner = _owner(source, base, spot)
    if owner is None:
        return
    if func.attr in _ADDING:
        yield from _added(source, node, func.attr, owner, spot)
    elif func.attr in _INCLUDING:
        yield _include(source, node, func.attr, owner, spot)
    elif func.attr in _PLUGINS:
        yield _unknown(source, node, spot, owner, func.attr)
    elif func.attr == "add_routes" and node.args:
        yield from _aiohttp(source, node.args[0], owner, spot)


def _added(source: Source, node: ast.Call, name: str, owner: str, spot: Spot) -> Iterator[Fact]:
    """`app.add_route("/x", handler)`; aiohttp's has the method before the path, Sanic's the handler."""
    first = source.module.string(node.args[0]) if node.args else None
    method = name == "add_route" and first is not None and (first.value == "*" or first.value in _UPPER)
    second = source.module.string(node.args[1]) if len(node.args) > 1 and first is None else None
    behind = second is not None and second.value.startswith("/") and name in {"add_route", "add_websocket_route"}
    index = int(method or behind)
    path = _path(source, node, spot, index)
    if path is None:
        return
    named = keyword(node, "handler") or keyword(node, "resource")
    given = node.args[index + 1] if len(node.args) > index + 1 else named
    handler = python_sockets.handler(source, given, spot)
    suffix = keyword(node, "suffix")
    if handler is not None and isinstance(suffix, ast.Constant) and isinstance(suffix.value, str):
        handler = f"{handler}:{suffix.value}"
    place, anchor = source.module.location(node), source.module.anchor(node)
    yield Route(owner, path, _ADDING[name], _methods(node, name), spot, place, anchor, handler=handler)


def _extended(
    source: Source, node: ast.Call, func: ast.Attribute, spot: Spot, made: Mapping[str, ServerObject]
) -> Iterator[Fact]:
    """`extension.init_app(app)`: what it adds is the extension's own affair."""
    if func.attr != "init_app" or not node.args:
        return
    target = _owner(source, node.args[0], spot)
    extension = (dotted(func.value) or "").rpartition(".")[2]
    if target is None or extension in _PLAIN_EXTENSIONS:
        return
    own = _owner(source, func.value, spot)
    known = made.get(own or "")
    brings = known.framework in {"flask_sock", "socketio"} if known is not None else source.imported(own or "")
    if own is not None and brings:
        # One that is made in another file, and adds what nobody sees, is found to be none that serves.
        yield Include(target, own, None, spot, source.module.location(node))
    else:
        yield _unknown(source, node, spot, target, f"{extension}.init_app")


def _include(source: Source, node: ast.Call, name: str, owner: str, spot: Spot) -> Fact:
    key, first = _INCLUDING[name]
    prefix = keyword(node, key)
    rest = list(node.args)
    if prefix is None and first < len(rest):
        prefix = rest.pop(first)
    target = rest[0] if rest else next((k.value for k in node.keywords if k.arg in {"router", "app", "subapp"}), None)
    value = None if prefix is None else evaluate(source, prefix, spot.scope)
    spelled = None if target is None else _owner(source, target, spot)
    if spelled is None:
        return UnknownRoutes(owner, value, name, spot, source.module.location(node))
    mount = name in {"mount", "add_subapp"}
    return Include(owner, spelled, value, spot, source.module.location(node), mount=mount)


def _unknown(source: Source, node: ast.expr, spot: Spot, owner: str, reason: str) -> UnknownRoutes:
    return UnknownRoutes(owner, None, reason, spot, source.module.location(node))


def _constructed(source: Source, node: ast.Call, spot: Spot, made: Mapping[str, ServerObject]) -> Iterator[Fact]:
    """What is given to an application as it is made: a list of routes, a wrapped application."""
    anchor = source.module.anchor(node)
    owner = next((o.name for o in made.values() if o.anchor == anchor), None)
    if owner is None:
        return
    name = source.qualified(node.func) or ""
    routes = _given_routes(node, name)
    if routes is not None:
        yield from _listed(source, routes, owner, spot)
    if name.startswith(("socketio.", "flask_socketio.")):
        yield from _wrapping(source, node, owner, spot, name)
    elif name.startswith(tuple(_SAYING)):
        yield from _besides(source, node, owner, spot, name, listed=routes is not None)
    elif name.startswith(("connexion.", "channels.", "fastmcp.", "mcp.", "dash.")):
        yield _unknown(source, node, spot, owner, name.partition(".")[0])


def _besides(  # noqa: PLR0913 - a call, where it stands, and what it makes
    source: Source, node: ast.Call, owner: str, spot: Spot, name: str, *, listed: bool
) -> Iterator[Fact]:
    """What an application serves besides its list, where what it is made with adds nothing else."""
    framework = name.partition(".")[0] + "."
    harmless, shown = _SAYING[framework]
    more = any(isinstance(a, ast.Starred) for a in node.args) or len(node.args) > int(framework != "falcon.")
    if more or any(k.arg not in harmless for k in node.keywords) or (framework != "falcon." and not listed):
        yield _unknown(source, node, spot, owner, framework)
    elif shown and not name.endswith(".Router"):
        prefix = Template.literal(Text.unwritten(shown))
        yield UnknownRoutes(owner, prefix, framework, spot, source.module.location(node))


def _wrapping(source: Source, node: ast.Call, owner: str, spot: Spot, name: str) -> Iterator[Fact]:
    """Socket.IO before an application (python-socketio), or inside of one (Flask-SocketIO)."""
    yield _unknown(source, node, spot, owner, "Socket.IO")
    inside = name.startswith("flask_socketio.")
    given = node.args[:1] if inside else node.args[1:2]
    inner = _owner(source, given[0], spot) if given else None
    holder = inner if inside and inner is not None else owner
    served = python_sockets.socket_io(source, node, holder, spot, "path" if inside else "socketio_path")
    if served is not None:
        yield served
    if inner is not None:
        yield Include(owner, inner, None, spot, source.module.location(node))


def _given_routes(node: ast.Call, name: str) -> ast.expr | None:
    """The list of routes that an application is made with; none where Litestar puts a path of its own before them."""
    if name.startswith("litestar.") and not name.endswith(".Router") and keyword(node, "path") is not None:
        return None
    routes = keyword(node, "routes") or keyword(node, "route_handlers")
    routes = keyword(node, "handlers") if routes is None and name.startswith("tornado.") else routes
    by_place = name.startswith(("tornado.", "litestar.")) and node.args
    return node.args[0] if routes is None and by_place else routes


def _listed(source: Source, node: ast.expr, owner: str, spot: Spot) -> Iterator[Fact]:
    """A list of `Route`, `WebSocketRoute`, `Mount`, here or under a name."""
    bound = source.single(node.id, spot.scope) if isinstance(node, ast.Name) else node
    if not isinstance(bound, ast.List | ast.Tuple):
        yield _unknown(source, node, spot, owner, "a list of routes made elsewhere")
        return
    for item in bound.elts:
        kind = (source.qualified(item.func) or "").rpartition(".")[2] if isinstance(item, ast.Call) else ""
        name = dotted(item)
        if name is not None:
            # A handler, controller or router of Litestar's; what serves nothing by its name is told there.
            yield Include(owner, source.owner(name, spot.scope), None, spot, source.module.location(item))
        elif isinstance(item, ast.Call) and kind in _STARLETTE:
            path = _path(source, item, spot) or Template.unknown()
            place, anchor = source.module.location(item), source.module.anchor(item)
            yield Route(owner, path, _STARLETTE[kind], _methods(item, ""), spot, place, anchor)
        elif isinstance(item, ast.Call) and kind == "Mount":
            yield from _mounted(source, item, owner, spot)
        else:
            yield _tornado(source, item, owner, spot) or _unknown(source, item, spot, owner, "a route of another kind")


def _tornado(source: Source, item: ast.expr, owner: str, spot: Spot) -> Route | None:
    """Tornado's `(r"/path", Handler)` or `url(r"/path", Handler)`, where the handler's class is the file's own.

    The path is an expression that Tornado ends with `$`: one without anything to match is a path as it is.
    """
    words: list[ast.expr] = []
    if isinstance(item, ast.Tuple):
        words = item.elts
    elif isinstance(item, ast.Call) and source.qualified(item.func) in _TORNADO:
        words = item.args
    path = evaluate(source, words[0], spot.scope) if len(words) > 1 else None
    handler = python_sockets.handler(source, words[1], spot) if len(words) > 1 else None
    if path is None or path.text is None or handler is None:
        return None
    socket = _is_socket(source, words[1])
    regex = re.search(r"[\\()\[\]*+?^$|.{]", path.text.value) is not None
    place, anchor = source.module.location(item), source.module.anchor(item)
    return Route(owner, path, socket, frozenset(), spot, place, anchor, regex, handler)


def _is_socket(source: Source, node: ast.expr, depth: int = 0) -> bool | None:
    """Whether a handler's class takes WebSockets; None where it is made elsewhere."""
    name = source.qualified(node) or ""
    if name.startswith("tornado."):
        return name.startswith("tornado.websocket.")
    made = source.classes.get(name)
    if made is None or depth > _MOST_BASES:
        return None
    found = {_is_socket(source, base, depth + 1) for base in made.bases}
    return True if True in found else False if False in found else None


def _mounted(source: Source, item: ast.Call, owner: str, spot: Spot) -> Iterator[Fact]:
    prefix = _path(source, item, spot)
    target = keyword(item, "app") or (item.args[1] if len(item.args) > 1 else None)
    spelled = None if target is None else _owner(source, target, spot)
    if spelled is not None:
        yield Include(owner, spelled, prefix, spot, source.module.location(item), mount=True)
    else:
        yield UnknownRoutes(owner, prefix, "a mount", spot, source.module.location(item))


def _aiohttp(source: Source, node: ast.expr, owner: str, spot: Spot) -> Iterator[Fact]:
    """`app.add_routes([web.get("/x", f)])` or a route table under a name."""
    name = _owner(source, node, spot)
    if name is not None and not isinstance(source.single(name, spot.scope), ast.List):
        yield Include(owner, name, None, spot, source.module.location(node))
        return
    bound = source.single(node.id, spot.scope) if isinstance(node, ast.Name) else node
    for item in bound.elts if isinstance(bound, ast.List | ast.Tuple) else [node]:
        kind = (source.qualified(item.func) or "").rpartition(".")[2] if isinstance(item, ast.Call) else ""
        index = int(kind == "route")
        path = _path(source, item, spot, index) if isinstance(item, ast.Call) else None
        if isinstance(item, ast.Call) and path is not None and kind in _METHODS | {"route", "view"}:
            place, anchor = source.module.location(item), source.module.anchor(item)
            given = item.args[index + 1] if len(item.args) > index + 1 else keyword(item, "handler")
            handler = python_sockets.handler(source, given, spot)
            yield Route(owner, path, False, _methods(item, kind), spot, place, anchor, handler=handler)  # noqa: FBT003 - plain
        else:
            yield _unknown(source, item, spot, owner, "a route of another kind")


# --- Django ----------------------------------------------------------------------------------------------------------


def _django(source: Source, node: ast.Assign | ast.AugAssign | ast.AnnAssign, spot: Spot) -> Iterator[Fact]:
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    if not isinstance(target, ast.Name) or target.id not in _DJANGO_LISTS or node.value is None:
        return
    for item in _sum(node.value):
        if isinstance(item, ast.List | ast.Tuple):
            for entry in item.elts:
                yield from _pattern(source, entry, target.id, spot)
        elif _is_static(source, item):
            yield _static(source, item, target.id, spot)
        else:
            yield _unknown(source, item, spot, target.id, "patterns made elsewhere")


def _static(source: Source, item: ast.expr, owner: str, spot: Spot) -> UnknownRoutes:
    """`static(settings.MEDIA_URL, …)`, and the like for the static files: whatever lies below its address."""
    name = source.qualified(item.func) or "" if isinstance(item, ast.Call) else ""
    given = item.args[0] if isinstance(item, ast.Call) and item.args else None
    prefix = evaluate(source, given, spot.scope) if given is not None else Template((_STATIC_URL,))
    return UnknownRoutes(owner, prefix, name, spot, source.module.location(item))


def _is_static(source: Source, item: ast.expr) -> bool:
    if not isinstance(item, ast.Call):
        return False
    name = source.qualified(item.func) or ""
    return (name == _STATIC and bool(item.args)) or (name == _STATIC_FILES and not item.args)


def _consumers(source: Source, node: ast.expr | None, spot: Spot) -> Iterator[Fact]:
    """The WebSocket routes of Channels in a list that a function returns, or that URLRouter is given."""
    entries = node.elts if isinstance(node, ast.List | ast.Tuple) else []
    if all(isinstance(entry, ast.Call) and _is_consumer(source, entry) for entry in entries):
        for entry in entries:
            yield from _pattern(source, entry, "websocket_urlpatterns", spot)


def _is_consumer(source: Source, entry: ast.Call) -> bool:
    view = entry.args[1] if len(entry.args) > 1 else None
    made = view.func if isinstance(view, ast.Call) else None
    return source.qualified(entry.func) in _DJANGO and isinstance(made, ast.Attribute) and made.attr == "as_asgi"


def _sum(node: ast.expr) -> list[ast.expr]:
    found: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        found.append(node.right)
        node = node.left
    return [node, *reversed(found)]


def _pattern(source: Source, entry: ast.expr, owner: str, spot: Spot) -> Iterator[Fact]:
    name = (source.qualified(entry.func) or "") if isinstance(entry, ast.Call) else ""
    path = _path(source, entry, spot) if isinstance(entry, ast.Call) else None
    if not isinstance(entry, ast.Call) or name not in _DJANGO or path is None or len(entry.args) < 2:  # noqa: PLR2004
        yield _unknown(source, entry, spot, owner, "a pattern of another kind")
        return
    view = entry.args[1]
    regex = _DJANGO[name]
    place, anchor = source.module.location(entry), source.module.anchor(entry)
    included = _included(source, view)
    if included is not None and not regex:
        yield Include(owner, included, path, spot, place, module=True, anchor=anchor)
    elif _is_plugin(source, view):
        yield UnknownRoutes(owner, None if regex else path, "patterns made by a plugin", spot, place)
    else:
        yield Route(owner, path, owner.startswith("websocket"), frozenset(), spot, place, anchor, regex)


def _included(source: Source, view: ast.expr) -> str | None:
    """The module of `include("a.b.urls")`, `include((…, "name"))` or `include(module)`."""
    if not isinstance(view, ast.Call) or (source.qualified(view.func) or "").rpartition(".")[2] != "include":
        return None
    first = view.args[0] if view.args else None
    first = first.elts[0] if isinstance(first, ast.Tuple) and first.elts else first
    text = source.module.string(first) if first is not None else None
    return None if not isinstance(text, Text) else text.value


def _is_plugin(source: Source, view: ast.expr) -> bool:
    name = source.qualified(view.func) if isinstance(view, ast.Call) else dotted(view)
    return (name or "").rpartition(".")[2] in {"include", "urls", "static"}
