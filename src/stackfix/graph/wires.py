"""Who is led to whom: how many references and routes of one workload come to another, and who waits for whom."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from stackfix.graph import proxied_routes, start_order
from stackfix.graph.proxy_websocket import handshake

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload


def wires(graph: Graph) -> Mapping[tuple[str, str], int]:
    """The number of references, routes and waits from one workload to another, by the names that outlive an edit."""
    found: Counter[tuple[str, str]] = Counter()
    for reference in graph.references:
        if reference.workload is not None:
            found.update(_ends(graph, reference.workload, graph.resolve(reference).workloads))
    for workload in graph.workloads:
        awaited = tuple(w for wait in workload.waits if (w := start_order.awaited(workload, wait)) is not None)
        found.update(_ends(graph, workload, awaited))
        # A check is what a wait can be judged by.
        found.update(_ends(graph, workload, tuple(w for w in awaited if start_order.health_check(graph, w))))
    for passage in proxied_routes.passages(graph):
        through = len(passage.sockets) + len(passage.plain)
        if handshake(passage.location, passage.proxied.facts).complete:
            # Only then do its WebSockets come through.
            through += len(passage.sockets)
        found.update(dict.fromkeys(_ends(graph, passage.proxied.workload, (passage.target,)), through))
    return found


def _ends(graph: Graph, asker: Workload, answering: tuple[Workload, ...]) -> set[tuple[str, str]]:
    (near,) = graph.called(asker)
    return {(near, far) for far in graph.called(*answering)}
