"""What a program serves by the reader of its framework: Spring's, ASP.NET's, Rails'; else as `compiled` says.

May import the graph's nouns and the readers of each framework.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from stackfix.graph import aspnet_routing, compiled, rails_routing, sources, spring, spring_routing
from stackfix.graph.command import literal

if TYPE_CHECKING:
    from stackfix.graph.image import Image
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.python_routing import Routing
    from stackfix.graph.started import Process


def routing(graph: Graph, workload: Workload) -> Routing | None:
    """What the one program of a workload serves, none of Python or Node; None where nothing is seen."""
    image, begun = graph.image(workload), graph.started(workload)
    found = None
    if image is not None and begun is not None and begun.known and len(begun.processes) == 1:
        process = begun.processes[0]
        if process.tool in {"java", *spring.RUNNERS}:
            found = spring_routing.routing(graph, workload, image, process)
        elif process.tool == "dotnet":
            found = _aspnet(graph.library, image, process)
        elif process.tool in {"rails", "puma"} and process.folder is not None:
            path = sources.files(graph, workload).lookup(posixpath.join(process.folder, "config/routes.rb"))
            found = rails_routing.routing(graph.library, path) if isinstance(path, str) else None
    return found or compiled.routing(graph, workload)


def _aspnet(library: Library, image: Image, process: Process) -> Routing | None:
    """What the project serves that the started assembly is called after."""
    name = literal(process.words[1]) if len(process.words) > 1 else None
    if name is None or not name.endswith(".dll"):
        return None
    context, stem = image.build.context, posixpath.basename(name).removesuffix(".dll")
    return library.remember(("aspnet routes", context, stem), lambda: aspnet_routing.routing(library, context, stem))
