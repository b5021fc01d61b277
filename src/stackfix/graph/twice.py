"""What two files of one nginx both define: an upstream of one name, a server of one name at one address.

Source: nginx's messages "duplicate upstream", "a duplicate default server" (it stops), "conflicting server name …
ignored" (it goes on).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Anchor, Location
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.proxy_facts import Listen, ProxyServer

_SUFFIX = ".template"


@dataclass(frozen=True, slots=True, eq=False)
class Twice:
    """Something defined at `first` and `again`. `what` names it, `then` says what nginx does."""

    workload: Workload
    what: str
    then: str
    first: Location
    again: Location
    anchor: Anchor


def twice(graph: Graph) -> Iterator[Twice]:
    """Everything that one nginx reads twice."""
    for workload in graph.workloads:
        yield from _upstreams(graph, workload)
        yield from _servers(graph, workload)


def _upstreams(graph: Graph, workload: Workload) -> Iterator[Twice]:
    found = [upstream for facts in graph.proxies(workload) for upstream in facts.upstreams]
    for one, other in combinations(found, 2):
        same = one.name.value == other.name.value and one.stream is other.stream
        if same and one.location != other.location and not _are_one(one.anchor, other.anchor):
            what = f"upstream {one.name.value}"
            yield Twice(workload, what, "nginx doesn't start", one.location, other.location, other.anchor)


def _servers(graph: Graph, workload: Workload) -> Iterator[Twice]:
    found = [server for facts in graph.proxies(workload) for server in facts.servers]
    for one, other in combinations(found, 2):
        if _place(one.anchor) == _place(other.anchor) or _are_one(one.anchor, other.anchor):
            continue
        for mine, theirs in _shared(one, other):
            names = sorted(_names(one) & _names(other))
            if mine and theirs and mine.default and theirs.default:
                what = f"the default server of {mine.text.value}"
                yield Twice(workload, what, "nginx doesn't start", mine.location, theirs.location, theirs.anchor)
            elif names:
                where = mine.text.value if mine is not None else "80"
                what = f"server {names[0] or 'without a name'} at {where}"
                yield Twice(workload, what, "nginx ignores the second", one.location, other.location, other.anchor)
            else:
                continue
            break


def _place(anchor: Anchor) -> tuple[object, ...]:
    """The document that a node lies in: a file, or a value of a ConfigMap."""
    return anchor.path, None if anchor.inner is None else anchor.steps


def _are_one(one: Anchor, other: Anchor) -> bool:
    """Whether only one of two is read: a template and what it is rendered over, two manifests of one ConfigMap."""
    if one.inner is not None and other.inner is not None:
        return (one.path, one.steps[:1]) != (other.path, other.steps[:1])
    names = [anchor.path.rpartition("/")[2] for anchor in (one, other)]
    bare = {name.removesuffix(_SUFFIX) for name in names}
    return len(bare) == 1 and any(name.endswith(_SUFFIX) for name in names)


def _shared(one: ProxyServer, other: ProxyServer) -> Iterator[tuple[Listen | None, Listen | None]]:
    """The pairs of `listen` that mean one address; None for the one that isn't written."""
    theirs = _addresses(other)
    for key, listen in _addresses(one).items():
        if key in theirs:
            yield listen, theirs[key]


def _addresses(server: ProxyServer) -> dict[tuple[str, int], Listen | None]:
    if not server.listens:
        return {("", 80): None}
    found: dict[tuple[str, int], Listen | None] = {}
    for listen in server.listens:
        if listen.port is not None:
            every = "[::]" if listen.text.value.startswith("[::]") else ""
            found[listen.host or every, listen.port] = listen
    return found


def _names(server: ProxyServer) -> frozenset[str]:
    return frozenset(name.value.lower() for name in server.names) or frozenset({""})
