"""The paths that the pages of a server request at their own address, as they are built for it.

A variable that the build gives counts by its value, one that nothing gives by its default; a request that any other
variable has a say in is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import front_doors, frontend_builds
from stackfix.graph.frontend_builds import Given
from stackfix.graph.value import Hole, Symbol, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stackfix.findings import Location
    from stackfix.graph.frontend import ApiPath, FrontEnd
    from stackfix.graph.frontend_builds import FrontBuild
    from stackfix.graph.link import Graph
    from stackfix.graph.proxy_facts import ProxyServer
    from stackfix.graph.proxying import Proxied
    from stackfix.graph.value import Opaque

_OWN = frozenset({"location.origin", "location.host", "location.hostname", "location.protocol"})


@dataclass(frozen=True, slots=True)
class Call:
    """A request. `path` begins with "/"; where it isn't `whole`, more follows that nobody knows."""

    path: str
    whole: bool
    method: str | None
    location: Location


def calls(graph: Graph, built: Sequence[FrontBuild], proxied: Proxied, server: ProxyServer) -> tuple[Call, ...]:
    """The requests that browsers bring to a server from its own pages, each path once, the first place of each.

    `built` are all builds of front ends.
    """
    found: dict[tuple[str, bool], Call] = {}
    for front in front_doors.fronts(graph, proxied, server):
        for call in of_front(graph, built, front):
            if front_doors.comes_here(graph, proxied.workload, call.path):
                found.setdefault((call.path, call.whole), call)
    return tuple(found.values())


def sockets(graph: Graph, proxied: Proxied, server: ProxyServer) -> Iterator[Call]:
    """The WebSockets that a server's own pages open at their own address."""
    for opening in front_doors.opened(graph, proxied, server):
        if opening.path is not None and opening.path.startswith("/") and opening.path != "/":
            yield Call(opening.path, opening.whole, None, opening.location)


def of_front(graph: Graph, built: Sequence[FrontBuild], front: FrontEnd) -> Iterator[Call]:
    """The requests of a front end to its own origin."""
    steps = [step for step in built if step.front.folder == front.folder]
    for asked in front.api_paths:
        if not asked.variables:
            if asked.relative and asked.path.startswith("/"):
                yield Call(asked.path, asked.whole, asked.method, asked.location)
        elif (call := _filled(graph, steps, asked)) is not None:
            yield call


def filled(graph: Graph, steps: Sequence[FrontBuild], asked: ApiPath) -> Template | None:
    """A request's address with what the build puts in for its variables; None where that is unknown for one of them."""
    given = {name: _baked(graph, steps, name) for name in asked.variables}
    if any(isinstance(value, Given) for value in given.values()):
        return None
    return Template(tuple(_put_in(asked.value, given)))


def _put_in(value: Template, given: Mapping[str, Text | Given | None]) -> Iterator[Text | Hole | Symbol | Opaque]:
    for part in value.parts:
        baked = given.get(part.name) if isinstance(part, Hole) else None
        if isinstance(part, Hole) and isinstance(baked, Text) and (baked.value or not part.empty_is_unset):
            yield baked
        elif isinstance(part, Hole) and part.default is not None:
            yield from _put_in(part.default, given)
        else:
            yield part


def _filled(graph: Graph, steps: Sequence[FrontBuild], asked: ApiPath) -> Call | None:
    """The request with what the build puts in for its variables; None where any of them is unknown."""
    given: dict[str, Text | None] = {}
    for name in asked.variables:
        value = _baked(graph, steps, name)
        if isinstance(value, Given):
            return None
        given[name] = value
    text, whole = "", True
    for part in _parts(asked.value, given):
        if part is None:
            whole = False
            break
        text += part
    path, query, _ = text.partition("?")
    if not path.startswith("/") or path.startswith("//"):
        return None
    return Call(path.partition("#")[0], whole or bool(query), asked.method, asked.location)


def _baked(graph: Graph, steps: Sequence[FrontBuild], name: str) -> Text | Given | None:
    """What every build puts in; UNKNOWN where two differ, or none is seen."""
    values = [frontend_builds.baked(graph, step, name) for step in steps]
    told = {value.value if isinstance(value, Text) else value for value in values}
    return values[0] if len(told) == 1 else Given.UNKNOWN


def _parts(value: Template, given: dict[str, Text | None]) -> Iterator[str | None]:
    """The pieces of an address in order; None for one that nobody knows."""
    for part in value.parts:
        if isinstance(part, Text):
            yield part.value
        elif isinstance(part, Hole):
            baked = given.get(part.name)
            if baked is not None and (baked.value or not part.empty_is_unset):
                yield baked.value
            elif part.default is not None:
                yield from _parts(part.default, given)
            else:
                yield None
        elif not (isinstance(part, Symbol) and part.name in _OWN):
            yield None
