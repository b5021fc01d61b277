"""Which of an application's routes come through which location of a proxy, and by which path a client asks for them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.graph import managed_routes, node_sources, proxying
from stackfix.graph.proxy_facts import Modifier
from stackfix.graph.proxy_matching import choose, upstream_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.proxy_facts import NginxFacts, Pass, ProxyLocation, ProxyServer
    from stackfix.graph.proxying import Proxied
    from stackfix.graph.python_routing import Routing, ServedRoute

_PLACEHOLDER = re.compile(r"\{[^}]*\}|<[^>]*>")
_SOCKET_NAME = re.compile(r"(?:^|[/_.-])(?:ws|wss|websockets?|sockets?|socket\.io|cable)(?:$|[/_.-])", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """A location that hands requests on to one application whose routes are known.

    `sockets` are the WebSocket routes that come through it with the path that a client asks for, `plain` the others.
    `others`: whether it may also serve plain requests that aren't seen. `alone`: it hands on to a port where nothing
    but WebSockets is spoken.
    """

    proxied: Proxied
    server: ProxyServer | None
    location: ProxyLocation
    target: Workload
    sockets: tuple[tuple[ServedRoute, str], ...]
    plain: tuple[ServedRoute, ...]
    others: bool
    alone: bool = False

    @property
    def dedicated(self) -> bool:
        """Whether nothing but WebSockets come through it, as far as the routes and its own name tell."""
        if self.location.modifier is Modifier.EXACT:
            return True
        return not self.plain and (is_for_sockets(self.location) or not self.others)


def passages(graph: Graph) -> Iterator[Passage]:
    """Every location of a running proxy that hands on to an application whose routes are known."""
    for proxied in proxying.proxied(graph):
        for server, siblings in groups(proxied.facts):
            for location in _every(siblings):
                yield from _passages(graph, proxied, server, siblings, location)


def groups(facts: NginxFacts) -> Iterator[tuple[ProxyServer | None, tuple[ProxyLocation, ...]]]:
    """The outermost locations of each server, and those of a fragment for inside one."""
    for server in facts.servers:
        yield server, server.locations
    if facts.loose:
        yield None, facts.loose


def _every(locations: Sequence[ProxyLocation]) -> Iterator[ProxyLocation]:
    for location in locations:
        yield location
        yield from _every(location.nested)


def _passages(
    graph: Graph,
    proxied: Proxied,
    server: ProxyServer | None,
    siblings: tuple[ProxyLocation, ...],
    location: ProxyLocation,
) -> Iterator[Passage]:
    handler = location.handler
    if handler is None or handler.keyword != "proxy_pass" or handler.stream or location.block.last("internal"):
        return
    for target in proxying.behind(graph, proxied.workload, handler):
        routing, alone = routing_at(graph, proxied, handler, target)
        if routing is None:
            continue
        through = tuple((r, path) for r in routing.routes if (path := _client_path(siblings, location, r)) is not None)
        yield Passage(
            proxied,
            server,
            location,
            target,
            tuple((r, path) for r, path in through if r.websocket),
            tuple(r for r, _ in through if not r.websocket),
            others=not alone
            and (
                not routing.complete
                or any(client_path(siblings, location, sample(p)) is not None for p in routing.unknown)
            ),
            alone=alone,
        )


def routing_at(graph: Graph, proxied: Proxied, handler: Pass, target: Workload) -> tuple[Routing | None, bool]:
    """What a component serves at the port that a location hands on to, and whether that is WebSockets alone."""
    routing = routing_of(graph, target)
    apart = {route.listener for route in routing.routes} - {None} if routing is not None else set()
    if routing is None or not apart:
        return routing, False
    common = tuple(route for route in routing.routes if route.listener is None)
    ports = proxying.ports(graph, proxied.workload, handler, target)
    met = [one for one in graph.listening(target).endpoints if one.port in ports]
    if len(met) != 1:
        return replace(routing, routes=common or routing.routes), False
    if met[0].listener not in apart:
        return replace(routing, routes=common), False
    here = tuple(route for route in routing.routes if route.listener == met[0].listener)
    return replace(routing, routes=here), met[0].sockets


def routing_of(graph: Graph, workload: Workload) -> Routing | None:
    """What the one program of a workload serves; None where it runs none, or several that share its ports unseen."""
    programs = graph.programs(workload) or node_sources.programs(graph, workload)
    if not programs:
        return managed_routes.routing(graph, workload)
    return programs[0].routing if len(programs) == 1 else None


def _client_path(siblings: Sequence[ProxyLocation], location: ProxyLocation, route: ServedRoute) -> str | None:
    """The path that a client asks for to come to a route; a server of every path is met by the location's own."""
    if route.polls:
        # Socket.IO's clients ask for the folder.
        return client_path(siblings, location, sample(route.path.rstrip("/") + "/"))
    if not takes_all(route) or location.modifier not in {Modifier.PREFIX, Modifier.FINAL_PREFIX, Modifier.EXACT}:
        return client_path(siblings, location, sample(route.path))
    match = choose(siblings, location.path.value)
    return location.path.value if match.location is location and not match.redirect else None


def client_path(siblings: Sequence[ProxyLocation], location: ProxyLocation, wanted: str) -> str | None:
    """The path that a client asks for so that the application sees the wanted one; None where none does for certain."""
    for path in dict.fromkeys(_asked(location, wanted)):
        match = choose(siblings, path)
        if match.location is location and not match.redirect and upstream_path(location, path) == wanted:
            return path
    return None


def _asked(location: ProxyLocation, wanted: str) -> Iterator[str]:
    """The paths that may become the wanted one on their way."""
    yield wanted
    prefix = location.path.value
    handler = location.handler
    uri = handler.uri.value if handler is not None and handler.uri is not None else "/"
    if wanted.startswith(uri):
        yield prefix + wanted.removeprefix(uri)
    yield prefix.rstrip("/") + wanted


def is_for_sockets(location: ProxyLocation) -> bool:
    """Whether a location's own words say that it is for WebSockets alone."""
    return location.modifier is Modifier.EXACT or is_named_for_sockets(location)


def is_named_for_sockets(location: ProxyLocation) -> bool:
    """Whether a location's path speaks of sockets."""
    return _SOCKET_NAME.search(location.path.value) is not None


def takes_all(route: ServedRoute) -> bool:
    """Whether a route is a server of WebSockets that was told no path: it takes every one, and means none."""
    return route.websocket and route.pattern == "(?:.*)"


def sample(route: str) -> str:
    """A request's path that a route serves: its placeholders filled."""
    return _PLACEHOLDER.sub("1", route) or "/"
