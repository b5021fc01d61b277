"""Applications of a Python file, and the calls that bind a port."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.formats.python import dotted
from stackfix.graph import python_litestar, python_sockets
from stackfix.graph.python_facts import Listen, Option, ServerObject
from stackfix.graph.python_scope import join
from stackfix.graph.python_values import evaluate, keyword
from stackfix.graph.value import Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.findings import Anchor
    from stackfix.graph.python_facts import Spot
    from stackfix.graph.python_scope import Source
    from stackfix.graph.value import Hole, Opaque, Symbol

_APPLICATIONS = {
    "fastapi.FastAPI": "fastapi", "fastapi.applications.FastAPI": "fastapi",
    "starlette.applications.Starlette": "starlette", "flask.Flask": "flask", "apiflask.APIFlask": "flask",
    "quart.Quart": "quart", "sanic.Sanic": "sanic", "aiohttp.web.Application": "aiohttp",
    "litestar.Litestar": "litestar", "litestar.app.Litestar": "litestar",
    "tornado.web.Application": "tornado", "falcon.App": "falcon",
    "falcon.API": "falcon", "falcon.asgi.App": "falcon", "bottle.Bottle": "bottle", "dash.Dash": "dash",
    "django.core.asgi.get_asgi_application": "django", "django.core.wsgi.get_wsgi_application": "django",
    "channels.routing.ProtocolTypeRouter": "django", "socketio.ASGIApp": "socketio", "socketio.WSGIApp": "socketio",
    "flask_socketio.SocketIO": "socketio", "connexion.FlaskApp": "connexion", "connexion.App": "connexion",
    "fastmcp.FastMCP": "fastmcp", "mcp.server.fastmcp.FastMCP": "fastmcp", "robyn.Robyn": "robyn",
}  # fmt: skip
_ROUTERS = {
    "fastapi.APIRouter": ("fastapi", "prefix"), "fastapi.routing.APIRouter": ("fastapi", "prefix"),
    "flask.Blueprint": ("flask", "url_prefix"), "quart.Blueprint": ("quart", "url_prefix"),
    "flask.blueprints.Blueprint": ("flask", "url_prefix"), "sanic.Blueprint": ("sanic", "url_prefix"),
    "starlette.routing.Router": ("starlette", ""), "aiohttp.web.RouteTableDef": ("aiohttp", ""),
    "litestar.Router": ("litestar", "path"), "litestar.router.Router": ("litestar", "path"),
    "flask_sock.Sock": ("flask_sock", ""), "flask_sockets.Sockets": ("flask_sock", ""),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Tool:
    """Where a binding call takes host and port: keyword and position; a pair is one (host, port) argument."""

    app: int | None = 0
    host: tuple[str, int | None] = ("host", None)
    port: tuple[str, int | None] = ("port", None)
    pair: int | None = None
    default_host: str | None = "127.0.0.1"
    default_port: int | None = None


_SOCKET = _Tool(app=None, host=("server_address", None), port=("server_address", None), pair=0, default_host=None)
_TOOLS = {
    "uvicorn.run": _Tool(default_port=8000),
    "uvicorn.Config": _Tool(default_port=8000),
    "uvicorn.main.run": _Tool(default_port=8000),
    "aiohttp.web.run_app": _Tool(default_host=None, default_port=8080),
    "aiohttp.web.TCPSite": _Tool(None, ("host", 1), ("port", 2), default_host=None, default_port=8080),
    "waitress.serve": _Tool(default_host=None, default_port=8080),
    "bottle.run": _Tool(default_port=8080),
    "werkzeug.serving.run_simple": _Tool(2, ("hostname", 0), ("port", 1)),
    "wsgiref.simple_server.make_server": _Tool(2, ("host", 0), ("port", 1)),
    "http.server.HTTPServer": _SOCKET,
    "http.server.ThreadingHTTPServer": _SOCKET,
    "socketserver.TCPServer": _SOCKET,
    "socketserver.ThreadingTCPServer": _SOCKET,
    "socketserver.ForkingTCPServer": _SOCKET,
    "xmlrpc.server.SimpleXMLRPCServer": _SOCKET,
    "gevent.pywsgi.WSGIServer": _Tool(1, pair=0, default_host=None),
    "asyncio.start_server": _Tool(None, ("host", 1), ("port", 2), default_host=None),
    "websockets.serve": _Tool(None, ("host", 1), ("port", 2), default_host=None),
    "websockets.server.serve": _Tool(None, ("host", 1), ("port", 2), default_host=None),
    "websockets.legacy.server.serve": _Tool(None, ("host", 1), ("port", 2), default_host=None),
    "websockets.asyncio.server.serve": _Tool(None, ("host", 1), ("port", 2), default_host=None),
    "websockets.sync.server.serve": _Tool(None, ("host", 1), ("port", 2), default_host=None),
    "nicegui.ui.run": _Tool(None, default_host=None, default_port=8080),
    "prometheus_client.start_http_server": _Tool(None, ("addr", 1), ("port", 0), default_host=None),
}
_RUNS = {
    "flask": _Tool(None, ("host", 0), ("port", 1), default_port=5000),
    "quart": _Tool(None, ("host", 0), ("port", 1), default_port=5000),
    "sanic": _Tool(None, ("host", 0), ("port", 1), default_port=8000),
    "bottle": _Tool(None, default_port=8080),
    "dash": _Tool(None, ("host", 0), ("port", 1), default_port=8050),
    "socketio": _Tool(0, ("host", 1), ("port", 2), default_port=5000),
    "connexion": _Tool(None, default_port=8000),
    "": _Tool(None),
}
_ROBYN = _Tool(None, ("host", 0), ("port", 1), default_port=8080)
_CHERRYPY = {"server.socket_host": "host", "server.socket_port": "port"}
_QUICKSTART = 2
"""Arguments of `cherrypy.quickstart` before the one that is a configuration."""
_GRADIO = _Tool(None, ("server_name", None), ("server_port", None), default_port=7860)
_STARTS = {"run", "run_server", "run_debug"}
_PAIR = 2


def run_defaults(framework: str) -> tuple[str | None, int | None]:
    """The host (None: every address) and port that a framework's own `run()` takes when it is given none."""
    tool = _RUNS.get(framework)
    return (tool.default_host, tool.default_port) if tool is not None else (None, None)


def objects(source: Source) -> Iterator[ServerObject]:
    """Applications and routers that this file makes and gives a name."""
    for name, bindings in source.bindings.items():
        for bound in bindings:
            if not isinstance(bound.value, ast.Call):
                continue
            made = source.qualified(bound.value.func) or ""
            framework, key = _ROUTERS.get(made, (_APPLICATIONS.get(made, ""), ""))
            if framework:
                prefix = keyword(bound.value, key) if key else None
                value = evaluate(source, prefix, bound.spot.scope) if prefix is not None else None
                value = python_litestar.rooted(value) if value is not None and framework == "litestar" else value
                place = source.module.location(bound.value)
                anchor = source.module.anchor(bound.value)
                yield ServerObject(name, framework, made in _ROUTERS, value, bound.spot, place, anchor)
    yield from python_litestar.objects(source)


def makes_application(source: Source, node: ast.AST) -> str | None:
    """The framework where an expression makes an application."""
    return _APPLICATIONS.get(source.qualified(node.func) or "") if isinstance(node, ast.Call) else None


def listens(source: Source, made: Mapping[str, ServerObject]) -> Iterator[Listen]:
    """Every call that binds a port, with what it binds."""
    for node, spot in source.of(ast.Call, ast.Assign):
        if isinstance(node, ast.Call):
            yield from _call(source, node, spot, made)
        elif isinstance(node, ast.Assign):
            yield from _hypercorn(source, node, spot)


def _call(source: Source, node: ast.Call, spot: Spot, made: Mapping[str, ServerObject]) -> Iterator[Listen]:
    name, own = _maker(source, node.func, spot)
    tool = _TOOLS.get(name)
    if tool is not None and not own:
        yield _listen(source, node, spot, name, tool)
    elif name == "cherrypy.quickstart":
        yield from _cherrypy(source, node, spot)
    elif tool is not None and tool.pair is not None:
        yield from _subclassed(source, node, spot, name, own)
    elif isinstance(node.func, ast.Attribute):
        yield from _method(source, node, node.func, spot, made)


def _maker(source: Source, func: ast.expr, spot: Spot) -> tuple[str, str]:
    """What a call makes: its name with imports followed, and the file's own class where that is one of its bases.

    A class given as a parameter's default counts, as in the manual's `def run(server_class=HTTPServer)`.
    """
    bound = source.single(func.id, spot.scope) if isinstance(func, ast.Name) else None
    name = source.qualified(bound if isinstance(bound, ast.Name | ast.Attribute) else func) or ""
    made = source.classes.get(name)
    bases = [source.qualified(base) or "" for base in made.bases] if made is not None else []
    return next(((base, name) for base in bases if base in _TOOLS), (name, ""))


def _subclassed(source: Source, node: ast.Call, spot: Spot, name: str, own: str) -> Iterator[Listen]:
    """A server of a class of the file's own: what one that has its own `__init__` binds, nobody can tell."""
    found = _listen(source, node, spot, name, _TOOLS[name])
    written = join(own, "__init__") not in source.functions
    yield found if written else replace(found, host=None, port=Template.unknown(), host_anchor=None, port_anchor=None)


def _method(
    source: Source, node: ast.Call, func: ast.Attribute, spot: Spot, made: Mapping[str, ServerObject]
) -> Iterator[Listen]:
    spelled = dotted(func.value)
    owner = None if spelled is None else source.owner(spelled, spot.scope)
    known = made.get(owner or "")
    if func.attr in _STARTS and owner is not None:
        yield from _run(source, node, spot, owner, known)
    elif func.attr == "start" and known is not None and known.framework == "robyn":
        yield _listen(source, node, spot, "robyn.start", _ROBYN, owner)
    elif func.attr == "launch" and ("server_port" in _given(node) or _uses_gradio(source, func, spot)):
        yield _listen(source, node, spot, "gradio", _GRADIO)
    elif func.attr in {"add_insecure_port", "add_secure_port"} and node.args:
        yield _address(source, node, node.args[0], spot, "grpc")
    elif func.attr == "listen" and node.args and _is_tornado(source, func, known, spot):
        tool = _Tool(None, ("address", 1), ("port", 0), default_host=None)
        yield _listen(source, node, spot, "tornado", tool)


def _run(source: Source, node: ast.Call, spot: Spot, owner: str, known: ServerObject | None) -> Iterator[Listen]:
    if known is not None:
        tool = _RUNS.get(known.framework)
        if tool is not None and not known.router:
            yield _listen(source, node, spot, f"{known.framework}.run", tool, owner)
    elif _given(node) & {"host", "port"} or (source.imported(owner) and owner.rpartition(".")[2] in {"app", "server"}):
        yield _listen(source, node, spot, "run", _RUNS[""], owner)


def _cherrypy(source: Source, node: ast.Call, spot: Spot) -> Iterator[Listen]:
    """`cherrypy.quickstart`, with what one `cherrypy.config.update({…})` of the file gives the server."""
    updates = [call for call, _ in source.calls if source.qualified(call.func) == "cherrypy.config.update"]
    given = updates[0].args[0] if len(updates) == 1 and len(updates[0].args) == 1 else None
    read = not updates or isinstance(given, ast.Dict)
    if not read or len(node.args) > _QUICKSTART or node.keywords:
        return
    values = {}
    for key, value in zip(given.keys, given.values, strict=True) if isinstance(given, ast.Dict) else ():
        name = source.module.string(key) if key is not None else None
        if name is None:
            return
        values[_CHERRYPY.get(name.value, "")] = value
    host, port = (
        None if (v := values.get(key)) is None else evaluate(source, v, spot.scope) for key in ("host", "port")
    )
    yield Listen(
        "cherrypy", None, host, port, "127.0.0.1", 8080, spot, source.module.location(node), source.module.anchor(node),
        None, None,
    )  # fmt: skip


def _given(node: ast.Call) -> set[str]:
    return {k.arg for k in node.keywords if k.arg is not None}


def _uses_gradio(source: Source, func: ast.Attribute, spot: Spot) -> bool:
    head = (dotted(func.value) or "").partition(".")[0]
    bound = source.single(head, spot.scope)
    return isinstance(bound, ast.Call) and (source.qualified(bound.func) or "").startswith("gradio.")


def _is_tornado(source: Source, func: ast.Attribute, known: ServerObject | None, spot: Spot) -> bool:
    if known is not None:
        return known.framework == "tornado"
    bound = source.single(func.value.id, spot.scope) if isinstance(func.value, ast.Name) else func.value
    return isinstance(bound, ast.Call) and (source.qualified(bound.func) or "").startswith("tornado.")


def _listen(  # noqa: PLR0913, PLR0917 - a call, where it stands, and how its tool is called
    source: Source, node: ast.Call, spot: Spot, tool: str, shape: _Tool, owner: str | None = None
) -> Listen:
    host_node, port_node = _argument(node, *shape.host), _argument(node, *shape.port)
    pair = node.args[shape.pair] if shape.pair is not None and len(node.args) > shape.pair else None
    pair = host_node if pair is None and shape.pair is not None else pair
    if pair is not None:
        bound = source.single(pair.id, spot.scope) if isinstance(pair, ast.Name) else pair
        if isinstance(bound, ast.Tuple) and len(bound.elts) == _PAIR:
            host_node, port_node = bound.elts
        else:
            host_node = port_node = pair
    hidden = any(k.arg is None for k in node.keywords) or any(isinstance(a, ast.Starred) for a in node.args)
    unix = _given(node) & {"uds", "fd", "unix_socket", "path", "listen"}
    app = owner if shape.app is None else _app(source, _argument(node, "app", shape.app), spot)
    value = {
        which: Template.unknown() if (which == "port" and unix) or (given is None and hidden) else
        None if given is None else evaluate(source, given, spot.scope)
        for which, given in (("host", host_node), ("port", port_node))
    }  # fmt: skip
    return Listen(
        tool, app, value["host"], value["port"], shape.default_host, shape.default_port, spot,
        source.module.location(node), source.module.anchor(node),
        _anchor(source, host_node), _anchor(source, port_node),
        sockets=tool in python_sockets.SERVERS and not hidden and _given(node).isdisjoint(python_sockets.ANSWERING),
    )  # fmt: skip


def _anchor(source: Source, node: ast.expr | None) -> Anchor | None:
    return None if node is None else source.module.anchor(node)


def _argument(node: ast.Call, name: str, index: int | None) -> ast.expr | None:
    if index is not None and index < len(node.args) and not isinstance(node.args[index], ast.Starred):
        return node.args[index]
    return keyword(node, name)


def _app(source: Source, node: ast.expr | None, spot: Spot) -> str | None:
    """The application given: a name of the file, or "module:attribute" from a text."""
    if node is None:
        return None
    name = dotted(node)
    if name is not None:
        return source.owner(name, spot.scope)
    text = evaluate(source, node, spot.scope).text
    return None if text is None else text.value


def _address(source: Source, node: ast.expr, given: ast.expr, spot: Spot, tool: str) -> Listen:
    host, port = split_address(evaluate(source, given, spot.scope))
    anchor = source.module.anchor(given)
    place = source.module.location(node)
    return Listen(tool, None, host, port, None, None, spot, place, source.module.anchor(node), anchor, anchor)


def _hypercorn(source: Source, node: ast.Assign, spot: Spot) -> Iterator[Listen]:
    """`config.bind = ["0.0.0.0:8000"]` of a hypercorn configuration."""
    target = node.targets[0]
    if not isinstance(target, ast.Attribute) or target.attr != "bind" or not isinstance(target.value, ast.Name):
        return
    bound = source.single(target.value.id, spot.scope)
    made = source.qualified(bound.func) if isinstance(bound, ast.Call) else None
    if made in {"hypercorn.config.Config", "hypercorn.Config"}:
        given = node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else [node.value]
        for one in given:
            yield _address(source, one, one, spot, "hypercorn")


def split_address(value: Template) -> tuple[Template | None, Template | None]:
    """Host and port of `host:port`, each None where it isn't said. A host in brackets is given without them."""
    parts = list(value.parts)
    for index in range(len(parts) - 1, -1, -1):
        part = parts[index]
        if isinstance(part, Text) and ":" in part.value:
            at = part.value.rindex(":")
            if "]" in part.value[at:]:
                break
            host = _kept([*parts[:index], part.slice(0, at)])
            return host, _kept([part.slice(at + 1, len(part)), *parts[index + 1 :]])
    return (None, Template.unknown()) if value.text is None else (_kept(parts), None)


def _kept(parts: list[Text | Hole | Symbol | Opaque]) -> Template | None:
    """The parts that say something, brackets of an IPv6 address dropped."""
    kept = [p for p in parts if not isinstance(p, Text) or p.value]
    if len(kept) == 1 and isinstance(kept[0], Text) and kept[0].value.startswith("[") and kept[0].value.endswith("]"):
        kept = [kept[0].slice(1, len(kept[0]) - 1)]
    return Template(tuple(kept)) if kept else None


def options(source: Source) -> dict[str, Option]:
    """Command-line options by what the code reads them as: `args.port` for `parser.add_argument("--port", …)`."""
    parsed = {
        name
        for name, bindings in source.bindings.items()
        for b in bindings
        if isinstance(b.value, ast.Call) and (dotted(b.value.func) or "").rpartition(".")[2] == "parse_args"
    }
    found: dict[str, Option] = {}
    for node, spot in source.calls if parsed else ():
        if not isinstance(node.func, ast.Attribute) or node.func.attr != "add_argument":
            continue
        texts = [source.module.string(a) for a in node.args]
        spellings = tuple(t.value for t in texts if t is not None and t.value.startswith("-"))
        longest = max(spellings, key=len, default="")
        dest = keyword(node, "dest")
        field = str(dest.value) if isinstance(dest, ast.Constant) else longest.lstrip("-").replace("-", "_")
        default = keyword(node, "default")
        none = default is None or (isinstance(default, ast.Constant) and default.value is None)
        value = None if none else evaluate(source, default, spot.scope)
        found.update({join(name, field): Option(spellings, value) for name in parsed if spellings})
    return found
