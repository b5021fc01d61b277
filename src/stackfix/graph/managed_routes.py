"""What a program serves whose language or framework has a reader of its own: Spring's; else as `compiled` says.

May import the graph's nouns and the readers of each framework.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.graph import compiled, spring, spring_routing

if TYPE_CHECKING:
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.python_routing import Routing


def routing(graph: Graph, workload: Workload) -> Routing | None:
    """What the one program of a workload serves, none of Python or Node; None where nothing is seen."""
    image, begun = graph.image(workload), graph.started(workload)
    found = None
    if image is not None and begun is not None and begun.known and len(begun.processes) == 1:
        process = begun.processes[0]
        if process.tool in {"java", *spring.RUNNERS}:
            found = spring_routing.routing(graph, workload, image, process)
    return found or compiled.routing(graph, workload)
