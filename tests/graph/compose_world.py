"""Links Compose projects given as texts."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING

from stackfix.graph import link
from stackfix.graph.library import Library
from stackfix.policy import Policy
from stackfix.tree import Entry, Tree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Deployment, Reference, Workload
    from stackfix.text import Text


@dataclass(frozen=True)
class Memory:
    """Contents in memory; git ignores what lies below `ignored`."""

    files: Mapping[str, bytes]

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def would_ignore(self, path: str) -> bool:
        return path.startswith("ignored/")


def library(files: Mapping[str, str], *, copies: tuple[str, ...] = (), unknown: tuple[str, ...] = ()) -> Library:
    """A library over texts, their common indentation taken off. `copies` are paths in folders of copies."""
    data = {path: dedent(text).lstrip("\n").encode() for path, text in files.items()}
    return Library(Tree({p: Entry(p, wiring=p not in copies) for p in data}, unknown=unknown), Memory(data))


def graph(files: Mapping[str, str], policy: Policy | None = None) -> Graph:
    """The graph of texts."""
    return link.build(library(files), policy or Policy())


def projects(files: Mapping[str, str]) -> dict[str, Deployment]:
    """The Compose projects of texts by name."""
    return {deployment.name: deployment for deployment in graph(files).projects}


def only(files: Mapping[str, str]) -> dict[str, Workload]:
    """The services of the one project of texts, by name."""
    (deployment,) = graph(files).projects
    return {workload.name: workload for workload in deployment.workloads}


def service(body: str, **files: str) -> Workload:
    """The one service of a Compose file, of which `body` are the entries."""
    lines = "".join(f"    {line}\n" for line in dedent(body).strip("\n").splitlines())
    (found,) = only({"compose.yaml": "services:\n  web:\n" + lines, **files}).values()
    return found


def named(graph: Graph, name: str, project: str | None = None) -> Workload:
    """The one service of that name."""
    (found,) = (w for w in graph.workloads if w.name == name and project in {None, w.deployment.name})
    return found


def reference(graph: Graph, variable: str, workload: str | None = None) -> Reference:
    """The one reference of a variable."""
    (found,) = (
        r
        for r in graph.references
        if r.variable == variable and (workload is None or (r.workload is not None and r.workload.name == workload))
    )
    return found


def values(workload: Workload) -> dict[str, str | None]:
    """What a service is given."""
    return {name: said(variable.value) for name, variable in workload.environment.variables.items()}


def said(text: Text | None) -> str | None:
    """The characters of a text, if there is one."""
    return None if text is None else text.value


def spelled(library: Library, text: Text | None) -> bytes:
    """The bytes that a text is written with, in one run of one file."""
    assert text is not None
    place = text.place
    assert place is not None
    data = library.sources.read(place[0])
    assert data is not None
    return data[place[1].start : place[1].end]
