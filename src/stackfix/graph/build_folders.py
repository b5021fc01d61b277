"""Which folder a service's missing build context may mean.

May import findings, the library, the tree and the graph's nouns.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.findings import Applicability
from stackfix.graph import framework, interpreters, kinship, namesakes
from stackfix.graph.builds import By
from stackfix.tree import join

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Build, Workload


@dataclass(frozen=True, slots=True)
class Fitting:
    """Folders or Dockerfiles that a build may mean, and how far the only one may be taken."""

    names: tuple[str, ...]
    applicability: Applicability = Applicability.SAFE


def fitting(graph: Graph, workload: Workload, build: Build) -> Fitting:
    """Folders with the Dockerfile that are called like the missing one or the service, else nearly so."""
    name = posixpath.relpath(build.dockerfile, build.context)
    wanted = posixpath.basename(build.context)
    tree = graph.library.tree
    taken = {w.build.context for w in graph.workloads if w.build is not None}
    free = [f for f in sorted(tree.folders - taken) if tree.is_file(f"{f}/{name}" if f else name)]
    same = [f for f in free if posixpath.basename(f) == wanted]
    same = same or [f for f in free if posixpath.basename(f) == workload.name]
    if same:
        return Fitting(_agreeing(graph, workload, build, same))
    # Another service is built from a folder of that very name: the two may share it.
    shared = [f for f in sorted(taken) if posixpath.basename(f) == wanted and tree.is_file(join(f, name))]
    if len(shared) == 1:
        return Fitting(_agreeing(graph, workload, build, shared), Applicability.UNSAFE)
    beside = posixpath.dirname(build.context)
    near = [f for f in free if f and posixpath.dirname(f) == beside]
    alike = [f for f in near if kinship.spelled_otherwise(posixpath.basename(f), wanted)]
    if alike:
        agreeing = _agreeing(graph, workload, build, alike)
        return Fitting(agreeing) if agreeing else Fitting(tuple(alike), Applicability.MANUAL)
    longer = [f for f in tree.folders - taken if f and posixpath.dirname(f) == beside]
    longer = [f for f in sorted(longer) if kinship.lengthened(posixpath.basename(f), wanted)]
    known = [f for f in longer if tree.is_file(join(f, name)) or framework.framework(graph.library, f) is not None]
    made = {made.build.context for made in graph.builds if made.by is not By.CONVENTION}
    forms = [f for f in near if f not in made and namesakes.akin(posixpath.basename(f), wanted)]
    return Fitting(_agreeing(graph, workload, build, known or forms), Applicability.UNSAFE)


def sole_dockerfile(graph: Graph, context: str) -> str | None:
    """The only Dockerfile that anybody is seen to build from a folder, where it lies elsewhere."""
    seen = (made.build for made in graph.builds if made.by is not By.CONVENTION)
    found = {build.dockerfile for build in seen if build.context == context}
    only = found.pop() if len(found) == 1 else None
    return only if only is not None and posixpath.dirname(only) != context else None


def _agreeing(graph: Graph, workload: Workload, build: Build, folders: Iterable[str]) -> tuple[str, ...]:
    """Those whose image may be the service's."""
    name = posixpath.relpath(build.dockerfile, build.context)
    builds = ((f, replace(build, context=f, dockerfile=join(f, name))) for f in folders)
    return tuple(folder for folder, made in builds if agrees(graph, workload, made))


def agrees(graph: Graph, workload: Workload, build: Build) -> bool:
    """Whether an image may be the service's.

    One that exposes other ports alone than the service has is another's; so is one without the program that the
    service starts: a production image doesn't run the development server.
    """
    image = graph.image_of(build)
    exposed = {d.port for d in image.exposes} if image is not None else set()
    wanted = {d.port for d in workload.declarations}
    if exposed and wanted and not exposed & wanted:
        return False
    return all(
        interpreters.lacks(graph, need) is None for need in interpreters.needs(graph, replace(workload, build=build))
    )
