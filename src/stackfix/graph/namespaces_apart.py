"""Objects of one set of manifests that need each other and live in two namespaces.

A pod finds ConfigMaps, Secrets, claims and accounts in its own namespace alone; a name with a namespace in it leads
nowhere else. Judged only where every end says its namespace.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import kubernetes_names, script_namespaces, selecting
from stackfix.graph import kubernetes_nodes as nodes
from stackfix.graph.kubernetes_unseen import may_be_unseen
from stackfix.graph.model import Platform
from stackfix.graph.needs import WIDE, Need, needs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.graph.kubernetes import Manifest
    from stackfix.graph.kubernetes_cluster import Cluster
    from stackfix.graph.link import Graph
    from stackfix.graph.model import KubeService, Reference
    from stackfix.text import Text

_ELSEWHERE = frozenset({"Service", "Secret"})
"""Kinds that another rule speaks of, or that people make by hand in each namespace, unless the object is an orphan."""

_BY_HAND = frozenset({"ConfigMap", "PersistentVolumeClaim", "ServiceAccount"})
"""Kinds that people may make without a manifest: where nobody knows which one moves, there may be one of each."""

_COPIED = re.compile(r"reflect|replicat|kubed|config-syncer|sync|mirror", re.IGNORECASE)
_BINDINGS = frozenset({"RoleBinding", "ClusterRoleBinding"})
_COMMON = re.compile(r"default|kube-.*|.*-system|ingress-nginx|cert-manager|argocd|monitoring|observability")


@dataclass(frozen=True, slots=True)
class Apart:
    """Something in `wrong` that belongs into `right`. `text` is what says `wrong`, None where nobody knows which moves.

    `what` is needed by `by`; `places` are the other ends, each with its note.
    """

    what: str
    by: str
    wrong: str
    right: str
    location: Location
    text: Text | None
    places: tuple[tuple[Location, str], ...]


def apart(graph: Graph) -> Iterator[Apart]:
    """Every such pair, each object that would move once."""
    for cluster in graph.world.clusters:
        if not cluster.kustomized and cluster.complete:
            yield from _of_objects(cluster)
            yield from _of_services(cluster)
    yield from _of_hosts(graph)


# --- objects that name each other -------------------------------------------------------------------------------------


def _of_objects(cluster: Cluster) -> Iterator[Apart]:
    asked = [(o, need) for o in cluster.objects if o.space or o.kind in _BINDINGS for need in needs(o)]
    moved: set[tuple[str, str, str]] = set()
    for item, need in asked:
        found = _elsewhere(cluster, need)
        if found is None or need.kind in WIDE:
            continue
        made = _subject(item, need, found) if item.kind in _BINDINGS and need.kind == "ServiceAccount" else None
        if made is None and item.kind in _BINDINGS and need.kind == "ServiceAccount":
            continue
        made = made or _moved(cluster, item, need, found, asked)
        if made is not None and (made.location.path, str(made.location.span), made.right) not in moved:
            moved.add((made.location.path, str(made.location.span), made.right))
            yield made


def _elsewhere(cluster: Cluster, need: Need) -> Manifest | None:
    """The one object that a need means, where it is in another namespace, and no other has its name."""
    if not need.space:
        return None
    everywhere = [
        o
        for group in cluster.world.clusters
        for o in group.objects
        if o.kind == need.kind and need.name.value in o.names
    ]
    if any(not o.space or o.space == need.space or not o.namespace_known for o in everywhere):
        return None
    here = [o for o in everywhere if o in cluster.objects]
    if len(here) != 1 or len({o.space for o in everywhere}) != 1:
        return None
    marks = " ".join(key for key, _ in nodes.entries(here[0].root, "metadata", "annotations"))
    unseen = may_be_unseen(need.name.value, need.space, cluster)
    return None if unseen or _COPIED.search(marks) else here[0]


def _subject(item: Manifest, need: Need, found: Manifest) -> Apart | None:
    """A binding that gives its rights to an account of another namespace than the one that there is."""
    for subject in nodes.branches(item.root, "subjects"):
        said = nodes.leaf(subject, "namespace")
        if said is not None and said.plain is not None and nodes.value(subject, "name") == need.name.value:
            return Apart(
                f"the ServiceAccount {need.name.value}", f"{item.kind} {item.called}", need.space, found.space,
                said.location, said.text,
                ((found.location, f"the account is in {found.space}"),),
            )  # fmt: skip
    return None


def _moved(
    cluster: Cluster, item: Manifest, need: Need, found: Manifest, asked: list[tuple[Manifest, Need]]
) -> Apart | None:
    """Which of two objects moves: what nobody needs where it is, or what is alone where it is."""
    users = [o for o, n in asked if n.kind == need.kind and n.name.value == need.name.value and n.space == found.space]
    if need.kind == "Service" or any(t.built_in is False and t.space == found.space for t in cluster.objects):
        return None
    lives = Counter(o.space for o in cluster.objects if o.space and o.kind != "Namespace")
    if not users and lives[found.space] <= lives[item.space]:
        return _made(need, found, item, found.space, item.space)
    if need.kind in _ELSEWHERE:
        return None
    lone = lives[item.space] == 1 and lives[found.space] > 1 and not _COMMON.fullmatch(item.space)
    if lone and not any(o.kind == "Namespace" and o.called == item.space for o in cluster.objects):
        return _made(need, item, found, item.space, found.space)
    if need.kind in _BY_HAND:
        return None
    return Apart(
        f"the {need.kind} {need.name.value}", f"{item.kind} {item.called}", item.space, found.space,
        need.location, None, ((found.location, f"in {found.space}"),),
    )  # fmt: skip


def _made(need: Need, moving: Manifest, staying: Manifest, wrong: str, right: str) -> Apart | None:
    said = nodes.leaf(moving.root, "metadata", "namespace")
    other = nodes.leaf(staying.root, "metadata", "namespace")
    if said is None or said.plain is None or other is None:
        return None
    by = moving if moving.kind != need.kind or moving.called != need.name.value else staying
    return Apart(
        f"the {need.kind} {need.name.value}", f"{by.kind} {by.called}", wrong, right,
        said.location, said.text,
        ((need.location, "needed here"), (other.location, f"in {right}")),
    )  # fmt: skip


# --- Services and their pods ------------------------------------------------------------------------------------------


def _of_services(cluster: Cluster) -> Iterator[Apart]:
    """Services that select nothing where they are, and whose pods all are in one other namespace."""
    lives = Counter(o.space for o in cluster.objects if o.space and o.kind not in {"Namespace", "Service"})
    for service in cluster.services:
        wrong = service.namespace
        if not wrong or _COMMON.fullmatch(wrong) or not selecting.selects_nothing(service, cluster):
            continue
        wanted = {key: text.value for key, text in (service.selector or {}).items()}
        pods = [w for w in cluster.workloads if w.labels is not None and wanted.items() <= w.labels.items()]
        spaces = {w.namespace for w in pods}
        item = next((o for o in cluster.objects if o.kind == "Service" and o.location == service.location), None)
        said = nodes.leaf(item.root, "metadata", "namespace") if item is not None else None
        if len(spaces) != 1 or said is None or said.plain is None or lives[wrong]:
            continue
        right = spaces.pop()
        if right:
            yield Apart(
                f"the pods of {pods[0].name}", f"the Service {service.name.value}", wrong, right,
                said.location, said.text, ((pods[0].location, f"its pods are in {right}"),),
            )  # fmt: skip


# --- hosts with a namespace in them -----------------------------------------------------------------------------------


def _of_hosts(graph: Graph) -> Iterator[Apart]:
    known = {use.name for cluster in graph.world.clusters for use in kubernetes_names.namespaces(cluster)}
    known |= script_namespaces.named(graph.library)
    seen: set[Location] = set()
    for reference in graph.references:
        workload = reference.workload
        if workload is None or workload.deployment.platform is not Platform.KUBERNETES:
            continue
        cluster = graph.cluster(workload)
        found = _spaced(reference, cluster, known) if cluster is not None else None
        if found is None or cluster is None:
            continue
        service, text = found
        place = text.place
        if place is None or reference.location in seen:
            continue
        seen.add(reference.location)
        yield _host(reference, service, text, kustomized=cluster.kustomized)


def _spaced(reference: Reference, cluster: Cluster, known: set[str]) -> tuple[KubeService, Text] | None:
    """The Service that a host means by another namespace, which no manifest knows; the text of that namespace."""
    host = reference.address.host
    match = re.fullmatch(r"([a-z0-9-]+)\.([a-z0-9-]+)(?P<svc>\.svc(?:\.cluster\.local)?)?\.?", host.value)
    if match is None or match[2] in known or _COMMON.fullmatch(match[2]):
        return None
    same = [s for c in cluster.world.clusters for s in c.services if s.name.value == match[1]]
    if not same or any(not s.namespace for s in same) or len({s.namespace for s in same}) != 1:
        return None
    service = same[0]
    if service not in cluster.services or (match["svc"] is None and not _akin(match[2], service.namespace)):
        return None
    return service, host.slice(*match.span(2))


def _akin(one: str, other: str) -> bool:
    """Whether two names share a part, so that neither is a domain."""
    return bool(set(one.split("-")) & set(other.split("-")))


def _host(reference: Reference, service: KubeService, text: Text, *, kustomized: bool) -> Apart:
    asker = reference.workload
    assert asker is not None
    shared = kustomized or not text
    return Apart(
        f"the Service {service.name.value}", asker.name, text.value, service.namespace,
        reference.location, None if shared else text,
        ((service.location, f"the Service is in {service.namespace}"),),
    )  # fmt: skip
