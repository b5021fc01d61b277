"""What is led to what: references and routes of workloads, who waits for whom, Services, scripts and what they apply.

An end is a workload by the name that outlives an edit, or a file by its path.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from stackfix.graph import applied_paths, awaiting, executed, kubernetes_names, proxied_routes, scripts, start_order
from stackfix.graph.proxy_websocket import handshake
from stackfix.graph.reach import Reached

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.findings import Anchor
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Reference, Workload
    from stackfix.graph.reach import Reach


def wires(graph: Graph) -> Mapping[tuple[str, str], int]:
    """How many wires lead from one end to another; one that is led to several counts for each."""
    found: Counter[tuple[str, str]] = Counter()
    for reference in graph.references:
        if reference.workload is not None:
            found.update(_ends(graph, reference.workload, graph.resolve(reference).workloads))
    # Who speaks to a store in its own language has met it once more.
    for connection in graph.connections:
        if connection.reference.workload is not None and connection.speaks in {None, connection.runs}:
            found.update(_ends(graph, connection.reference.workload, (connection.target,)))
    found.update(_waits(graph))
    found.update(_passages(graph))
    found.update(_files(graph))
    return found


def met(graph: Graph) -> frozenset[Anchor]:
    """The references that lead to something, on a port that it answers on as far as anybody can tell."""
    return frozenset(r.anchor for r in graph.references if _meets(graph, r, graph.resolve(r)))


def _meets(graph: Graph, reference: Reference, reach: Reach) -> bool:
    if reach.reached is not Reached.MET:
        return False
    port = reference.address.default_port
    if reach.service is not None and not reach.service.headless:
        return port is None or any(p.port == port for p in reach.service.ports)
    return all(_answers(graph, target, port) for target in reach.workloads)


def _answers(graph: Graph, target: Workload, port: int | None) -> bool:
    listening = graph.settled(target)
    if port is None or not listening.known:
        return True
    return any(e.port == port and not e.loopback for e in listening.endpoints)


def _waits(graph: Graph) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for workload in graph.workloads:
        awaited = tuple(w for wait in workload.waits if (w := awaiting.awaited(workload, wait)) is not None)
        found.update(_ends(graph, workload, awaited))
        # A check is what a wait can be judged by.
        found.update(_ends(graph, workload, tuple(w for w in awaited if start_order.health_check(graph, w))))
    return found


def _passages(graph: Graph) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for passage in proxied_routes.passages(graph):
        through = len(passage.sockets) + len(passage.plain)
        if handshake(passage.location, passage.proxied.facts).complete:
            # Only then do its WebSockets come through.
            through += len(passage.sockets)
        found.update(dict.fromkeys(_ends(graph, passage.proxied.workload, (passage.target,)), through))
    return found


def _files(graph: Graph) -> Iterator[tuple[str, str]]:
    """Files and what they lead to: Services' pods, scripts that containers run and their routes, applied manifests."""
    for cluster in graph.world.clusters:
        for service in cluster.services:
            yield from ((service.location.path, graph.name(pod)) for pod in kubernetes_names.selected(service, cluster))
    for workload in graph.running:
        name = graph.name(workload)
        yield from {(found.executed.path, name) for found in executed.ran(graph, workload)}
        # Whether it serves what is asked of it can't be judged before all of its routes are seen.
        routing = proxied_routes.routing_of(graph, workload)
        yield from ((name, name) for _ in routing.routes if routing.complete) if routing is not None else ()
    for script in scripts.scripts(graph.library):
        applied = {p for one in script.facts.applies for p in applied_paths.resolved(graph.library, script, one)}
        yield from ((script.path, path) for path in applied)
        # What it does with all of them together depends on each.
        yield from ((script.path, script.path) for _ in applied)


def _ends(graph: Graph, asker: Workload, answering: tuple[Workload, ...]) -> set[tuple[str, str]]:
    near = graph.name(asker)
    return {(near, far) for far in graph.called(*answering)}
