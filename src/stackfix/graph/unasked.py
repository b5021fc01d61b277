"""Services that have nothing to ask of what they are started after, and checks that wait for the one that waits.

A data store or a bare base image does what its environment, its command and its mounted files say, and nothing else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.graph import engines, known_images, stores
from stackfix.graph.command import known_text, literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Probe, Workload

_BARE = frozenset({"alpine", "busybox", "debian", "ubuntu", "bash"})
_MET = re.compile(
    r"\bcluster\s+(?:info|nodes|slots)|cluster_state|\brs\.(?:status|hello|isMaster)|replSetGetStatus|isWritablePrimary"
)
"""What a check asks that no node can say before the others are there."""


def never_asks(graph: Graph, workload: Workload, target: Workload) -> bool:
    """Whether nothing that a store or a bare image is given and told says the name of another."""
    name = _repository(workload)
    if name is None or not (name in _BARE or (is_store(graph, workload) and is_store(graph, target))):
        return False
    texts = list(_told(graph, workload))
    spoken = re.compile(rf"(?:(?<![\w/-])|(?<=//))(?:{names_of(target)})(?![\w-])")
    return workload.environment.complete and not any(text is None or spoken.search(text) for text in texts)


def names_of(target: Workload) -> str:
    """The names by which others ask a service, as alternatives of a pattern."""
    others = (alias.value for use in target.networks for alias in use.aliases)
    own = (target.name, *others, *((target.container_name.value,) if target.container_name else ()))
    return "|".join(map(re.escape, own))


def _told(graph: Graph, workload: Workload) -> Iterator[str | None]:
    """Every text that it is told by; None for one that can't be read."""
    for variable in workload.environment.variables.values():
        yield variable.value.value if variable.value is not None else None
    for words in (workload.entrypoint, workload.command):
        for word in words.words if words is not None else ():
            yield known_text(word)
    tree = graph.library.tree
    for mount in workload.mounts:
        if mount.source is not None and tree.is_file(mount.source):
            text = graph.library.text(mount.source)
            yield text.value if text is not None else None
        elif mount.source is not None and tree.is_folder(mount.source):
            yield None


def makes_the_cluster(workload: Workload, target: Workload, check: Probe) -> bool:
    """Whether a check passes only once nodes have met, and the one that waits for it is a node, or makes them meet."""
    name = _repository(workload)
    if name is None or name != _repository(target):
        return False
    return _MET.search(" ".join(literal(word) or "" for word in check.command)) is not None


def is_store(graph: Graph, workload: Workload) -> bool:
    """Whether a service is a data store."""
    known = workload.image is not None and stores.store(workload.image.value) is not None
    return known or engines.engine(graph, workload) is not None


def _repository(workload: Workload) -> str | None:
    """The public image that it runs as it comes."""
    if workload.build is not None or workload.image is None:
        return None
    return known_images.parse(workload.image.value).repository
