"""Front ends that call an API across origins: both are published, no proxy stands between.

May import the graph's nouns, front_doors, written_origins, past_proxy and allowed_origins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import Location
from stackfix.graph import address, allowed_origins, environment, front_doors, proxies, proxying, written_origins
from stackfix.graph.model import Platform, Says

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.allowed_origins import Allowed
    from stackfix.graph.frontend import FrontEnd
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Declaration, Deployment, Workload
    from stackfix.graph.value import Variable

_PLAIN, _SECURE = 80, 443
_LATER = re.compile(r"\.(?:development|test|local)$")


@dataclass(frozen=True, slots=True)
class Call:
    """A call of an API at a published port, and where that is said."""

    api: Workload
    published: Declaration
    url: str
    location: Location


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """An API that lets none of the origins in from which a front end that calls it is given out."""

    page: Workload
    doors: tuple[tuple[str, Location], ...]
    call: Call
    allowed: Allowed


def kept_out(graph: Graph) -> Iterator[Kept]:
    """Every API of a Compose project that keeps the pages out that call it."""
    for project in graph.projects:
        if project.platform is not Platform.COMPOSE or project.fragment:
            continue
        for page in project.workloads:
            doors = tuple(_doors(graph, page))
            front = front_doors.front_of(graph, page) if doors else None
            if front is None:
                continue
            for call in _calls(graph, project, page, front):
                allowed = allowed_origins.of(graph, call.api)
                if allowed is not None and not _lets_in(allowed, doors):
                    yield Kept(page, doors, call, allowed)


def _doors(graph: Graph, page: Workload) -> Iterator[tuple[str, Location]]:
    """The origins that a browser on the same machine sees pages at, from the workload or a proxy before it."""
    givers = {page, *(one.proxied.workload for one in graph.pages if _gives(graph, one, page))}
    for giver in givers:
        ports = graph.listening(giver)
        for said in giver.declarations:
            if said.says is not Says.PUBLISHED or said.published is None or said.protocol != "tcp":
                continue
            if said.port == _SECURE or (ports.known and said.port not in ports.ports):
                continue
            port = "" if said.published == _PLAIN else f":{said.published}"
            yield f"http://localhost{port}", said.location


def _gives(graph: Graph, pages: front_doors.Pages, page: Workload) -> bool:
    """Whether a proxy of the same project gives out what a workload serves."""
    other = pages.proxied.workload
    if other.deployment is not page.deployment or other is page:
        return False
    front = front_doors.front_of(graph, page)
    return front is not None and front.folder == pages.front.folder


def _lets_in(allowed: Allowed, doors: tuple[tuple[str, Location], ...]) -> bool:
    """Whether one of the doors may be what is meant, or a pattern may match it."""
    values = {value.replace("127.0.0.1", "localhost").rstrip("/").lower() for value in allowed.values}
    if any("*" in value or not re.match(r"[a-z]+://", value) for value in values):
        return True
    return any(origin in values or f"{origin}:80" in values for origin, _ in doors)


def _calls(graph: Graph, project: Deployment, page: Workload, front: FrontEnd) -> Iterator[Call]:
    """What the front end calls at another workload's published port, each API once."""
    found: dict[Workload, Call] = {}
    for url, location in (*_given(graph, page, front), *_written(graph, page, front)):
        for api in project.workloads:
            said = next((d for d in api.declarations if d.published == url[1] and d.says is Says.PUBLISHED), None)
            if said is not None and api is not page:
                found.setdefault(api, Call(api, said, url[0], location))
    yield from found.values()


def _local(text: str, location: Location) -> tuple[tuple[str, int], Location] | None:
    match = re.match(r"https?://(localhost|127\.0\.0\.1)(?::(\d{1,5}))?(?=/|$)", text)
    return None if match is None else ((match[0], int(match[2] or _PLAIN)), location)


def _given(graph: Graph, page: Workload, front: FrontEnd) -> Iterator[tuple[tuple[str, int], Location]]:
    """What build-time variables are given that the code reads."""
    for name in sorted(front.variables_read):
        for variable in _variables(graph, page, front, name):
            text = variable.value.value if variable.value is not None and not variable.secret else ""
            if (found := _local(text, variable.location)) is not None:
                yield found


def _variables(graph: Graph, page: Workload, front: FrontEnd, name: str) -> tuple[Variable, ...]:
    """Who gives a variable to what browsers get: the strongest that does."""
    build = graph.build_of(page)
    arguments = tuple(v for v in build.arguments if v.name == name) if build is not None else ()
    started = None if proxies.runs_nginx(graph, page) else page.environment.get(name)
    if started is not None:
        return (started,)
    if arguments:
        return arguments
    files = [f for f in front.dotenv if not environment.is_example(f) and not _LATER.search(f)]
    return tuple(front.dotenv[f][name] for f in files if name in front.dotenv[f])


def _written(graph: Graph, page: Workload, front: FrontEnd) -> Iterator[tuple[tuple[str, int], Location]]:
    """What the code itself writes, where its own proxy doesn't forward it and no variable stands before it."""
    past = {one.written.text for one in graph.past if one.pages.front.folder == front.folder}
    forwarded = frozenset(_forwarded(graph, page))
    for written in written_origins.of(graph, front):
        loopback = address.is_loopback(written.address.host.value)
        if written.socket or not loopback or written.text in past:
            continue
        if written.variables and _published_by(page.deployment, written.address.port) in forwarded:
            continue  # The image is made for its own proxy: what stands behind the variable is for development.
        if any(_variables(graph, page, front, name) for name in written.variables):
            continue
        place = Location(written.location.path, written.location.span)
        if (found := _local(written.origin, place)) is not None:
            yield found


def _forwarded(graph: Graph, page: Workload) -> Iterator[Workload]:
    """The applications that the pages' own nginx hands requests on to."""
    for facts in graph.proxies(page):
        for handler in facts.passes:
            yield from proxying.behind(graph, page, handler)


def _published_by(project: Deployment, port: int | None) -> Workload | None:
    """Who publishes a port on the host."""
    return next((w for w in project.workloads if any(d.published == port for d in w.declarations)), None)
