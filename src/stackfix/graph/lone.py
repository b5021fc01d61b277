"""Dockerfiles that nobody is seen to build and whose context the tree leaves open, as they run by their own command.

What such a command binds is taken where the contexts that are possible don't contradict each other about it.

May import findings, the library and the graph's nouns.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from stackfix.findings import Anchor, located
from stackfix.graph.builds import By, Made, own_commands, sought
from stackfix.graph.image import dockerfiles
from stackfix.graph.model import Build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload

_TEMPLATE_MARKS = ("{{", "{%", "<%")


def commands(graph: Graph) -> tuple[Workload, ...]:
    """One workload for each such Dockerfile whose command surely binds the same in every context that fits."""
    wanted = [workload.build for workload in graph.workloads if workload.build is not None]
    built = {build.dockerfile for build in (*wanted, *(made.build for made in graph.builds))}
    paths = (p for p in dockerfiles(graph.library) if p not in built and not sought(graph.library, wanted, p))
    return tuple(found for path in paths if (found := _agreed(graph, path)) is not None)


def _agreed(graph: Graph, path: str) -> Workload | None:
    made = [Made(build, By.CONVENTION) for build in _possible(graph, path)]
    known = [w for w in own_commands(graph.library, made) if graph.listening(w).known]
    bound = {tuple((e.host, e.port) for e in graph.listening(w).endpoints) for w in known}
    return known[0] if len(bound) == 1 else None


def _possible(graph: Graph, path: str) -> Iterator[Build]:
    """The builds in its own folder and in the root."""
    text = graph.library.text(path)
    place = located(text.slice(0, 1)) if text is not None else None
    if text is None or place is None or not graph.library.tree.entries[path].wiring:
        return
    if any(mark in text.value or mark in path for mark in _TEMPLATE_MARKS):
        return
    for folder in dict.fromkeys((posixpath.dirname(path), "")):
        yield Build(folder, path, place, Anchor(path, "dockerfile"))
