"""Requests of a front end that go past the nginx that serves its pages and would forward them.

`http://localhost:8000/users` from a page whose nginx hands `/api/` on to that very port is `/api/users`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Remedy
from stackfix.graph import (
    address,
    front_doors,
    frontend_builds,
    late_variables,
    proxied_routes,
    proxying,
    written_origins,
)
from stackfix.graph.proxy_facts import Modifier
from stackfix.graph.reach import Reached
from stackfix.repairs.set_socket_origin import SetSocketOrigin
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Repair
    from stackfix.graph.front_doors import Pages
    from stackfix.graph.frontend import FrontEnd
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.proxy_facts import ProxyLocation
    from stackfix.graph.python_routing import ServedRoute
    from stackfix.graph.written_origins import Use, WrittenOrigin
    from stackfix.text import Text


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """An origin that pages call directly though their own nginx forwards it by `location`.

    `relative` is what its text should be, None where nobody can tell. Not `sure`: the pages are also given out in a way
    that doesn't forward, or the address is used in ways nobody follows. `taken_off` is the path of the pass that takes
    a prefix off which all requests already have: without it they come through as they are.
    """

    pages: Pages
    written: WrittenOrigin
    location: ProxyLocation
    relative: str | None
    sure: bool
    taken_off: Text | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    location: ProxyLocation
    relative: str | None


def past(graph: Graph) -> Iterator[Past]:
    """Every origin that is called past its proxy."""
    fronts: dict[str, list[Pages]] = {}
    for pages in graph.pages:
        if pages.front.static and front_doors.comes_here(graph, pages.proxied.workload, "/"):
            fronts.setdefault(pages.front.folder, []).append(pages)
    for doors in fronts.values():
        for written in written_origins.of(graph, doors[0].front):
            found = _past(graph, doors, written)
            if found is not None and in_force(graph, doors[0].front, written):
                yield found


def settled(graph: Graph) -> frozenset[tuple[str, str]]:
    """The build-time variables whose fallback is such an origin, by the front end's folder and name."""
    return frozenset((one.pages.front.folder, name) for one in graph.past for name in one.written.variables)


def _past(graph: Graph, doors: list[Pages], written: WrittenOrigin) -> Past | None:
    ways = [(pages, _way(graph, pages, written)) for pages in doors]
    first = next(((pages, way) for pages, way in ways if way is not None), None)
    if first is None:
        return None
    pages, way = first
    told = {one.relative if one is not None else None for _, one in ways}
    agreed = way.relative if len(told - {None}) <= 1 else None
    sure = told == {agreed} and not written.loose and not _has_other_doors(graph, doors)
    taken_off = _taken_off(graph, pages, written, way.location)
    if taken_off is None:
        if agreed is not None and _doubles(graph, pages, written, way.location):
            agreed = None
        return Past(pages, written, way.location, agreed, sure)
    sure = sure and _routes_have(graph, pages, way.location)
    return Past(pages, written, way.location, written.path.rstrip("/"), sure, taken_off)


def _taken_off(graph: Graph, pages: Pages, written: WrittenOrigin, location: ProxyLocation) -> Text | None:
    """The `/` of a pass that takes off what every request of the pages has to keep."""
    handler, prefix = location.handler, location.path.value
    if handler is None or _stripped(location) is None or handler.uri is None or handler.resolved != handler.text:
        return None
    if handler.uri.place is None or written.path.endswith("/"):
        return None
    port, every = written.address.default_port, written_origins.of(graph, pages.front)
    asked = [use.asked for one in every if one.address.default_port == port for use in one.uses]
    own = any(one.relative and one.path.startswith(prefix) for one in pages.front.api_paths)
    kept = bool(asked) and all(path is not None and path.startswith(prefix) for path in asked)
    return handler.uri if kept and not own else None


def _doubles(graph: Graph, pages: Pages, written: WrittenOrigin, location: ProxyLocation) -> bool:
    """Whether a path would bring a second time what is taken off, and no request of the pages lives by that.

    `/api/api/users` comes through, but what is wrong is the pass.
    """
    prefix = location.path.value
    asked = [use.asked for use in written.uses if use.asked is not None]
    had = any(path.startswith(prefix) for path in asked) or (not asked and _routes_have(graph, pages, location))
    if _stripped(location) is None or not had:
        return False
    own = [one.path for one in pages.front.api_paths if one.relative and one.path.startswith(prefix)]
    return not any(_comes_through(graph, pages, location, path) for path in own)


def _comes_through(graph: Graph, pages: Pages, location: ProxyLocation, path: str) -> bool:
    """Whether the application may serve what a path is once its prefix is taken off."""
    routings = [proxied_routes.routing_of(graph, target) for target in targets(graph, pages, location)]
    rest = "/" + path[len(location.path.value) :]
    return not routings or any(
        one is None or one.serves(rest) is not False or any(r.path.startswith(rest) for r in one.routes)
        for one in routings
    )


def _routes_have(graph: Graph, pages: Pages, location: ProxyLocation) -> bool:
    """Whether the application is seen to serve below a location's own path."""
    routings = [proxied_routes.routing_of(graph, target) for target in targets(graph, pages, location)]
    prefix = location.path.value
    return len(routings) == 1 and any(r.path.startswith(prefix) for one in routings if one for r in one.routes)


def _way(graph: Graph, pages: Pages, written: WrittenOrigin) -> _Way | None:
    """How the requests would come through a server; None where one of them is not forwarded."""
    leading = _leading(graph, pages, written)
    if not leading:
        return None
    if written.socket and any(map(proxied_routes.takes_all, _routes(graph, pages, leading))):
        return _for_any_socket(leading)
    found: list[_Way] = []
    for use in written.uses:
        if use.asked is None:
            continue
        way = _by_path(pages, leading, written, use)
        if way is None:
            return None
        found.append(way)
    if not found:
        return _by_routes(graph, pages, leading, written)
    told = {way.relative for way in found}
    return found[0] if len(told) == 1 else _Way(found[0].location, None)


def _for_any_socket(leading: tuple[ProxyLocation, ...]) -> _Way | None:
    """The location that is there for WebSockets, where any path will do: another may answer by a redirect."""
    plain = {Modifier.PREFIX, Modifier.FINAL_PREFIX, Modifier.EXACT}
    meant = [one for one in leading if proxied_routes.is_for_sockets(one) and one.modifier in plain]
    return _Way(meant[0], meant[0].path.value) if len(meant) == 1 else None


def _leading(graph: Graph, pages: Pages, written: WrittenOrigin) -> tuple[ProxyLocation, ...]:
    """The locations that hand on to where a written origin leads."""
    workload = pages.proxied.workload
    locations = [one for one in pages.server.all_locations() if one.handler is not None]
    own = {said.published for said in workload.declarations}
    if _is_local(written) and written.address.default_port in own:
        return tuple(locations)
    return tuple(one for one in locations if _leads(graph, workload, one, written))


def _is_local(written: WrittenOrigin) -> bool:
    host = written.address.host.value
    return address.is_loopback(host) or address.is_every_address(host)


def _leads(graph: Graph, workload: Workload, location: ProxyLocation, written: WrittenOrigin) -> bool:
    handler = location.handler
    if handler is None or handler.keyword != "proxy_pass":
        return False
    behind = proxying.behind(graph, workload, handler)
    said = proxying.addresses(graph, workload, handler)
    if _is_local(written):
        port = written.address.default_port
        ports = {one.default_port or 80 for one in said}
        for target in behind:
            ports |= {d.published for d in target.declarations if d.published is not None}
        return port in ports
    host = written.address.host.value
    if address.is_outside(host) or not said:
        return False
    named = any(one.host.value == host for one in said)
    return named or bool(behind and set(_called(graph, workload, host)) & set(behind))


def _called(graph: Graph, workload: Workload, host: str) -> tuple[Workload, ...]:
    reach = graph.names.resolve(host, workload)
    return reach.workloads if reach.reached is Reached.MET else ()


def _by_path(pages: Pages, leading: tuple[ProxyLocation, ...], written: WrittenOrigin, use: Use) -> _Way | None:
    assert use.asked is not None
    rest = use.asked[len(written.path.rstrip("/")) :] if written.path else use.asked
    for location in leading:
        path = proxied_routes.client_path(pages.server.locations, location, use.asked)
        if path is not None:
            return _Way(location, path[: len(path) - len(rest)] if path.endswith(rest) else None)
    return None


def _by_routes(graph: Graph, pages: Pages, leading: tuple[ProxyLocation, ...], written: WrittenOrigin) -> _Way | None:
    """What stands before every path: by what the application serves, else by a location that takes its own path off."""
    siblings = pages.server.locations
    before: set[str] = set()
    served = through = 0
    for target in {t: None for one in leading for t in targets(graph, pages, one)}:
        routing = proxied_routes.routing_of(graph, target)
        for route in routing.routes if routing is not None else ():
            if route.websocket != written.socket:
                continue
            served += 1
            wanted = proxied_routes.sample(route.path)
            paths = (proxied_routes.client_path(siblings, one, wanted) for one in leading)
            path = next((p for p in paths if p is not None), None)
            if path is not None and path.endswith(wanted):
                through += 1
                before.add(path[: len(path) - len(wanted)])
    if len(before) == 1 and through * 2 > served:
        return _Way(leading[0], before.pop())
    if served or len(leading) != 1:
        return None
    return _stripped(leading[0])


def _routes(graph: Graph, pages: Pages, leading: tuple[ProxyLocation, ...]) -> Iterator[ServedRoute]:
    for target in dict.fromkeys(t for one in leading for t in targets(graph, pages, one)):
        routing = proxied_routes.routing_of(graph, target)
        yield from routing.routes if routing is not None else ()


def targets(graph: Graph, pages: Pages, location: ProxyLocation) -> tuple[Workload, ...]:
    """The components that a location of the pages' server hands on to."""
    handler = location.handler
    return proxying.behind(graph, pages.proxied.workload, handler) if handler is not None else ()


def _stripped(location: ProxyLocation) -> _Way | None:
    """A location that is exchanged for `/`: whatever the path is, it stands before it."""
    handler, path = location.handler, location.path.value
    plain = location.modifier in {Modifier.PREFIX, Modifier.FINAL_PREFIX} and not location.rewrites
    if handler is None or handler.uri is None or handler.uri.value != "/" or not plain or not path.endswith("/"):
        return None
    return None if path == "/" else _Way(location, path.rstrip("/"))


def _has_other_doors(graph: Graph, doors: list[Pages]) -> bool:
    """Whether the pages are also given out by something that forwards nothing, such as a development server."""
    front = doors[0].front
    known = {pages.proxied.workload for pages in doors}
    others = [w for w in graph.workloads if w not in known and any(d.published for d in w.declarations)]
    return not front.proxies and any(
        (found := front_doors.front_of(graph, w)) is not None and found.folder == front.folder for w in others
    )


def in_force(graph: Graph, front: FrontEnd, written: WrittenOrigin) -> bool:
    """Whether no build gives a variable that stands before the origin, and nothing gives it later."""
    if not written.variables:
        return True
    builds = [found for found in graph.front_builds if found.front.folder == front.folder]
    late = {(one.build.front.folder, one.variable.name) for one in late_variables.late(graph)}
    return bool(builds) and all(
        (front.folder, name) not in late and _is_unset(graph, found, name)
        for found in builds
        for name in written.variables
    )


def _is_unset(graph: Graph, found: frontend_builds.FrontBuild, name: str) -> bool:
    if frontend_builds.declared(found, name):
        # Declared for whoever builds it elsewhere: only a build that is seen to give nothing counts.
        return any(w.build == found.build for w in graph.workloads) and (
            frontend_builds.baked(graph, found, name) is None
        )
    return frontend_builds.given(graph, found, name) is frontend_builds.Given.NO


def remedy(past: Past) -> Remedy | None:
    """What makes the call relative; None where nobody can tell how."""
    written, relative = past.written, past.relative
    if written.configured is not None:
        name = written.configured.name
        return Remedy(Applicability.MANUAL, f"take it from {name}, as elsewhere, or ask the page's own origin")
    if relative is None:
        return None
    sure = past.sure and address.is_loopback(written.address.host.value)
    told = f"ask for {relative} at the page's own origin" if relative else "ask the page's own origin"
    repairs: tuple[Repair, ...] = (_repair(written, relative),)
    if past.taken_off is not None:
        told += f", and leave {past.location.path.value} on what it hands on"
        repairs = (*repairs, SetText(past.taken_off, ""))
    return Remedy(Applicability.SAFE if sure else Applicability.UNSAFE, told, repairs)


def _repair(written: WrittenOrigin, relative: str) -> Repair:
    same = relative == written.path.rstrip("/")
    length = len(written.origin) + (0 if same else len(written.path))
    slash = "/" if written.path.endswith("/") and len(written.path) > 1 else ""
    new = "" if same else relative + slash
    return SetSocketOrigin(written.text, length, new) if written.socket else SetText(written.text.slice(0, length), new)
