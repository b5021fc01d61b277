"""Names of containers that the machine itself knows: a line of its hosts file brings them home.

People are told to add the line (`127.0.0.1 broker`), a script adds it, or a proxy that is published answers to the bare
name, which nobody could ask for without it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.graph import address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph

_TOLD_IN = re.compile(
    r"(?:^|/)(?:README[^/]*|hosts[^/]*|Makefile|justfile|[^/]*\.(?:sh|bash|mk|md|rst|adoc|txt|ya?ml|bat|ps1))$",
    re.IGNORECASE,
)
_LINE = re.compile(
    rb"(?:^[^\w\n]*|`|\b(?:echo|printf|line)\b(?:[^\w\n]|\b[en]\b)*)\b127(?:\.\d{1,3}){3}"
    rb"(?P<names>(?:[ \t]+[A-Za-z][\w.-]*)+)",
    re.MULTILINE,
)
"""A line of a hosts file, bare or as a script writes it. In a sentence the address stands behind other words."""


def knows(graph: Graph, host: str) -> bool:
    """Whether a process on the machine comes home by a name."""
    if address.is_loopback(host):
        return True
    return host in graph.library.remember("hosts file", lambda: _written(graph.library)) or host in _served(graph)


def _written(library: Library) -> frozenset[str]:
    found: set[str] = set()
    for path, entry in library.tree.entries.items():
        data = library.sources.read(path) if entry.wiring and _TOLD_IN.search(path) else None
        if data is not None and b"127." in data:
            found.update(n.decode() for match in _LINE.finditer(data) for n in match["names"].split())
    return frozenset(found)


def _served(graph: Graph) -> Iterator[str]:
    """The names that nginx answers to on a published port."""
    for workload in graph.workloads:
        published = {d.port for d in workload.declarations if d.published is not None}
        for facts in graph.proxies(workload) if published else ():
            for server in facts.servers:
                yield from (name.value for name in server.names if server.ports & published)
