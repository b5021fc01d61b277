"""Names that nginx hands requests on to and that neither an upstream nor a host answers to, and the upstream meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import address, fitting, kinship, proxies, proxy_files, proxying
from stackfix.graph.reach import Reached

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Reference, Workload
    from stackfix.graph.proxy_facts import NginxFacts, Pass, Upstream
    from stackfix.text import Text

_NEED_A_PORT = frozenset({"fastcgi_pass", "uwsgi_pass", "scgi_pass"})
_FASTCGI = 9000


@dataclass(frozen=True, slots=True, eq=False)
class Lost:
    """A pass to a name that nothing answers to. `fits` are the upstreams that may be meant, `workload` is whose nginx.

    `content`: another nginx that reads the same line is served by it.
    """

    workload: Workload | None
    said: Pass
    name: Text
    fits: tuple[Upstream, ...]
    content: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Nginx:
    """All that one nginx reads of http or of stream. `workload` is None where nobody is seen to run it."""

    workload: Workload | None
    passes: tuple[Pass, ...]
    upstreams: tuple[Upstream, ...]
    seen_whole: bool


def lost(graph: Graph) -> Iterator[Lost]:
    """Every pass to an upstream that is never defined, each written place once."""
    running = [one for workload in graph.workloads for one in _running(graph, workload)]
    content = {_place(said) for one in running for said in one.passes if said.upstream is not None}
    read = {path for workload in graph.workloads for facts in graph.proxies(workload) for path in facts.files}
    alone = [f for f in proxy_files.configurations(graph.library) if not read & set(f.files)]
    told: set[object] = set()
    for nginx in (*running, *(one for facts in alone for one in _parts(None, (facts,), facts.complete))):
        for found in _of(graph, nginx, content):
            if _place(found.said) not in told:
                told.add(_place(found.said))
                yield found


def _running(graph: Graph, workload: Workload) -> Iterator[_Nginx]:
    found = graph.proxies(workload)
    if found:
        yield from _parts(workload, found, proxies.seen_whole(graph, workload))


def _parts(workload: Workload | None, found: Sequence[NginxFacts], seen_whole: bool) -> Iterator[_Nginx]:
    for stream in (False, True):
        passes = tuple(p for facts in found for p in facts.passes if p.stream is stream)
        upstreams = tuple(u for facts in found for u in facts.upstreams if u.stream is stream)
        if passes and upstreams:
            yield _Nginx(workload, passes, upstreams, seen_whole)


def _place(said: Pass) -> object:
    return said.text.place


def _of(graph: Graph, nginx: _Nginx, content: set[object]) -> Iterator[Lost]:
    names = {said.address.host.value: said for said in nginx.passes if said.address is not None and _names(said)}
    missing = {name: said for name, said in names.items() if _is_missing(graph, nginx, said)}
    for said in nginx.passes:
        if said.address is None or not _names(said) or said.address.host.value not in missing:
            continue
        fits = _fits(graph, nginx, said, len(missing))
        if fits or _certain(graph, nginx, said):
            yield Lost(nginx.workload, said, said.address.host, fits, _place(said) in content)


def _names(said: Pass) -> bool:
    """Whether a pass gives one plain word, as one names an upstream."""
    found = said.address
    if found is None or said.upstream is not None or said.variable or said.template.holes:
        return False
    host = found.host
    return found.port is None and host.place is not None and not address.is_outside(host.value)


def _is_missing(graph: Graph, nginx: _Nginx, said: Pass) -> bool:
    """Whether nothing may answer to the name, as far as that can be known."""
    assert said.address is not None
    name = said.address.host.value
    if address.is_loopback(name) or not nginx.seen_whole:
        return False
    if nginx.workload is None:
        return name not in graph.names.spoken and not _is_defined(graph, name)
    reached = _reached(graph, nginx.workload, said)
    if name in nginx.workload.extra_hosts:
        return False
    return reached is Reached.MISSING or (reached is Reached.UNKNOWN and name not in graph.names.spoken)


def _is_defined(graph: Graph, name: str) -> bool:
    """Whether any file of the repository defines the name, wherever that is included, or any Service has it."""
    found = proxy_files.configurations(graph.library)
    services = {s.name.value for cluster in graph.world.clusters for s in cluster.services}
    return name in services or any(u.name.value == name for facts in found for u in facts.upstreams)


def _reached(graph: Graph, workload: Workload, said: Pass) -> Reached | None:
    reference = proxying.as_reference(graph, workload, said)
    return None if reference is None else graph.resolve(reference).reached


def _certain(graph: Graph, nginx: _Nginx, said: Pass) -> bool:
    """Whether it is a fault also where no upstream fits: no host of that name, and none that is like it."""
    if nginx.workload is None:
        return False
    reference = proxying.as_reference(graph, nginx.workload, said)
    if reference is None or graph.resolve(reference).reached is not Reached.MISSING:
        return False
    return not fitting.fit(graph, reference).candidates


def _fits(graph: Graph, nginx: _Nginx, said: Pass, missing: int) -> tuple[Upstream, ...]:
    """The upstreams whose name is akin, else the one that nobody uses where this name alone is missing."""
    assert said.address is not None
    name = said.address.host.value
    used = {p.upstream.name.value for p in nginx.passes if p.upstream is not None}
    unused = [u for u in nginx.upstreams if u.name.value not in used]
    same = [u for u in nginx.upstreams if kinship.same(name, u.name.value)]
    akin = same or [u for u in nginx.upstreams if kinship.akin(name, u.name.value)]
    akin = akin or [u for u in nginx.upstreams if kinship.same_role(name, u.name.value)]
    if len(akin) > 1:
        akin = [u for u in akin if u in unused] or akin
    sure = nginx.workload is not None and _reached(graph, nginx.workload, said) is Reached.MISSING
    if akin:
        return tuple(u for u in akin if sure or u in unused or said.keyword in _NEED_A_PORT)
    if not sure or nginx.workload is None or missing > 1 or len(unused) != 1:
        return ()
    if _like_another(graph, nginx.workload, unused[0], said):
        return ()
    return tuple(u for u in unused if _serves(graph, nginx.workload, u, said))


def _like_another(graph: Graph, workload: Workload, upstream: Upstream, said: Pass) -> bool:
    """Whether a component fits the name that the upstream doesn't lead to, so that its host may have been meant."""
    reference = proxying.as_reference(graph, workload, said)
    servers = (proxying.as_reference(graph, workload, server) for server in upstream.servers)
    led = {w for server in servers if server is not None for w in graph.resolve(server).workloads}
    return reference is not None and any(c.workload not in led for c in fitting.fit(graph, reference).candidates)


def _serves(graph: Graph, workload: Workload, upstream: Upstream, said: Pass) -> bool:
    """Whether the servers of an upstream may be what the pass speaks to."""
    if not upstream.certain or not upstream.servers:
        return False
    for server in upstream.servers:
        reference = proxying.as_reference(graph, workload, server)
        if reference is None:
            return False
        wants_fastcgi = said.keyword == "fastcgi_pass"
        if graph.resolve(reference).reached is Reached.MISSING or wants_fastcgi is not _is_fastcgi(reference):
            return False
    return True


def _is_fastcgi(reference: Reference) -> bool:
    return reference.address.port == _FASTCGI
