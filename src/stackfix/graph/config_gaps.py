"""ConfigMaps and Secrets that pods name and that nothing in sight makes.

Silent wherever something may make them: generators, operators, charts, scripts, ignored files, documents that say how.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import kubernetes_names
from stackfix.graph.kubernetes_names import Unresolved

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.graph.kubernetes_cluster import Cluster
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import ConfigReference, KubeConfig, Workload

_TELLS = (".md", ".sh", ".bash", ".mk", ".rst", ".txt", ".yml", ".yaml", ".tf", ".py", ".ps1", ".json", ".toml", ".env")
_TELLERS = frozenset({"Makefile", "makefile", "justfile", "Justfile", "Taskfile"})


@dataclass(frozen=True, slots=True)
class Dangling:
    """A reference to an object, or to a key of one, that isn't there.

    `found` is the object where only the key is missing. `fitting` are names that would meet, the nearest in spelling.
    """

    workload: Workload
    reference: ConfigReference
    found: KubeConfig | None
    fitting: tuple[str, ...]


def dangling(graph: Graph) -> Iterator[Dangling]:
    """Every such reference."""
    for cluster in graph.world.clusters:
        for workload in cluster.workloads:
            for reference in workload.env_references:
                if not reference.optional:
                    yield from _judged(graph.library, cluster, workload, reference)


def _judged(library: Library, cluster: Cluster, workload: Workload, reference: ConfigReference) -> Iterator[Dangling]:
    name, kind = reference.name.value, reference.kind
    found = kubernetes_names.config(kind, name, workload.namespace, cluster, reference.location.path)
    if found is Unresolved.UNKNOWN:
        return
    if isinstance(found, Unresolved):
        if any((c.kind, c.name) == (kind, name) for c in cluster.configs):
            return  # It is there, in another namespace: namespace-mismatch.
        if not told(library, name, reference.location.path):
            near = _nearest((c.name for c in cluster.configs if c.kind == kind), name)
            # Secrets are made by hand as a rule: only one that is nearly named is known to be meant.
            if near or kind != "Secret":
                yield Dangling(workload, reference, None, near)
        return
    key = reference.key.value if reference.key is not None else None
    if key is None or found.keys is None or key in found.keys or kind != "ConfigMap":
        return
    yield Dangling(workload, reference, found, _nearest(found.keys, key))


def told(library: Library, name: str, own: str) -> bool:
    """Whether any other text of the repository speaks of an object of that name, or of secrets being made."""
    word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])".encode())
    for path in library.tree.entries:
        if path == own or not (path.endswith(_TELLS) or path.rpartition("/")[2] in _TELLERS):
            continue
        data = library.sources.read(path)
        if data is not None and name.encode() in data and word.search(data):
            return True
    # The manifest's own comments may say how it is made.
    lines = (library.sources.read(own) or b"").splitlines()
    return any(word.search(comment) for line in lines if (comment := line.partition(b"#")[2]))


def _nearest(names: Iterable[str], name: str) -> tuple[str, ...]:
    """The names that are the same but for separators, else those that are alike."""
    known = tuple(dict.fromkeys(names))
    same = tuple(n for n in known if _bare(n) == _bare(name))
    return same or tuple(n for n in known if _alike(n, name))


def _bare(name: str) -> str:
    return re.sub(r"[-_.]", "", name.lower())


def _alike(one: str, other: str) -> bool:
    """Whether two names are one name but for a part or one letter."""
    parts = [re.split(r"[-_.]", n.lower()) for n in (one, other)]
    longer, shorter = sorted(parts, key=len, reverse=True)
    if len(shorter) > 1 or len(longer) == len(shorter):
        edges = (longer[: len(shorter)], longer[-len(shorter) :])
        if shorter in edges:
            return True
    return _one_edit(_bare(one), _bare(other))


def _one_edit(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[at + 1 :] == other[at + 1 :] or one[at:] == other[at + 1 :] or one[at + 1 :] == other[at:]
