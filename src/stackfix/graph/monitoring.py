"""Prometheus' scrape targets: the addresses at which it asks the components of its own deployment.

Source: Prometheus documentation, "static_config".

May import the graph's nouns and formats.yaml.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from stackfix.formats import yaml
from stackfix.graph.model import Platform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.text import Text

_NAME = re.compile(r"prometheus[\w.-]*\.ya?ml", re.IGNORECASE)
_TARGET = re.compile(r"(?P<host>[A-Za-z0-9._-]+):(?P<port>\d{1,5})")


def targets(graph: Graph, workload: Workload, port: int) -> Iterator[Text]:
    """Where the port of a Compose service is written in scrape targets of Prometheus in the same project."""
    if workload.deployment.platform is not Platform.COMPOSE:
        return
    names = {workload.name, workload.container_name.value if workload.container_name is not None else workload.name}
    for path in _files(graph, workload):
        for document in graph.library.get(path, yaml.read) or ():
            for text in _targets(document.root):
                match = _TARGET.fullmatch(text.value)
                found = text.group(match, "port") if match is not None and match["host"] in names else None
                if match is not None and found is not None and int(match["port"]) == port:
                    yield found


def _files(graph: Graph, workload: Workload) -> Iterator[str]:
    """The configurations that a service of the same project mounts."""
    tree = graph.library.tree
    sources = {m.source for w in workload.deployment.workloads for m in w.mounts if m.source is not None}
    for source in sorted(sources):
        inside = (source,) if tree.is_file(source) else tuple(tree.below(source)) if source else ()
        yield from (p for p in inside if _NAME.fullmatch(posixpath.basename(p)))


def _targets(root: yaml.Node | None) -> Iterator[Text]:
    jobs = yaml.get(root, "scrape_configs")
    for job in jobs.items if isinstance(jobs, yaml.Sequence) else ():
        groups = yaml.get(job, "static_configs")
        for group in groups.items if isinstance(groups, yaml.Sequence) else ():
            found = yaml.get(group, "targets")
            for item in found.items if isinstance(found, yaml.Sequence) else ():
                node = yaml.deref(item)
                if isinstance(node, yaml.Scalar):
                    yield node.text
