"""WebSockets that a front end opens and no location forwards, and the location that would, in its sibling's manner."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import front_doors, handshaking, proxied_routes, proxying, socket_ways
from stackfix.graph.proxy_facts import dollar
from stackfix.graph.proxy_matching import choose
from stackfix.graph.proxy_rendering import rendering
from stackfix.repairs.add_block import AddBlock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.frontend import SocketPath
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.proxy_facts import ProxyLocation, ProxyServer
    from stackfix.graph.proxying import Proxied
    from stackfix.graph.python_routing import ServedRoute

_AUTHORITY = re.compile(r"https?://[^/?]+")
_SETS = re.compile(r"\$\{?([a-z_]\w*)")
_HANDSHAKE = frozenset({"upgrade", "connection"})
_GUARDS = frozenset({"auth_basic", "auth_request", "allow", "deny", "satisfy", "limit_req", "auth_jwt"})


@dataclass(frozen=True, slots=True, eq=False)
class Missing:
    """A WebSocket that ends in a page. `path` is what is opened; `taken` the location that has it.

    `place` is what a location for it would take: the folder of all sockets where the application has nothing else.

    `sibling` hands other requests on to the `target`, which serves `route`.
    """

    proxied: Proxied
    server: ProxyServer
    opening: SocketPath
    path: str
    place: str
    route: ServedRoute
    target: Workload
    sibling: ProxyLocation
    taken: ProxyLocation | None

    @property
    def guarded(self) -> bool:
        """Whether the sibling lets not everybody in."""
        return any(said.keyword in _GUARDS for said in self.sibling.block.said)


def missing(graph: Graph) -> Iterator[Missing]:
    """Every WebSocket that an application serves, a front end opens and its proxy keeps for itself."""
    doors = [(proxied, server) for proxied in proxying.proxied(graph) for server in proxied.facts.servers]
    for proxied, server in doors:
        for opening in front_doors.opened(graph, proxied, server):
            found = _missing(graph, proxied, server, opening)
            if found is not None and not any(_is_way_in(graph, found, *door) for door in doors):
                yield found


def _is_way_in(graph: Graph, found: Missing, proxied: Proxied, server: ProxyServer) -> bool:
    """Whether another server of the deployment gives out the same pages, and hands the path on."""
    if server is found.server or proxied.workload.deployment is not found.proxied.workload.deployment:
        return False
    location = choose(server.locations, found.path).location
    if location is None or not location.passes or location.path.value == "/":
        return False
    folders = {front.folder for front in front_doors.fronts(graph, found.proxied, found.server)}
    return any(front.folder in folders for front in front_doors.fronts(graph, proxied, server))


def _missing(graph: Graph, proxied: Proxied, server: ProxyServer, opening: SocketPath) -> Missing | None:
    path = opening.path or "/"
    match = choose(server.locations, path)
    if path == "/" or not match.known or match.redirect:
        return None
    if not (keeps(server, match.location) or _ends_in_pages(graph, proxied, match.location, path)):
        return None
    served = tuple(_served(graph, proxied, server, opening))
    if len({target for target, _, _ in served}) != 1:
        return None
    target, route, sibling = served[0]
    place = _folder(graph, server, target, path)
    return Missing(proxied, server, opening, path, place, route, target, sibling, match.location)


def _folder(graph: Graph, server: ProxyServer, target: Workload, path: str) -> str:
    """The folder of the application's WebSockets, where it has several, nothing else and no location of its own."""
    routing = proxied_routes.routing_of(graph, target)
    sockets = [route.path for route in routing.routes if route.websocket] if routing is not None else []
    folder = "/" + path.strip("/").partition("/")[0] + "/"
    plain = any(r.path.startswith(folder) for r in routing.routes if not r.websocket) if routing is not None else True
    taken = any(one.path.value.startswith(folder.rstrip("/")) for one in server.all_locations())
    alone = len(sockets) > 1 and all(route.startswith(folder) for route in sockets) and not (plain or taken)
    return folder if alone and path != folder else path


def _ends_in_pages(graph: Graph, proxied: Proxied, location: ProxyLocation | None, path: str) -> bool:
    """Whether a location hands such a request on to another nginx, which answers it from its own files."""
    handler = location.handler if location is not None else None
    if location is None or handler is None or handler.uri is not None or location.rewrites:
        return False
    if handler.keyword != "proxy_pass":
        return False
    further = proxying.behind(graph, proxied.workload, handler)
    servers = [server for one in further for facts in graph.proxies(one) for server in facts.servers]
    found = [(server, choose(server.locations, path)) for server in servers]
    seen = bool(further) and all(graph.proxies(one) for one in further)
    return seen and all(match.known and not match.redirect and keeps(server, match.location) for server, match in found)


def keeps(server: ProxyServer, location: ProxyLocation | None) -> bool:
    """Whether nginx answers such a request from its own files."""
    if server.block.all("rewrite") or server.block.all("return") or server.block.all("if"):
        return False
    if location is None:
        return True
    tries = location.try_files
    elsewhere = tries is not None and tries.values[-1].startswith("@")
    return not (location.passes or location.rewrites or location.returns or location.block.hidden or elsewhere)


def _served(
    graph: Graph, proxied: Proxied, server: ProxyServer, opening: SocketPath
) -> Iterator[tuple[Workload, ServedRoute, ProxyLocation]]:
    """The applications behind the server's other locations that serve the path as a WebSocket."""
    for sibling in server.all_locations():
        handler = sibling.handler
        if handler is None or handler.keyword != "proxy_pass":
            continue
        for target in proxying.behind(graph, proxied.workload, handler):
            routing, _ = proxied_routes.routing_at(graph, proxied, handler, target)
            for route in routing.routes if routing is not None else ():
                if route.websocket and _answers(route, opening):
                    yield target, route, sibling


def _answers(route: ServedRoute, opening: SocketPath) -> bool:
    path = opening.path or ""
    if opening.whole:
        return re.fullmatch(route.pattern, path) is not None
    return path.endswith("/") and route.path.startswith(path) and route.path != path


def location(graph: Graph, found: Missing) -> AddBlock | None:
    """The location that forwards it, as the sibling forwards its own; None where that can't be told exactly."""
    handler = found.sibling.handler
    headers = found.sibling.block.effective("proxy_set_header")
    authority = _AUTHORITY.match(dollar(handler.text.value)) if handler is not None else None
    if authority is None or not headers.certain or not reachable(graph, found.server, authority.group()):
        return None
    shared = handshaking.upgrade_variable(graph, found.proxied.workload, found.proxied.facts)
    connection = shared[0] if shared is not None and shared[1] is None else "upgrade"
    kept = (
        ("proxy_set_header", *map(dollar, said.values))
        for said in headers.said
        if said.values[0].lower() not in _HANDSHAKE
    )
    lines = (
        ("proxy_pass", authority.group()),
        ("proxy_http_version", "1.1"),
        ("proxy_set_header", "Upgrade", "$http_upgrade"),
        ("proxy_set_header", "Connection", connection),
        *kept,
        *((("proxy_read_timeout", "3600s"),) if socket_ways.sends_no_pings(graph, found.target) else ()),
    )
    return AddBlock(found.server.anchor, "location", (found.place,), lines)


def reachable(graph: Graph, server: ProxyServer, authority: str) -> bool:
    """Whether every variable of the address holds in the whole server, and comes through the file's rendering."""
    if "$" not in authority:
        return True
    if rendering(graph.library, server.anchor.path).keeps_dollars is False:
        return False
    given = {said.values[0] for block in server.block.chain() for said in block.all("set") if said.values}
    return all("$" + name in given for name in _SETS.findall(authority))
