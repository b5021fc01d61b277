"""Requests of a front end that end in its own nginx, though an application serves them, and the location that lacks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import (
    address,
    front_doors,
    missing_sockets,
    page_calls,
    page_paths,
    proxied_routes,
    proxying,
)
from stackfix.graph.model import Platform
from stackfix.graph.proxy_facts import dollar
from stackfix.graph.proxy_matching import choose
from stackfix.graph.reach import Reached
from stackfix.repairs.add_block import AddBlock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.page_calls import Call
    from stackfix.graph.proxy_facts import ProxyLocation, ProxyServer, UpstreamServer
    from stackfix.graph.proxying import Proxied
    from stackfix.graph.python_routing import ServedRoute

_AUTHORITY = re.compile(r"https?://[^/?]+")
_FILE = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,5}$")
_FOR_PROGRAMS = re.compile(r"/(?:apis?|rest|rpc|graphql|backend|gateway|v\d+)(?:[/-]|$)")
"""First names of paths that no page of a site has."""
_NUMBERED = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_STANDARD = (
    ("proxy_set_header", "Host", "$host"),
    ("proxy_set_header", "X-Real-IP", "$remote_addr"),
    ("proxy_set_header", "X-Forwarded-For", "$proxy_add_x_forwarded_for"),
    ("proxy_set_header", "X-Forwarded-Proto", "$scheme"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Missing:
    """Requests that end in files. `prefix` is what a location for them would take; `taken` the one that has them.

    `sibling` is a location of the server that hands on to the `target` or, where none does, to somebody else. Not
    `sure`: pages of the front end may lie below the prefix too, or the others' applications are told by addresses.
    """

    proxied: Proxied
    server: ProxyServer
    call: Call
    prefix: str
    route: ServedRoute
    target: Workload
    sibling: ProxyLocation | None
    taken: ProxyLocation | None
    sure: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    call: Call
    taken: ProxyLocation | None
    target: Workload
    route: ServedRoute


def missing(graph: Graph) -> Iterator[Missing]:
    """Every group of requests that one location would take to one application."""
    built = graph.front_builds
    doors = [
        (proxied, server, calls)
        for proxied in proxying.proxied(graph)
        for server in proxied.facts.servers
        if (calls := page_calls.calls(graph, built, proxied, server))
    ]
    for proxied, server, calls in doors:
        others = [one for one in doors if one[0].workload.deployment is proxied.workload.deployment]
        kept = [
            found
            for call in calls
            if not any(_forwards(other, call) for _, other, _ in others)
            and (found := _kept(graph, proxied, server, call)) is not None
        ]
        yield from _groups(graph, proxied, server, kept)


def _forwards(server: ProxyServer, call: Call) -> bool:
    """Whether a server hands the request on, so that it is the way in."""
    location = choose(server.locations, call.path).location
    return location is not None and bool(location.passes)


def _kept(graph: Graph, proxied: Proxied, server: ProxyServer, call: Call) -> _Kept | None:
    match = choose(server.locations, call.path)
    if call.path == "/" or _FILE.search(call.path) or not match.known or match.redirect:
        return None
    if not missing_sockets.keeps(server, match.location):
        return None
    served = [(w, route) for w in _applications(graph, proxied) if (route := _served(graph, w, call)) is not None]
    if len({graph.component(workload) for workload, _ in served}) != 1:
        return None
    return _Kept(call, match.location, *served[0])


def _applications(graph: Graph, proxied: Proxied) -> Iterator[Workload]:
    """What runs in the deployment of a proxy and may be asked by it."""
    asker = proxied.workload
    if asker.deployment.platform is Platform.COMPOSE:
        yield from (w for w in graph.names.neighbours(asker) if w is not asker and w.deployment is asker.deployment)
        return
    yield from (w for w in asker.deployment.workloads if w is not asker and w.namespace == asker.namespace)


def _served(graph: Graph, workload: Workload, call: Call) -> ServedRoute | None:
    routing = proxied_routes.routing_of(graph, workload)
    first = _names(call.path)[0]
    for route in routing.routes if routing is not None else ():
        if route.websocket or _names(route.path)[:1] != [first]:
            continue
        begins = call.path.endswith("/") and route.path.startswith(call.path)
        if re.fullmatch(route.pattern, call.path) or (not call.whole and begins):
            return route
    return None


def _names(path: str) -> list[str]:
    return [name for name in path.split("/") if name]


# --- what one location would take ------------------------------------------------------------------------------------


def _groups(graph: Graph, proxied: Proxied, server: ProxyServer, kept: Sequence[_Kept]) -> Iterator[Missing]:
    """One for each beginning; where several applications or locations share its first name, for each second one."""
    groups: dict[tuple[str, ...], list[_Kept]] = {}
    for one in kept:
        first, *rest = _names(one.call.path)
        split = bool(rest) and _is_split(server, first, kept)
        groups.setdefault((first, *(rest[:1] if split else ())), []).append(one)
    for names, found in groups.items():
        if len({graph.component(one.target) for one in found}) == 1:
            yield _of_group(graph, proxied, server, names, found)


def _is_split(server: ProxyServer, first: str, kept: Iterable[_Kept]) -> bool:
    """Whether what lies below a first name goes to different places."""
    below = f"/{first}/"
    if any(len(location.path.value) > len(below) and below in location.path.value for location in server.locations):
        return True
    return len({one.target for one in kept if _names(one.call.path)[0] == first}) > 1


def _of_group(
    graph: Graph, proxied: Proxied, server: ProxyServer, names: tuple[str, ...], found: Sequence[_Kept]
) -> Missing:
    prefix = "/" + "/".join(names)
    deeper = all(one.call.path.startswith(prefix + "/") for one in found)
    first = found[0]
    sure = _FOR_PROGRAMS.match(prefix) is not None or not any(
        page_paths.has_page(graph.library, front, prefix) for front in front_doors.fronts(graph, proxied, server)
    )
    sibling = _sibling(graph, proxied, server, first.target)
    # A server that hands on to machines of another place may run where the application has no such name.
    sure = sure and not (sibling is not None and _is_numbered(sibling))
    whole = prefix + "/" if deeper else prefix
    return Missing(proxied, server, first.call, whole, first.route, first.target, sibling, first.taken, sure)


def _sibling(graph: Graph, proxied: Proxied, server: ProxyServer, target: Workload) -> ProxyLocation | None:
    """The location whose manner a further one follows: one to the same application, else the last that hands on."""
    handing = [one for one in server.all_locations() if one.handler and one.handler.keyword == "proxy_pass"]
    same = [one for one in handing if _leads_to(graph, proxied, one, target)]
    return next(iter(same), None) or (handing[-1] if handing else None)


def _is_numbered(location: ProxyLocation) -> bool:
    """Whether a location hands on to an address in numbers that is not its own machine's."""
    found = location.handler.address if location.handler is not None else None
    host = found.host.value if found is not None else ""
    return _NUMBERED.fullmatch(host) is not None and not address.is_loopback(host)


def _leads_to(graph: Graph, proxied: Proxied, location: ProxyLocation, target: Workload) -> bool:
    handler = location.handler
    return handler is not None and proxying.behind(graph, proxied.workload, handler) == (target,)


# --- the location ----------------------------------------------------------------------------------------------------


def location(graph: Graph, found: Missing) -> AddBlock | None:
    """The location that hands them on, in its sibling's manner; None where that can't be told exactly."""
    authority = _authority(graph, found)
    if authority is None or not missing_sockets.reachable(graph, found.server, authority):
        return None
    headers = _headers(found)
    if headers is None:
        return None
    return AddBlock(found.server.anchor, "location", (found.prefix,), (("proxy_pass", authority), *headers))


def _headers(found: Missing) -> tuple[tuple[str, ...], ...] | None:
    """The sibling's own headers; none where all of a server's are inherited, the usual ones where there are none."""
    effective = found.server.block.effective("proxy_set_header")
    if not effective.certain:
        return None
    if found.sibling is None:
        return () if effective.said else _STANDARD
    kept = []
    for said in found.sibling.block.said:
        own = said.keyword == "proxy_set_header" and said.values[0].lower() not in {"upgrade", "connection"}
        shared = said.keyword == "include" and "prox" in said.values[0]
        if (own or shared) and said.anchor.path == found.sibling.anchor.path:
            kept.append((said.keyword, *map(dollar, said.values)))
    return tuple(kept)


def _authority(graph: Graph, found: Missing) -> str | None:
    """Scheme and host of the target as nginx calls it: as a sibling does, by an upstream, by its own name."""
    sibling, nginx = found.sibling, found.proxied.workload
    if sibling is not None and sibling.handler is not None and _leads_to(graph, found.proxied, sibling, found.target):
        match = _AUTHORITY.match(dollar(sibling.handler.text.value))
        return match.group() if match is not None else None
    for facts in graph.proxies(nginx):
        for upstream in facts.upstreams:
            if not upstream.stream and _is_for(graph, nginx, upstream.servers, found.target):
                return f"http://{upstream.name.value}"
    return _by_name(graph, nginx, found.target)


def _is_for(graph: Graph, nginx: Workload, servers: Sequence[UpstreamServer], target: Workload) -> bool:
    asked = [proxying.as_reference(graph, nginx, server) for server in servers]
    return bool(asked) and all(
        one is not None
        and graph.resolve(one).workloads == (target,)
        and one.address.default_port in graph.settled(target).ports
        for one in asked
    )


def _by_name(graph: Graph, nginx: Workload, target: Workload) -> str | None:
    if nginx.deployment.platform is not Platform.COMPOSE:
        return _by_service(graph, nginx, target)
    reach = graph.names.resolve(target.name, nginx)
    listening = graph.settled(target)
    ports = [e.port for e in listening.endpoints if e.protocol == "tcp" and not e.loopback]
    if reach.reached is not Reached.MET or reach.workloads != (target,) or not listening.known or len(ports) != 1:
        return None
    return None if address.is_outside(target.name) else f"http://{target.name}:{ports[0]}"


def _by_service(graph: Graph, nginx: Workload, target: Workload) -> str | None:
    names = [
        f"http://{one.service.name.value}" + ("" if port.port == 80 else f":{port.port}")  # noqa: PLR2004 - HTTP's own
        for one in graph.served.get(target, ())
        for port in one.service.ports
        if one.service.namespace == nginx.namespace and len(one.service.ports) == 1
    ]
    return names[0] if len(names) == 1 else None
