"""Build-time variables that a deployment gives to a container whose front end has been built without them.

May import the graph's nouns, frontend_builds and proxies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.formats import yaml
from stackfix.graph import frontend_builds, proxies
from stackfix.graph.command import literal
from stackfix.graph.frontend_builds import Given
from stackfix.graph.started import Listens
from stackfix.graph.value import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.frontend_builds import FrontBuild
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.started import Process
    from stackfix.graph.value import Variable
    from stackfix.text import Text

_BUNDLERS = frozenset({"vite", "react-scripts", "vue-cli-service", "gatsby", "craco", "webpack", "webpack-dev-server"})
_DEVELOPS = frozenset({"dev", "develop", "serve", "start"})


@dataclass(frozen=True, slots=True)
class Late:
    """A variable that a workload is given when it starts. `baked` is what its code has been built with instead."""

    workload: Workload
    variable: Variable
    build: FrontBuild
    baked: Text | None


def late(graph: Graph) -> Iterator[Late]:
    """Every variable that comes too late."""
    for workload in graph.workloads:
        build = graph.build_of(workload)
        if build is None or not _serves_what_was_built(graph, workload):
            continue
        for found in frontend_builds.of(graph, build):
            for name in found.names:
                variable = workload.environment.get(name)
                if variable is not None and (one := _late(graph, workload, variable, found)) is not None:
                    yield one


def _late(graph: Graph, workload: Workload, variable: Variable, found: FrontBuild) -> Late | None:
    if variable.origin is not Origin.DEPLOYMENT or variable.value is None or not variable.value.value:
        return None
    if frontend_builds.put_in_later(graph, found, variable.name):
        return None
    baked = frontend_builds.baked(graph, found, variable.name)
    if isinstance(baked, Given) or (baked is not None and baked.value == variable.value.value):
        return None
    if baked is None and _falls_back_to(found, variable.name, variable.value.value):
        return None
    return Late(workload, variable, found, baked)


def _falls_back_to(found: FrontBuild, name: str, value: str) -> bool:
    """Whether the code has that very value wherever it has none: browsers get it all the same."""
    defaults = [read.default for read in found.front.reads if read.name == name]
    texts = [default.text if default is not None else None for default in defaults]
    return all(text is not None and text.value == value for text in texts)


def _serves_what_was_built(graph: Graph, workload: Workload) -> bool:
    """Whether what runs serves the files of the build: no development server, and nothing that builds again."""
    if proxies.runs_nginx(graph, workload):
        return True
    begun = graph.started(workload)
    if begun is None or not begun.known or not begun.processes or begun.steps:
        return False
    return all(_serves(process) for process in begun.processes)


def _serves(process: Process) -> bool:
    if process.listens is Listens.UNKNOWN:
        return False
    words = [value for word in process.words[1:] if (value := literal(word)) is not None]
    first = next((word for word in words if not word.startswith("-")), "")
    if process.tool == "next":
        return first == "start"
    return process.tool not in _BUNDLERS or (process.tool == "vite" and first == "preview")


def written(graph: Graph, late_: Late) -> str | None:
    """The value as its entry spells it, `${…}` kept; None where it isn't written plainly."""
    anchor, name = late_.variable.anchor, late_.variable.name
    documents = graph.library.get(anchor.path, yaml.read) if anchor.innermost.syntax == "yaml" else None
    node = yaml.resolve(documents, anchor.steps) if documents is not None else None
    if not isinstance(node, yaml.Scalar):
        return None
    return node.value.removeprefix(f"{name}=") if isinstance(anchor.steps[-1], int) else node.value
