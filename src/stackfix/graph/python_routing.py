"""All routes of one Python program, with their full paths, and what may be served unseen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import python_django
from stackfix.graph.value import EMPTY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Anchor, Location
    from stackfix.graph.python_facts import Called, Include, PythonFacts, Route, ServerObject
    from stackfix.graph.python_names import Names
    from stackfix.graph.python_reach import Reach
    from stackfix.graph.value import Template
    from stackfix.text import Text

Node = tuple[str, str]
_DEPTH = 12
_IMPLIED = {"fastapi": ("/docs", "/redoc", "/openapi.json"), "flask": ("/static/",), "quart": ("/static/",)}
_MIXED = {"falcon", "litestar", "tornado"}
"""Frameworks whose classes take WebSockets by what they derive from: one may take plain requests, too."""
_HARMLESS = {
    "run", "Config", "run_app", "serve", "CORS", "Migrate", "TestClient", "instrument_app", "LoginManager", "Bcrypt",
    "SQLAlchemy", "JWTManager", "Limiter", "Mangum", "AppRunner", "instrument", "print", "getattr", "hasattr", "id",
    "isinstance", "len", "str", "partial", "update_wrapper", "CORSMiddleware", "cors", "Marshmallow", "Mail", "Cache",
    "AsyncClient", "ASGITransport", "ProxyFix", "SentryAsgiMiddleware", "add_pagination", "include_router", "mount",
    "register_blueprint", "add_middleware", "Talisman", "Compress", "CSRFProtect", "Session", "WSGIMiddleware",
    "launch", "Middleware", "Mount",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ServedRoute:
    """One route with its full path. `pattern` matches the paths that it serves; `text` is its own part, if literal.

    `listener` is the call that binds a port of its own for it. `polls`: its clients (Socket.IO's) come by plain
    requests, too, and by these alone where no WebSocket gets through.
    """

    path: str
    websocket: bool
    methods: frozenset[str]
    location: Location
    anchor: Anchor
    pattern: str
    text: Text | None = None
    listener: Location | None = None
    polls: bool = False


@dataclass(frozen=True, slots=True)
class Routing:
    """What a program serves. `complete`: there is no route outside `routes` and what lies below `unknown` prefixes.

    `home` is where a program of no routes is told, and where one of a framework would begin that brings its own.
    """

    routes: tuple[ServedRoute, ...] = ()
    unknown: tuple[str, ...] = ()
    complete: bool = False
    home: tuple[Location, Anchor] | None = None

    def serves(self, path: str, *, websocket: bool = False) -> bool | None:
        """Whether a request path is served (as a WebSocket); None where nobody can tell."""
        for route in self.routes:
            if route.websocket == websocket and re.fullmatch(route.pattern, path):
                return True
        if not self.complete or any(path.startswith(prefix) for prefix in self.unknown):
            return None
        return False


def routing(names: Names, reached: Reach, start: tuple[Node, ...]) -> Routing:
    """Everything that the applications at `start` serve."""
    table = _Table(names, reached)
    for node in start:
        table.walk(node, "", (), literal=True)
    table.holes.extend(_of_django(names, reached, start))
    made = {server.framework for node in start if (server := _object(names, node)) is not None}
    if made & _MIXED and any(route.websocket for route in table.routes):
        table.holes.append("handlers of both kinds")
    complete = bool(start) and not table.holes and not reached.unread
    return Routing(tuple(table.routes), tuple(dict.fromkeys(table.unknown)), complete)


def _of_django(names: Names, reached: Reach, start: tuple[Node, ...]) -> Iterator[str]:
    """Why the lists of URLs may not be all that a site of Django's serves."""
    if any(name == "urlpatterns" for _, name in start):
        yield from python_django.unseen(names, reached.paths)
    elif any(made is not None and made.framework == "django" for made in (_object(names, node) for node in start)):
        yield "the site's addresses are nowhere"


class _Table:
    """The routes found while walking from applications to what they include."""

    def __init__(self, names: Names, reached: Reach) -> None:
        self.names = names
        self.reached = reached
        self.routes: list[ServedRoute] = []
        self.unknown: list[str] = []
        self.holes: list[str] = []

    def walk(self, node: Node, prefix: str, seen: tuple[Node, ...], *, literal: bool) -> None:
        if node in seen or len(seen) > _DEPTH or not literal:
            self.holes.append("a prefix that can't be read")
            return
        made = _object(self.names, node)
        if made is None and node[1] not in {"urlpatterns", "websocket_urlpatterns"}:
            self.holes.append(f"{node[1]} is made elsewhere")
            return
        if made is not None:
            self.unknown.extend(prefix + p for p in _IMPLIED.get(made.framework, ()) if not made.router)
        for path in self.reached.paths:
            known = self.names.facts(path)
            if known is not None:
                self._routes(node, prefix, path, known, sockets=made is not None and made.framework == "flask_sock")
                self._hidden(node, prefix, path, known)
                self._includes(node, prefix, path, known, seen)
                self._foreign(node, path, known)

    def _routes(self, node: Node, prefix: str, path: str, known: PythonFacts, *, sockets: bool) -> None:
        for route in known.routes:
            if not self._owns(node, path, route.owner) or self._never(path, route.spot.function):
                continue
            own = self._text(path, route.path)
            if own is None:
                self.holes.append("a path that can't be read")
                continue
            full = _joined(prefix, own, django=node[1] in {"urlpatterns", "websocket_urlpatterns"})
            if route.polls and prefix:
                # Versions differ on whether Socket.IO below another application sees the path before it.
                self.holes.append("Socket.IO below a path")
                continue
            kinds = frozenset({True}) if sockets else self._kinds(path, route)
            if not kinds:
                self.holes.append(f"{route.handler} is made elsewhere")
            self.routes.extend(_served(route, prefix, own, full, kinds))

    def _hidden(self, node: Node, prefix: str, path: str, known: PythonFacts) -> None:
        for hidden in known.unknown_routes:
            if self._owns(node, path, hidden.owner):
                text = self._text(path, hidden.prefix) if hidden.prefix is not None else None
                if text is None:
                    self.holes.append(hidden.reason)
                else:
                    self.unknown.append(_joined(prefix, text, django=node[1] == "urlpatterns"))

    def _kinds(self, path: str, route: Route) -> frozenset[bool]:
        """Whether a route takes WebSockets, plain requests or both; nothing where nobody can tell."""
        if route.polls:
            return frozenset({True, False})
        said = frozenset[bool]() if route.websocket is None else frozenset({route.websocket})
        if route.websocket or route.handler is None:
            return said
        return self._taken(path, route.handler) or said

    def _taken(self, path: str, handler: str, depth: int = 0) -> frozenset[bool]:
        """What a handler takes by what it is, where it takes WebSockets."""
        spelled, colon, suffix = handler.partition(":")
        place = self.names.find(path, spelled) if depth <= _DEPTH else None
        known = self.names.facts(place[0]) if place is not None else None
        if place is None or known is None:
            return frozenset()
        name = place[1]
        plain = known.sockets.get(name + colon + suffix)
        if plain is not None:
            return frozenset({True, False} if plain else {True})
        head, _, method = name.rpartition(".")
        further = [base + colon + suffix for base in known.bases.get(name, ())]
        further += [known.instances[name].removesuffix("()") + colon + suffix] if name in known.instances else []
        if head in known.instances:
            further.append(f"{known.instances[head].removesuffix('()')}.{method}")
        found = (self._taken(place[0], one, depth + 1) for one in further)
        return next(filter(None, found), frozenset())

    def _includes(self, node: Node, prefix: str, path: str, known: PythonFacts, seen: tuple[Node, ...]) -> None:
        for include in known.includes:
            if not self._owns(node, path, include.owner):
                continue
            added = self._text(path, include.prefix)
            for target in self._targets(path, include):
                own = _object(self.names, target)
                made = own.prefix if own is not None else None
                inner = self._text(target[0], made)
                # Flask's prefix of the registration takes the blueprint's place; FastAPI's goes before the router's.
                flask = own is not None and own.framework in {"flask", "quart"} and include.prefix is not None
                whole = _joined(prefix, added or "", django=include.module) + ("" if flask else inner or "")
                self.walk(target, whole, (*seen, node), literal=added is not None and (flask or inner is not None))

    def _targets(self, path: str, include: Include) -> list[Node]:
        if include.module:
            target = self.names.resolve(include.target)
            found = [(target, "urlpatterns")] if target is not None else []
        else:
            found = objects(self.names, self.reached, path, include.target)
        if not found:
            self.holes.append(f"{include.target} is made elsewhere")
        return found

    def _foreign(self, node: Node, path: str, known: PythonFacts) -> None:
        """An application given to code outside the tree may get routes there."""
        for called in known.calls:
            last = called.name.rpartition(".")[2]
            given = [*called.arguments, *(v for _, v in called.keywords)]
            if last in _HARMLESS or not any(g is not None and self._owns(node, path, g) for g in given):
                continue
            if self.names.find(path, called.name) is None:
                self.holes.append(f"{called.name} is given the application")

    def _owns(self, node: Node, path: str, owner: str) -> bool:
        last = node[1].rpartition(".")[2]
        if path == node[0] and owner == node[1]:
            return True
        return (owner.rpartition(".")[2] == last or path != node[0] or "." in owner) and node in objects(
            self.names, self.reached, path, owner
        )

    def _never(self, path: str, function: str | None) -> bool:
        """Whether a route's function is never called as far as is known; then it may be called unseen."""
        if function is None or (path, function) in self.reached.functions:
            return False
        self.holes.append(f"{function} may add routes")
        return True

    def _text(self, path: str, value: Template | None) -> str | None:
        """A path or prefix; a setting is taken by its default, and noted: another environment may serve elsewhere."""
        if value is None:
            return ""
        settled = python_django.settled(self.names, self.reached.paths, path, value)
        resolved = self.names.value(path, settled)
        if resolved.holes:
            self.holes.append("a path that the environment decides")
        filled = resolved.fill(EMPTY)
        return None if filled is None else filled.text.value


def _served(route: Route, prefix: str, own: str, full: str, kinds: frozenset[bool]) -> Iterator[ServedRoute]:
    """A route as it is met: once for each kind of requests."""
    pattern = _pattern(prefix, own) if route.regex else _matching(full)
    pattern = re.escape(full.rstrip("/")) + "(?:/.*)?" if route.polls else pattern
    place, anchor, text = route.location, route.anchor, route.path.text
    for socket in sorted(kinds):
        yield ServedRoute(full, socket, route.methods, place, anchor, pattern, text, polls=route.polls)


def objects(names: Names, reached: Reach, path: str, owner: str, depth: int = 0) -> list[Node]:
    """The applications or routers that a name of a file stands for: several where a parameter is given several."""
    key = (path, owner)
    if key not in reached.objects:
        reached.objects[key] = []
        reached.objects[key] = _objects(names, reached, path, owner, depth)
    return reached.objects[key]


def _objects(names: Names, reached: Reach, path: str, owner: str, depth: int) -> list[Node]:
    place = names.find(path, owner) if depth <= _DEPTH else None
    known = names.facts(place[0]) if place is not None else None
    if place is None or known is None:
        return []
    path, name = place
    if name in {"urlpatterns", "websocket_urlpatterns"} or any(o.name == name for o in known.objects):
        return [(path, name)]
    made = known.instances.get(name)
    if made is None and name.endswith("()"):
        made = known.returns.get(name.removesuffix("()"))
    if made is not None:
        return objects(names, reached, path, made, depth + 1)
    scope, _, last = name.rpartition(".")
    if last in known.parameters.get(scope, ()):
        return list(_given(names, reached, (path, scope), last, depth))
    return []


def _given(names: Names, reached: Reach, function: Node, name: str, depth: int) -> Iterator[Node]:
    """What a function's parameter is given, wherever it is called."""
    own = names.facts(function[0])
    index = own.parameters[function[1]].index(name) if own is not None else 0
    for path, called in _callers(names, reached).get(function[1].rpartition(".")[2], ()):
        if names.find(path, called.name) != function:
            continue
        given = called.arguments[index] if index < len(called.arguments) else dict(called.keywords).get(name)
        if given is not None:
            yield from objects(names, reached, path, given, depth + 1)


def _callers(names: Names, reached: Reach) -> dict[str, list[tuple[str, Called]]]:
    """Every call by the last part of its name, and by the name that an alias stands for."""
    if reached.callers is None:
        reached.callers = {}
        for path in reached.paths:
            known = names.facts(path)
            if known is None:
                continue
            aliases = {i.alias: i.name for i in known.imports if i.name is not None and i.name != i.alias}
            for called in known.calls:
                last = called.name.rpartition(".")[2]
                for name in {last, aliases.get(called.name, last)}:
                    reached.callers.setdefault(name, []).append((path, called))
    return reached.callers


def _object(names: Names, node: Node) -> ServerObject | None:
    known = names.facts(node[0])
    return next((o for o in known.objects if o.name == node[1]), None) if known is not None else None


def _joined(prefix: str, path: str, *, django: bool) -> str:
    if django and not prefix.endswith("/") and not path.startswith("/"):
        return f"{prefix}/{path}"
    return prefix + path


def _matching(path: str) -> str:
    """A regular expression for the request paths that a route's path serves."""
    pieces = re.split(r"(\{[^}]*\}|<[^>]*>)", path or "/")
    found = []
    for piece in pieces:
        if piece.startswith(("{", "<")):
            whole = piece.startswith("<path:") or piece.endswith(":path}") or ":.*" in piece
            found.append(".*" if whole else "[^/]+")
        else:
            found.append(re.escape(piece))
    # A router answers the other spelling of a trailing slash with a redirect.
    return "".join(found).removesuffix("/") + "/?"


def _pattern(prefix: str, regex: str) -> str:
    """Django's `re_path`: a prefix, then the expression as it is where Python can read it, else any path below."""
    inner = regex.removeprefix("^")
    ending = "" if inner.endswith("$") else ".*"
    whole = re.escape(prefix.rstrip("/")) + "/" + inner.removeprefix("/").removesuffix("$") + ending
    try:
        re.compile(whole)
    except re.error:
        return re.escape(prefix) + ".*"
    return whole
