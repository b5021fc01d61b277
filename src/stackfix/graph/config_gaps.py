"""ConfigMaps and Secrets that pods name and that nothing in sight makes.

Silent wherever something may make them: generators, operators, charts, scripts, ignored files, documents that say how.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import kinship, kubernetes_names
from stackfix.graph.kubernetes_names import Unresolved

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.graph.kubernetes_cluster import Cluster
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import ConfigReference, KubeConfig, Workload

_TELLS = (".md", ".sh", ".bash", ".mk", ".rst", ".txt", ".yml", ".yaml", ".tf", ".py", ".ps1", ".json", ".toml", ".env")
_TELLING = 4
"""Letters that a key's name must have to say what it is."""
_SHORT_FORM = 3
"""Letters that a word's short form must have: conf for config."""
_PLACEHOLDER = re.compile(
    r"(?i)(?<![a-z])(?:replace|change)[_-]?(?:me|this|with)(?![a-z])|placeholder|(?<![a-z])your[_-]|<[\w -]+>"
)
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
                    yield from _judged(graph, cluster, workload, reference)


def _judged(graph: Graph, cluster: Cluster, workload: Workload, reference: ConfigReference) -> Iterator[Dangling]:
    name, kind = reference.name.value, reference.kind
    found = kubernetes_names.config(kind, name, workload.namespace, cluster, reference.location.path)
    if found is Unresolved.UNKNOWN:
        return
    if isinstance(found, Unresolved):
        if any((c.kind, c.name) == (kind, name) for c in cluster.configs):
            return  # It is there, in another namespace: namespace-mismatch.
        if not told(graph.library, name, reference.location.path):
            near = _nearest((c.name for c in cluster.configs if c.kind == kind), name)
            # Secrets are made by hand as a rule: only one that is nearly named is known to be meant.
            if near or (kind != "Secret" and not _is_filled_in(workload)):
                yield Dangling(workload, reference, None, near)
        return
    key = reference.key.value if reference.key is not None else None
    if key is not None and found.keys is not None and key not in found.keys:
        yield from _without_key(graph, workload, reference, found)


def _without_key(graph: Graph, workload: Workload, reference: ConfigReference, found: KubeConfig) -> Iterator[Dangling]:
    """A key that an object lacks, where the object is the one that is meant."""
    key, keys = reference.key, found.keys
    if key is None or keys is None or _is_of_another_set(graph, workload, found):
        return
    near = _nearest(keys, key.value) or _named_after(keys, reference.variable)
    # A person may add keys to a Secret: only one that is nearly named, or called as the variable, is surely meant.
    if reference.kind == "ConfigMap" or len(near) == 1:
        yield Dangling(workload, reference, found, near)


def _is_filled_in(workload: Workload) -> bool:
    """Whether a manifest's image is a placeholder: who fills it in makes what it names as well."""
    return workload.image is not None and _PLACEHOLDER.search(workload.image.value) is not None


def _is_of_another_set(graph: Graph, workload: Workload, found: KubeConfig) -> bool:
    """Whether the object's folder has a workload of that name of its own: one set of manifests or the other runs."""
    here, there = (posixpath.dirname(place.path) for place in (workload.location, found.location))
    return here != there and any(
        _controller(other) == _controller(workload) and posixpath.dirname(other.location.path) == there
        for cluster in graph.world.clusters
        for other in cluster.workloads
        if other.namespace == workload.namespace
    )


def _controller(workload: Workload) -> str:
    name = workload.controller.name if workload.controller is not None else None
    return name.value if name is not None else workload.name


def told(library: Library, name: str, own: str) -> bool:
    """Whether any other text of the repository speaks of an object of that name, or of secrets being made."""
    word = re.compile(rf"(?:(?<![\w-])|(?<=:-)){re.escape(name)}(?![\w-])".encode())
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


def _named_after(keys: Iterable[str], variable: str | None) -> tuple[str, ...]:
    """The keys that are called as the variable is, or as its end."""
    known, wanted = tuple(keys), _bare(variable or "")
    same = tuple(k for k in known if _bare(k) == wanted)
    return same or tuple(k for k in known if len(_bare(k)) >= _TELLING and wanted.endswith(_bare(k)))


def _bare(name: str) -> str:
    return re.sub(r"[-_.]", "", name.lower())


def _alike(one: str, other: str) -> bool:
    """Whether two names are one name but for a part or one letter."""
    parts = [re.split(r"[-_.]", n.lower()) for n in (one, other)]
    differing = [sorted(pair, key=len) for pair in zip(*parts, strict=False) if pair[0] != pair[1]]
    if len(parts[0]) == len(parts[1]) > len(differing) == 1:
        short, long = differing[0]
        if len(short) >= _SHORT_FORM and long.startswith(short):
            return True
    longer, shorter = sorted(parts, key=len, reverse=True)
    if len(shorter) > 1 or len(longer) == len(shorter):
        edges = (longer[: len(shorter)], longer[-len(shorter) :])
        if shorter in edges:
            return True
    return _bare(one) != _bare(other) and kinship.one_edit(_bare(one), _bare(other))
