"""What things name and nothing is: services, networks, volumes of a Compose project; objects of a cluster.

Silent where a fragment, an operator, a chart or another file may bring the name. May import the graph's nouns and
queries.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph import compose, compose_dependencies, config_gaps, kinship, kubernetes_names
from stackfix.graph.kubernetes_cluster import same_namespace
from stackfix.graph.kubernetes_names import Unresolved
from stackfix.tree import upward

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.findings import Anchor, Location
    from stackfix.graph.compose_dependencies import Named
    from stackfix.graph.kubernetes_cluster import Cluster
    from stackfix.graph.kubernetes_objects import ObjectReference, PodPeer
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Deployment, Workload
    from stackfix.text import Text

_MADE_BY_HAND = frozenset({"ServiceAccount", "PersistentVolumeClaim"})
"""Kinds that people and platforms make without a manifest: only one that is nearly named is known to be meant."""
_BUILT_IN = _MADE_BY_HAND | {
    "Deployment", "StatefulSet", "ReplicaSet", "DaemonSet", "ReplicationController", "Service", "ConfigMap", "Secret",
    "Role", "ClusterRole", "Namespace", "StorageClass", "PriorityClass", "Job", "CronJob", "Pod",
}  # fmt: skip
"""Kinds that every cluster knows; of others, an operator may keep the objects."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A name that would meet, and where it is given."""

    name: str
    location: Location


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name that nothing has. `by` is what names it, `kind` what it should be.

    `repeated`: what fits is named there already.
    """

    by: str
    kind: str
    text: Text
    location: Location
    anchor: Anchor
    fits: tuple[Fit, ...]
    workloads: tuple[Workload, ...] = ()
    repeated: bool = False


def unknown(graph: Graph) -> Iterator[Unknown]:
    """Every such name, each written place once."""
    seen: set[tuple[str, object]] = set()
    for one in (*_in_compose(graph), *_in_clusters(graph)):
        if (one.by, one.location) not in seen:
            seen.add((one.by, one.location))
            yield one


# --- Compose ---------------------------------------------------------------------------------------------------------


def _in_compose(graph: Graph) -> Iterator[Unknown]:
    known = {**compose.examples(graph.library), **compose.files(graph.library)}
    folders: dict[str, list[str]] = {}
    for path in known:
        folders.setdefault(posixpath.dirname(path), []).append(path)
    for project in graph.projects:
        own = {path: known[path] for path in project.paths if path in known}
        defined = {pair for file in own.values() for pair in file.defined}
        defined |= {("service", w.name) for w in project.workloads}
        near = {path for folder in _near(project) for path in folders.get(folder, ())} - set(project.paths)
        beside = {pair for path in near for pair in known[path].defined}
        parts = [part for file in own.values() for part in file.services]
        named = [n for part in parts for n in compose_dependencies.named(part, graph.library)]
        lost = [n for n in named if _pair(n) not in (n.elsewhere if n.by == "extends" else defined)]
        # A file that leans on another one for any of its names is started with it: which others come, nobody knows.
        if not any(n.by != "extends" and _pair(n) in beside for n in lost):
            for one in lost:
                yield _of(project, one, one.elsewhere if one.by == "extends" else defined)


def _pair(named: Named) -> tuple[str, str]:
    return named.kind, named.text.value


def _near(project: Deployment) -> frozenset[str]:
    """The folders whose files may be started together with a project's: those of its files, and all above them."""
    return frozenset(folder for path in project.paths for folder in upward(posixpath.dirname(path)))


def _of(project: Deployment, named: Named, defined: Iterable[tuple[str, str]]) -> Unknown:
    if named.kind == "service" and named.by != "extends":
        others = (w for w in project.workloads if w.name != named.service)
        fits = {w.name: w.location for w in others if _means(named.text.value, w)}
        same = {n: place for n, place in fits.items() if kinship.meant(named.text.value, n)}
        fits = same or fits or {w.name: w.location for w in project.workloads if _slipped(named, w)}
    else:
        names = sorted(n for kind, n in defined if kind == named.kind and kinship.meant(named.text.value, n))
        fits = dict.fromkeys(names, named.location)
    own = tuple(w for w in project.workloads if w.name == named.service)
    found = tuple(Fit(name, place) for name, place in fits.items())
    repeated = any(name in named.others for name in fits)
    return Unknown(named.by, named.kind, named.text, named.location, named.anchor, found, own, repeated)


_SHORTEST = 3
"""Letters without which one letter more or less says nothing."""


def _slipped(named: Named, workload: Workload) -> bool:
    """Whether a name is another service's but for one letter: in a list of services, short ones say it, too."""
    return workload.name != named.service and kinship.slipped(named.text.value, workload.name, _SHORTEST)


def _means(name: str, workload: Workload) -> bool:
    """Whether a service is what a name was meant for: one like its own, its container's, or its engine's."""
    names = (workload.name, workload.container_name.value if workload.container_name else workload.name)
    wanted = kinship.engine(name)
    runs = kinship.engine(workload.image.value if workload.image else None)
    if wanted is not None and workload.build is None:
        return wanted == runs
    return any(kinship.meant(name, other) for other in names)


# --- Kubernetes ------------------------------------------------------------------------------------------------------


def _in_clusters(graph: Graph) -> Iterator[Unknown]:
    for cluster in graph.world.clusters:
        for reference in cluster.references:
            yield from _object(graph, cluster, reference)
        for peer in cluster.peers:
            yield from _peer(cluster, peer)


def _object(graph: Graph, cluster: Cluster, reference: ObjectReference) -> Iterator[Unknown]:
    name, kind = reference.name.value, reference.kind
    if kubernetes_names.object_named(kind, name, reference.namespace, cluster) is not Unresolved.MISSING:
        return
    if any(i.kind == kind and name in i.names for i in cluster.objects):
        return  # It is there, in another namespace: namespace-mismatch.
    if kind not in _BUILT_IN and not any(i.kind == kind for i in cluster.objects):
        return  # An operator's kind, of which nothing is kept here.
    near = [i for i in cluster.objects if i.kind == kind and i.name and same_namespace(i.space, reference.namespace)]
    like = kinship.nearly if kind in _MADE_BY_HAND else kinship.meant
    fits = tuple(Fit(i.name.value, i.location) for i in near if i.name and like(name, i.name.value))
    if fits or kind not in _MADE_BY_HAND:
        if config_gaps.told(graph.library, name, reference.location.path) and kind in _MADE_BY_HAND:
            return
        place = located(reference.name, "named here") or reference.location
        yield Unknown(reference.by, kind, reference.name, place, reference.anchor, fits)


def _peer(cluster: Cluster, peer: PodPeer) -> Iterator[Unknown]:
    """Labels that no pod has, where one workload's differ from them by one name that is akin."""
    if peer.spaced or not cluster.complete or cluster.deployment.fragment:
        return
    wanted = {key: text.value for key, text in peer.labels.items()}
    here = [w for w in cluster.workloads if same_namespace(w.namespace, peer.namespace) and w.labels is not None]
    if any(w.labels is not None and wanted.items() <= w.labels.items() for w in here):
        return
    fits: dict[tuple[str, str], Fit] = {}
    for workload in here:
        labels = workload.labels or {}
        differing = [key for key, value in wanted.items() if labels.get(key) != value]
        key = differing[0] if len(differing) == 1 else None
        if key is not None and key in labels and kinship.nearly(wanted[key], labels[key]):
            fits[key, labels[key]] = Fit(labels[key], workload.location)
    keys = {key for key, _ in fits}
    if len(keys) == 1:
        text = peer.labels[keys.pop()]
        place = located(text, "no pod has this label") or peer.location
        yield Unknown("NetworkPolicy", "pod labelled", text, place, peer.anchor, tuple(fits.values()))
