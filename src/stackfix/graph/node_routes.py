"""Routes, WebSocket routes, inclusions and cross-origin settings in one file of a Node program."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.formats import javascript as js
from stackfix.graph import javascript_names, node_sockets
from stackfix.graph.node_facts import NodeCors, NodeRoute, NodeUse, Server
from stackfix.graph.node_servers import maker, origin, required
from stackfix.graph.value import Hole, Symbol, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.graph.javascript_values import Source

_METHODS = frozenset({"get", "post", "put", "delete", "patch", "head", "options", "all", "del"})
_OWNERS = re.compile(r"(?:\w+\.)*(?:app|router|fastify|server|api|instance|\w*(?:Router|App|Routes))")
_HARMLESS = re.compile(
    r"cors|helmet|morgan|compression|compress|cookieParser|cookie|session|bodyParser|body|json|urlencoded|raw|text|rateLimit"
    r"|rateLimiter|limiter|slowDown|logger|pino\w*|passport|initialize|authenticate|csrf|csurf|hpp|multer|timeout|flash"
    r"|responseTime|requestId|expressWinston|errorHandler|multipart|formbody|jwt|sensible|swagger|underPressure|etag"
    r"|\w*[mM]iddleware|secureHeaders|prettyJSON|bearerAuth|basicAuth|methodOverride|favicon|expressSession|websocket"
    r"|requestHandler|\w*Limiter|\w*Logger|i18n\w*|mongoSanitize|xss|trustProxy|fileUpload|clerkMiddleware|rateLimit\w*",
)


_PAGES = re.compile(r"\bsendFile\b|\.html\b|\.render\(|[pP]roxy")
"""What a function of middleware says that answers with a page of its own, or has another answer."""


def routes(source: Source, calls: tuple[js.Call, ...], made: Mapping[str, Server]) -> Iterator[NodeRoute]:
    """Every path that is served by a call."""
    parts = registered(source, calls, made)
    for call in calls:
        yield from _plain(source, call, made, parts)
        yield from _object_route(source, call, parts)
        yield from node_sockets.routes(source, call)


def _plain(
    source: Source, call: js.Call, made: Mapping[str, Server], parts: tuple[Registered, ...]
) -> Iterator[NodeRoute]:
    """`app.get("/x", …)`, `router.ws("/y", …)`, `router.route("/z").get(…).post(…)`."""
    function = call.function
    if not isinstance(function, js.Member) or function.name not in _METHODS | {"ws"}:
        return
    owner, path = js.dotted(function.owner), js.argument(call, 0)
    chained = _chained(function.owner)
    if chained is not None:
        owner, path = chained
    elif len(call.arguments) < 2:  # noqa: PLR2004 - `app.get("setting")` reads
        return
    part = part_of(owner, call.first, parts)
    if owner is None or path is None or not (part or owner in made or _OWNERS.fullmatch(owner)):
        return
    owner = part or owner
    method = "DELETE" if function.name == "del" else function.name.upper()
    methods = frozenset() if function.name in {"all", "ws"} else frozenset({method})
    options = source.object(js.argument(call, 1)) if len(call.arguments) > 2 else None  # noqa: PLR2004 - handler is last
    said = options.get("websocket") if options is not None else None
    said_so = isinstance(said, js.Name) and said.name == "true"
    websocket = function.name == "ws" or said_so or node_sockets.is_upgrade(source, call)
    paths = path.items if isinstance(path, js.Array) else (path,)
    for one in paths:
        yield _route(source, owner, one, methods, websocket=websocket)


def _chained(node: js.Node) -> tuple[str, js.Node] | None:
    """The owner and path of `owner.route(path)` with methods called on it before."""
    while isinstance(node, js.Call) and isinstance(node.function, js.Member):
        owner = js.dotted(node.function.owner)
        if node.function.name == "route" and owner is not None and node.arguments:
            return owner, node.arguments[0]
        node = node.function.owner
    return None


def _route(  # noqa: PLR0913 - a route has that many parts
    source: Source, owner: str, path: js.Node, methods: frozenset[str], *, websocket: bool, everything: bool = False
) -> NodeRoute:
    module = source.module
    return NodeRoute(
        owner, source.evaluate(path), methods, websocket, module.location(path), module.anchor(path), everything
    )


def _object_route(source: Source, call: js.Call, parts: tuple[Registered, ...]) -> Iterator[NodeRoute]:
    """Fastify's `route({method, url, handler})`."""
    function = call.function
    if not isinstance(function, js.Member) or function.name != "route" or len(call.arguments) != 1:
        return
    owner = js.dotted(function.owner)
    given = call.arguments[0]
    for one in given.items if isinstance(given, js.Array) else (given,):
        yield from _one_route(source, call, owner, one, parts)


def _one_route(
    source: Source, call: js.Call, owner: str | None, node: js.Node, parts: tuple[Registered, ...]
) -> Iterator[NodeRoute]:
    options = source.object(node)
    url = (options.get("url") or options.get("path")) if options is not None else None
    if options is None or url is None or owner is None:
        return
    given = options.get("method")
    names = [source.evaluate(n).text for n in (given.items if isinstance(given, js.Array) else (given,))]
    methods = frozenset(n.value.upper() for n in names if n is not None)
    owner = part_of(owner, call.first, parts) or owner
    yield _route(source, owner, url, methods, websocket=False)
    if options.get("wsHandler") is not None:
        yield _route(source, owner, url, frozenset(), websocket=True)


# --- inclusions ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Registered:
    """A function that is given an application: what its first parameter is given counts below the function's prefix.

    Fastify's plugins are such functions, and those of a module that add routes to what they are given. `names` are
    those by which others know it; its own ends in `BARE` where no prefix holds for it.
    """

    name: str
    parameter: str
    first: int
    last: int
    names: tuple[str, ...] = ()


def registered(source: Source, calls: tuple[js.Call, ...], made: Mapping[str, Server]) -> tuple[Registered, ...]:
    """Every function that is handed to `register`, and those at the module's top that add routes to a parameter."""
    found = {part.first: part for part in _lent(source, calls, made)}
    for call in calls:
        if isinstance(call.function, js.Member) and call.function.name == "register":
            part = _registered_part(source, js.argument(call, 0))
            if part is not None:
                found.setdefault(part.first, part)
    return tuple(found[first] for first in sorted(found))


def _lent(source: Source, calls: tuple[js.Call, ...], made: Mapping[str, Server]) -> Iterator[Registered]:
    """The functions of the module that add routes to their first parameter, with the names that others know them by."""
    named: dict[int, Registered] = {}
    for name, bound in source.bindings.items():
        part = _registered_part(source, js.Name(-1, -1, name)) if len(bound) == 1 else None
        if part is not None:
            named[part.first] = replace(part, names=(name,))
    given, wrapped = _exported(source)
    part = _registered_part(source, given)
    if part is not None:
        known = next((one for one in named.values() if one.last == part.last), part)
        part = replace(part, name=known.name, first=known.first)
        bare = part.name + BARE if wrapped else part.name
        named[part.first] = replace(known, name=bare, names=(*known.names, "="))
    for part in named.values():
        if part.parameter not in made and any(_adds(call, part) for call in calls):
            yield part


def _exported(source: Source) -> tuple[js.Node | None, bool]:
    """What a module gives back as a whole, and whether fastify-plugin, which drops prefixes, is around it."""
    start = javascript_names.exported(source.module)
    node = source.module.expressions.expression(start) if start is not None else None
    if isinstance(node, js.Call):
        found = origin(source, js.dotted(node.function) or "")
        wraps = found is not None and found[0] == "fastify-plugin"
        return (js.argument(node, 0), True) if wraps else (None, False)
    return node, False


def _adds(call: js.Call, part: Registered) -> bool:
    """Whether a call adds something to what a function is given."""
    function = call.function
    if not isinstance(function, js.Member) or not part.first <= call.first <= part.last or not call.arguments:
        return False
    owner = _chained(function.owner)
    if (owner[0] if owner is not None else js.dotted(function.owner)) != part.parameter:
        return False
    if function.name in {"register", "route"}:
        return True
    last = call.arguments[-1]
    several = len(call.arguments) > 1 or owner is not None
    return function.name in _METHODS | {"use"} and several and isinstance(last, js.Function | js.Name | js.Member)


BARE = "bare"


def _registered_part(source: Source, node: js.Node | None) -> Registered | None:
    while isinstance(node, js.Unary):
        node = node.operand
    if isinstance(node, js.Name):
        bound = source.bindings.get(node.name, [])
        if len(bound) != 1 or bound[0].scope != -1:
            return None
        if bound[0].kind == "function":
            first = bound[0].at + 1
            last = next((f.last for f in source.functions if f.first == first), None)
            return None if last is None else Registered(f"{first}:", source.module.value(first + 1), first, last)
        node = bound[0].value
    if not isinstance(node, js.Function) or not node.parameters:
        return None
    return Registered(f"{node.first}:", node.parameters[0], node.first, node.last)


def part_of(owner: str | None, at: int, parts: tuple[Registered, ...]) -> str | None:
    """The innermost registered function around a token whose parameter an owner is."""
    around = [part for part in parts if part.parameter == owner and part.first <= at <= part.last]
    return around[-1].name if around else None


def uses(source: Source, calls: tuple[js.Call, ...], made: Mapping[str, Server]) -> Iterator[NodeUse]:
    """Every `use`, `register`, `route` and `mount` that puts a part into an application or router."""
    parts = registered(source, calls, made)
    for call in calls:
        function = call.function
        owner = js.dotted(function.owner) if isinstance(function, js.Member) else None
        part = part_of(owner, call.first, parts)
        known = part or owner in made or (owner is not None and _OWNERS.fullmatch(owner))
        if owner is None or not isinstance(function, js.Member) or not known:
            continue
        owner = part or owner
        if function.name in {"use", "mount"} or (function.name == "route" and len(call.arguments) > 1):
            yield from _used(source, call, owner)
        elif function.name == "route" and (owner not in made or made[owner].framework == "hapi"):
            yield from _unread(source, call, owner)
        elif function.name == "register":
            yield from _registered(source, call, owner)


def _unread(source: Source, call: js.Call, owner: str) -> Iterator[NodeUse]:
    """What `route` is given that is no object here: routes that are made elsewhere."""
    given = js.argument(call, 0)
    items = given.items if isinstance(given, js.Array) else (given,)
    # A path alone has its methods called on it.
    if isinstance(given, js.Literal | js.Joined):
        return
    for node in items:
        options = source.object(node)
        if options is None or (options.get("url") or options.get("path")) is None:
            yield NodeUse(owner, None, None, source.module.location(call))


def _used(source: Source, call: js.Call, owner: str) -> Iterator[NodeUse]:
    """`use([prefix], …middleware, router)`."""
    given = list(call.arguments)
    prefix = None
    if given and _is_path(source, given[0]):
        prefix = source.evaluate(given.pop(0))
    for node in given:
        yield from _part(source, owner, prefix, node)


def _is_path(source: Source, node: js.Node) -> bool:
    if isinstance(node, js.Literal | js.Joined):
        return True
    value = source.evaluate(node)
    return isinstance(node, js.Name | js.Member) and bool(value.parts) and isinstance(value.parts[0], Text | Hole)


def _part(source: Source, owner: str, prefix: Template | None, node: js.Node) -> Iterator[NodeUse]:
    location = source.module.location(node)
    anchor = source.module.anchor(node) if prefix is not None else None
    if isinstance(node, js.Function):
        if _PAGES.search(source.module.source(node).value):
            yield NodeUse(owner, prefix, None, location)
        return
    if isinstance(node, js.Array):
        for item in node.items:
            yield from _part(source, owner, prefix, item)
    elif isinstance(node, js.Call):
        yield from _called_part(source, owner, prefix, node)
    else:
        name = js.dotted(node)
        if name is None or not _is_harmless(source, name, imported=True):
            yield NodeUse(owner, prefix, name, location, anchor=anchor)


def _called_part(source: Source, owner: str, prefix: Template | None, node: js.Call) -> Iterator[NodeUse]:
    """`require("./routes")`, `router.routes()`, middleware made by a call."""
    location = source.module.location(node)
    name = js.dotted(node.function) or ""
    if name == "require":
        text = source.evaluate(js.argument(node, 0)).text
        anchor = source.module.anchor(node) if prefix is not None else None
        yield NodeUse(owner, prefix, text.value if text else None, location, loaded=True, anchor=anchor)
    elif isinstance(node.function, js.Member) and node.function.name in {"routes", "allowedMethods"}:
        yield NodeUse(owner, prefix, js.dotted(node.function.owner), location)
    elif not _is_harmless(source, name, imported=False) and maker(source, node) is None:
        yield NodeUse(owner, prefix, None, location)


def _is_harmless(source: Source, name: str, *, imported: bool) -> bool:
    """Whether middleware is of a kind that serves no paths of its own; routers are told apart by following the name."""
    last = name.rpartition(".")[2]
    binding = source.bindings.get(name)
    if binding is not None and all(b.kind == "function" or isinstance(b.value, js.Function) for b in binding):
        return True
    known = _HARMLESS.fullmatch(last) is not None or _HARMLESS.fullmatch(name.partition(".")[0]) is not None
    found = source.imports.get(name.partition(".")[0])
    return known and not (imported and found is not None and found.specifier.startswith(".") and "oute" in name)


def _registered(source: Source, call: js.Call, owner: str) -> Iterator[NodeUse]:
    """Fastify's `register(plugin, {prefix})`."""
    node = js.argument(call, 0)
    options = source.object(js.argument(call, 1))
    given = options.get("prefix") if options is not None else None
    prefix = None if given is None else source.evaluate(given)
    shown = options is not None and options.get("exposeStatusRoute") is not None
    if node is None:
        return
    while isinstance(node, js.Unary):
        node = node.operand
    name = js.dotted(node)
    if isinstance(node, js.Call) and js.dotted(node.function) in {"require", "import"}:
        text = source.evaluate(js.argument(node, 0)).text
        loads = text.value if text is not None else None
        if loads is None or not _is_plain(loads) or shown:
            yield NodeUse(owner, prefix, loads, source.module.location(node), loaded=True)
    elif (part := _registered_part(source, node)) is not None:
        yield NodeUse(owner, prefix, js.dotted(node) or part.name, source.module.location(node))
    elif isinstance(node, js.Function):
        return
    elif name is None or not _plugin(source, name) or shown:
        yield NodeUse(owner, prefix, name, source.module.location(node))


def _plugin(source: Source, name: str) -> bool:
    """Whether a plugin is of a package and serves nothing by itself."""
    found = source.imports.get(name.partition(".")[0])
    return found is not None and _is_plain(found.specifier)


def _is_plain(specifier: str) -> bool:
    """Whether a package is a plugin of Fastify's or for it that serves nothing by itself."""
    return specifier.startswith(("@fastify/", "fastify-")) and not re.search(
        r"static|autoload|proxy|swagger|oauth|vite|next|express|middie|health|alive|probe|autoroutes|file-routes",
        specifier,
    )


# --- cross-origin settings -------------------------------------------------------------------------------------------


def cors(source: Source, calls: tuple[js.Call, ...]) -> Iterator[NodeCors]:
    """`cors({origin, credentials})`, `app.enableCors({…})`, `register(cors, {…})`."""
    for call in calls:
        name = js.dotted(call.function) or ""
        last = name.rpartition(".")[2]
        if last == "enableCors" or (origin(source, name) or ("",))[0] in {"cors", "@koa/cors", "hono/cors"}:
            yield _cors(source, call, js.argument(call, 0))
        elif last == "register" and _package(source, js.argument(call, 0)) in {"@fastify/cors", "fastify-cors"}:
            yield _cors(source, call, js.argument(call, 1))


def _package(source: Source, node: js.Node | None) -> str | None:
    """The package that a name stands for, or that is required where it is used."""
    found = required(source, node) if isinstance(node, js.Call) else origin(source, js.dotted(node) or "")
    return found[0] if found is not None else None


def _cors(source: Source, call: js.Call, given: js.Node | None) -> NodeCors:
    module = source.module
    options = source.object(given)
    value = options.get("origin") if options is not None else None
    credentials = _truth(options.get("credentials")) if options is not None else False
    if given is not None and options is None:
        credentials = None
    origins, everything = _origins(source, value)
    everything = everything or given is None or (options is not None and options.whole and value is None)
    place = value if value is not None else call
    return NodeCors(origins, everything, credentials, module.location(place), module.anchor(place))


def _origins(source: Source, node: js.Node | None) -> tuple[tuple[Template, ...] | None, bool]:
    """The origins, and whether any is allowed."""
    if isinstance(node, js.Name):
        binding = source.lookup(node.name, node.first)
        node = binding.value if binding is not None and binding.value is not None else node
    if isinstance(node, js.Array):
        return tuple(source.evaluate(i) for i in node.items), False
    if isinstance(node, js.Name):
        return None, node.name == "true"
    value = source.evaluate(node)
    if value.text is not None:
        return (value,), value.text.value == "*"
    return ((value,), False) if value.holes or any(isinstance(p, Symbol) for p in value.parts) else (None, False)


def _truth(node: js.Node | None) -> bool | None:
    if node is None:
        return False
    return node.name == "true" if isinstance(node, js.Name) and node.name in {"true", "false"} else None
