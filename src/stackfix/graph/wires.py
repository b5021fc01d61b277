"""Who is led to whom: how many references of one workload come to another, and which are started after it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload


def wires(graph: Graph) -> Mapping[tuple[str, str], int]:
    """The number of references and waits from one workload to another, by the names that outlive an edit."""
    found: Counter[tuple[str, str]] = Counter()
    for reference in graph.references:
        if reference.workload is not None:
            found.update(_ends(graph, reference.workload, graph.resolve(reference).workloads))
    for workload in graph.workloads:
        names = {wait.name.value for wait in workload.waits}
        awaited = tuple(w for w in workload.deployment.workloads if w.name in names)
        found.update(_ends(graph, workload, awaited))
    return found


def _ends(graph: Graph, asker: Workload, answering: tuple[Workload, ...]) -> set[tuple[str, str]]:
    (near,) = graph.called(asker)
    return {(near, far) for far in graph.called(*answering)}
