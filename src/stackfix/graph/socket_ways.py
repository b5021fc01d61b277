"""The locations through which WebSockets come to an application: by its routes, or because a front end opens them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import Location
from stackfix.graph import front_doors, node_sources, proxied_routes, proxy_websocket, proxying
from stackfix.graph.proxy_matching import choose, upstream_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from stackfix.graph.frontend import SocketPath
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.proxied_routes import Passage
    from stackfix.graph.proxy_facts import ProxyLocation, ProxyServer
    from stackfix.graph.proxying import Proxied
    from stackfix.graph.python_routing import ServedRoute
    from stackfix.graph.started import Process
    from stackfix.text import Text

    _Key = tuple[Workload, Location, Location | None]


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """A location that WebSockets come through. `paths` are what clients ask for, `witnesses` who serves or opens them.

    `targets` are the components behind it, as far as known; `dedicated`: nothing else comes through. `polls`: clients
    come by plain requests where no WebSocket gets through.
    """

    proxied: Proxied
    location: ProxyLocation
    paths: tuple[str, ...]
    witnesses: tuple[Location, ...]
    targets: tuple[Workload, ...]
    dedicated: bool
    polls: bool = False


_QUIET = frozenset({"hypercorn", "granian", "gunicorn", "flask"})
"""Servers that send no pings unless told to."""

_OWN = re.compile(r"(?:^|/)(?:\w+-?)?(?:hubs?|signalr|sockjs|stomp)(?:/|$)", re.IGNORECASE)
"""How locations for SignalR and SockJS are called."""

_WS = re.compile(r"""['"](?:ws|express-ws|@fastify/websocket)['"]""")
_PINGS = re.compile(r"ping|heartbeat|keep-?alive|socket\.io", re.IGNORECASE)
_TOLD = re.compile(
    r"ping_interval|heartbeat|\b\w*(?:ws|sock(?:et)?|conn(?:ection)?|client)\.ping\("
    r"|\bsend\w*\([^)\n]*[\"']ping[\"']",
    re.IGNORECASE,
)


def sends_no_pings(graph: Graph, target: Workload) -> bool:
    """Whether a server is known that was not told to ping: by its options, by another worker, in a file."""
    begun = graph.started(target)
    if begun is None or not begun.known or not begun.processes:
        return False
    for process in begun.processes:
        if node_sources.is_node(process):
            if not _never_pings(graph, target, process):
                return False
            continue
        words = [part.text for part in process.words]
        told = any(text is None or "ping" in text.value or "uvicorn" in text.value for text in words)
        if process.tool not in _QUIET or told or process.configuration is not None:
            return False
        program = graph.program_of(target, process)
        if program is not None and any(graph.library.get(path, _speaks_of_pings) for path in program.paths):
            return False
    return True


def _speaks_of_pings(text: Text) -> bool:
    """Whether a file of a Python program tells its server to ping, or pings by itself."""
    return _TOLD.search(text.value) is not None


def _never_pings(graph: Graph, target: Workload, process: Process) -> bool:
    """Whether a Node program serves by `ws`, which pings nobody by itself, and says nothing of pings anywhere."""
    program = node_sources.program(graph, target, process)
    if program is None or program.unread:
        return False
    texts = [text.value for path in program.paths if (text := graph.library.text(path)) is not None]
    return any(_WS.search(text) for text in texts) and not any(_PINGS.search(text) for text in texts)


def ways(graph: Graph) -> Iterator[Way]:
    """Every location through which a WebSocket certainly comes."""
    passages = tuple(proxied_routes.passages(graph))
    working = {_key(passage, route) for passage in passages if _lets_through(passage) for route, _ in passage.sockets}
    for passage in passages:
        if found := _by_routes(graph, passage, working):
            yield found
    for proxied in proxying.proxied(graph):
        for server in proxied.facts.servers:
            yield from _by_openings(graph, proxied, server)


def _lets_through(passage: Passage) -> bool:
    return proxy_websocket.handshake(passage.location, passage.proxied.facts).complete


def _opens_any(graph: Graph, passage: Passage) -> bool:
    if passage.server is None:
        return False
    return any(front.websocket_paths for front in front_doors.fronts(graph, passage.proxied, passage.server))


def _key(passage: Passage, route: ServedRoute) -> _Key:
    """A WebSocket by who serves it, and whose server hands it on."""
    return passage.target, route.location, passage.server.location if passage.server is not None else None


def _by_routes(graph: Graph, passage: Passage, working: AbstractSet[_Key]) -> Way | None:
    """What the application serves; where it is known what the front end opens, only that.

    Where it opens some, and nobody can tell at which address: not what comes through another location already.
    """
    used = None if passage.server is None else front_doors.all_opened(graph, passage.proxied, passage.server)
    elsewhere = not used and not _lets_through(passage) and _opens_any(graph, passage)
    sockets = [
        (route, path)
        for route, path in passage.sockets
        if (
            any(_leads(passage, opening) for opening in used)
            if used and not route.polls
            else _is_meant(graph, passage, route) and not (elsewhere and _key(passage, route) in working)
        )
    ]
    if not sockets:
        return None
    witnesses = (Location(r.location.path, r.location.span, "served as a WebSocket") for r, _ in sockets)
    paths = tuple(dict.fromkeys(path for _, path in sockets))
    found = tuple(dict.fromkeys(witnesses))
    polls = all(route.polls for route, _ in sockets)
    return Way(passage.proxied, passage.location, paths, found, (passage.target,), passage.dedicated, polls)


def _is_meant(graph: Graph, passage: Passage, route: ServedRoute) -> bool:
    """Whether a location is there for a route's WebSocket: one that takes every path is meant where nothing else is.

    Not a route outside of the location's own path, where the application has others inside: they are what is meant,
    and the path that is taken off is another fault. What polls otherwise is meant by a location of its own alone.
    """
    location = passage.location
    if passage.alone:
        return True
    if route.polls and not _is_its_own(location, route):
        return False
    own = location.path.value.rstrip("/") + "/"
    routing = proxied_routes.routing_of(graph, passage.target)
    inside = routing is not None and any(other.path.startswith(own) for other in routing.routes)
    if own != "/" and inside and not route.path.startswith(own) and not proxied_routes.is_for_sockets(location):
        return False
    named = proxied_routes.is_named_for_sockets(location)
    return not proxied_routes.takes_all(route) or location.path.value == "/" or named


def _is_its_own(location: ProxyLocation, route: ServedRoute) -> bool:
    """Whether a location is for a route alone, by its own path."""
    path = location.path.value
    told = _OWN.search(path) is not None or proxied_routes.is_named_for_sockets(location)
    return told or route.path == path.rstrip("/")


def _leads(passage: Passage, opening: SocketPath) -> bool:
    """Whether what a front end opens comes to the passage's location."""
    assert passage.server is not None
    match = choose(passage.server.locations, opening.path or "/")
    return match.location is passage.location or not match.known


def _by_openings(graph: Graph, proxied: Proxied, server: ProxyServer) -> Iterator[Way]:
    """What the front end opens, where nobody can tell what the application behind the location serves."""
    for opening in front_doors.opened(graph, proxied, server):
        match = choose(server.locations, opening.path or "/")
        location = match.location
        handler = location.handler if location is not None else None
        if location is None or handler is None or match.redirect or opening.library == "socket.io":
            continue
        targets = proxying.behind(graph, proxied.workload, handler)
        path = opening.path or "/"
        seen = upstream_path(location, path) or path
        if handler.keyword == "proxy_pass" and not any(_told(graph, target, seen) for target in targets):
            place = Location(opening.location.path, opening.location.span, "opened here")
            yield Way(proxied, location, (path,), (place,), targets, proxied_routes.is_for_sockets(location))


def _told(graph: Graph, target: Workload, path: str) -> bool:
    """Whether the target's own routes decide about a path, or it is what serves the pages themselves."""
    routing = proxied_routes.routing_of(graph, target)
    decided = routing is not None and routing.serves(path, websocket=True) is not None
    return decided or front_doors.front_of(graph, target) is not None
