"""What a name means among manifests: Services by DNS, configuration by name, pods by labels.

Objects of the same group come before those of kindred groups (one namespace by name, or neighbouring folders that
define nothing twice), and near files before far ones; what only an unrelated group defines is UNKNOWN. A name is
MISSING only where everything that could define it has been read; wherever an operator, a chart, a remote base or a file
that can't be read may define it, it is UNKNOWN.

Source: kubernetes.io/docs/concepts/services-networking/dns-pod-service.

May import the graph's nouns and Kubernetes modules.
"""

from __future__ import annotations

import posixpath
import re
from enum import Enum
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeVar

from stackfix.graph import kubernetes, kubernetes_nodes, kubernetes_pods
from stackfix.graph.kubernetes_cluster import NamespaceUse, same_namespace
from stackfix.graph.kubernetes_unseen import may_be_unseen, may_make

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from stackfix.findings import Location
    from stackfix.graph.kubernetes import Manifest
    from stackfix.graph.kubernetes_cluster import Cluster
    from stackfix.graph.model import IngressBackend, KubeConfig, KubeService, ServicePort, Workload
    from stackfix.text import Text


class Unresolved(Enum):
    """A name that leads to no object: nobody can tell, or there is none."""

    UNKNOWN = "unknown"
    MISSING = "missing"


UNKNOWN: Final[Literal[Unresolved.UNKNOWN]] = Unresolved.UNKNOWN
MISSING: Final[Literal[Unresolved.MISSING]] = Unresolved.MISSING

_LABEL = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?\Z")
_POD = re.compile(r"(?P<set>.+)-[0-9]+\Z")


_POD_NAME = "statefulset.kubernetes.io/pod-name"
# Labels that pods get as they run, from controllers or from what runs in them.
_RUN_TIME_LABELS = frozenset(
    {
        "apps.kubernetes.io/pod-index",
        "controller-revision-hash",
        "controller-uid",
        "pod-template-hash",
        "role",
        "spilo-role",
        "vault-active",
    }
)


class _Placed(Protocol):
    @property
    def location(self) -> Location: ...


class _Spaced(_Placed, Protocol):
    @property
    def namespace(self) -> str: ...


T = TypeVar("T", bound=_Placed)
N = TypeVar("N", bound=_Spaced)


# --- Services --------------------------------------------------------------------------------------------------------


def resolve_host(host: str, namespace: str, cluster: Cluster, near: str = "") -> KubeService | Unresolved:
    """The Service that a host name means to a pod of a namespace. `near` is the path of who asks, to prefer neighbours.

    Forms: `svc`, `svc.ns`, `svc.ns.svc`, `svc.ns.svc.cluster.local`, and `pod-0.` before those of a StatefulSet. A name
    of other form, or of a namespace without Services in the repository, is unknown.
    """
    labels = host.lower().rstrip(".").split(".")
    if not all(re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", label) for label in labels):
        return UNKNOWN
    local = _without_suffix(labels)
    if len(local) == 1 and local == labels:
        return _short(local[0], namespace, cluster, near)
    if len(local) >= 2:  # noqa: PLR2004 - a name and its namespace, or a pod and its Service
        found = _pod_of_set(local, namespace, cluster, near)
        if found is not None:
            return found
    if len(local) == 2:  # noqa: PLR2004 - a name and its namespace
        return _spaced(local[0], local[1], cluster, near)
    return UNKNOWN


def _without_suffix(labels: list[str]) -> list[str]:
    for suffix in (["svc", "cluster", "local"], ["svc"]):
        if len(labels) > len(suffix) + 1 and labels[-len(suffix) :] == suffix:
            return labels[: -len(suffix)]
    return labels


def _short(name: str, namespace: str, cluster: Cluster, near: str) -> KubeService | Unresolved:
    found = service_named(name, namespace, cluster, near, exact=True)
    if found is MISSING and (name in {"localhost", "kubernetes"} or not _LABEL.match(name)):
        return UNKNOWN
    return found


def _spaced(name: str, namespace: str, cluster: Cluster, near: str) -> KubeService | Unresolved:
    here = [s for c in cluster.world.clusters for s in c.services]
    if not any(s.namespace == namespace or (namespace == "default" and not s.namespace) for s in here):
        found = service_named(name, namespace, cluster, near, exact=True)
        return UNKNOWN if found is MISSING else found
    return service_named(name, namespace, cluster, near, exact=True)


def _pod_of_set(labels: list[str], namespace: str, cluster: Cluster, near: str) -> KubeService | None:
    match = _POD.match(labels[0])
    space = labels[2] if len(labels) == 3 else namespace  # noqa: PLR2004 - pod, Service and namespace
    if match is None or len(labels) > 3:  # noqa: PLR2004 - as above
        return None
    found = service_named(labels[1], space, cluster, near, exact=True)
    return None if isinstance(found, Unresolved) else found


def service_named(
    name: str, namespace: str, cluster: Cluster, near: str = "", *, exact: bool = False
) -> KubeService | Unresolved:
    """The Service that manifests call so. `exact`: by its real name alone, as DNS does, not one Kustomize replaces."""

    def fits(one: KubeService) -> bool:
        called = one.name.value == name or (not exact and name in one.written_names)
        return called and same_namespace(one.namespace, namespace)

    same = [s for s in cluster.services if fits(s)]
    found = _choose(same or [s for c in _kin(cluster) for s in c.services if fits(s)], namespace, near)
    if found is not None:
        return found
    known = any(fits(s) for c in cluster.world.clusters for s in c.services)
    if known or not cluster.services:
        return UNKNOWN
    return UNKNOWN if may_be_unseen(name, namespace, cluster) else MISSING


def backend_service(backend: IngressBackend, cluster: Cluster) -> KubeService | Unresolved:
    """The Service that a route names."""
    return service_named(backend.service.value, backend.namespace, cluster, backend.location.path)


def service_port(service: KubeService, port: int | str | None) -> ServicePort | None:
    """A Service's port by number or name; None asks for its only one."""
    if port is None:
        return service.ports[0] if len(service.ports) == 1 else None
    return next((p for p in service.ports if port in (p.port, p.name)), None)


def target_ports(port: ServicePort, workloads: Iterable[Workload]) -> frozenset[int]:
    """The container ports that a Service's port leads to: its number, or what those containers give its name."""
    if port.target_port is not None:
        return frozenset({port.target_port})
    named = (d for w in workloads for d in w.declarations if d.name is not None and d.name == port.target_name)
    return frozenset(d.port for d in named)


# --- pods ------------------------------------------------------------------------------------------------------------


def selected(service: KubeService, cluster: Cluster) -> tuple[Workload, ...]:
    """The containers that serve a Service: those of the pods with its labels, init containers left out.

    Pods of kindred groups count where its own group has none; of plain manifests the nearest ones.
    """
    if not service.selector:
        return ()
    wanted = {key: text.value for key, text in service.selector.items()}
    own = [w for w in cluster.workloads if _has(w, wanted, service.namespace)]
    if own and cluster.kustomized:
        return tuple(own)
    if not own:
        own = [w for c in _kin(cluster) for w in c.workloads if _has(w, wanted, service.namespace)]
    return tuple(_nearest(own, service.location.path))


def _has(workload: Workload, wanted: Mapping[str, str], namespace: str) -> bool:
    given = _given_labels(workload)
    own = workload.labels or {}
    for key, value in wanted.items():
        if key not in given and own.get(key) != value:
            return False
    labels = {**own, **given}
    if "initContainers" in workload.anchor.innermost.steps or not same_namespace(namespace, workload.namespace):
        return False
    number = labels.pop(_POD_NAME, None)
    if number is not None and _POD_NAME in wanted:
        match = _POD.match(wanted[_POD_NAME])
        wanted = {key: value for key, value in wanted.items() if key != _POD_NAME}
        if match is None or match.group("set") != number:
            return False
    return all(labels.get(key) == value for key, value in wanted.items())


def _given_labels(workload: Workload) -> dict[str, str]:
    """The labels that Kubernetes itself adds to pods; a StatefulSet's pods have its name with a number."""
    controller = workload.controller
    if controller is None or controller.name is None:
        return {}
    if controller.kind == "StatefulSet":
        return {_POD_NAME: controller.name.value}
    name = controller.name.value
    return {"job-name": name, "batch.kubernetes.io/job-name": name} if controller.kind == "Job" else {}


def may_select_unseen(service: KubeService, cluster: Cluster) -> bool:
    """Whether pods that nobody can see may serve a Service: an operator's, a template's, those of unread manifests."""
    if service.selector is None or not cluster.complete or cluster.deployment.fragment:
        return True
    if cluster.world.templates or cluster.world.unreadable or _RUN_TIME_LABELS & set(service.selector):
        return True
    groups = cluster.world.clusters
    if any(kubernetes_pods.is_hidden(o) or kubernetes_pods.has_unknown_labels(o) for c in groups for o in c.objects):
        return True
    wanted = {key: text.value for key, text in service.selector.items()}
    if not selected(service, cluster) and any(
        _has(w, wanted, service.namespace) for c in groups if c is not cluster for w in c.workloads
    ):
        return True
    return any(may_make(o, None) for c in groups for o in c.objects if same_namespace(o.space, service.namespace))


def services_for(workload: Workload, cluster: Cluster) -> tuple[KubeService, ...]:
    """The Services that lead to a container."""
    return tuple(s for s in cluster.services if workload in selected(s, cluster))


# --- configuration ---------------------------------------------------------------------------------------------------


def config(kind: str, name: str, namespace: str, cluster: Cluster, near: str = "") -> KubeConfig | Unresolved:
    """The ConfigMap or Secret that manifests call so."""

    def fits(one: KubeConfig) -> bool:
        called = one.kind == kind and (one.name == name or name in one.written_names)
        return called and same_namespace(one.namespace, namespace)

    same = [c for c in cluster.configs if fits(c)]
    found = _choose(same or [c for o in _kin(cluster) for c in o.configs if fits(c)], namespace, near)
    if found is not None:
        return found
    known = any(fits(c) for o in cluster.world.clusters for c in o.configs)
    unseen = known or name == "kube-root-ca.crt" or may_be_unseen(name, namespace, cluster)
    return UNKNOWN if unseen else MISSING


def object_named(kind: str, name: str, namespace: str, cluster: Cluster) -> Manifest | Unresolved:
    """Any object by kind and name (an autoscaler's target, a claim, a Service account)."""
    everywhere = (cluster, *(c for c in cluster.world.clusters if c is not cluster))
    for group in everywhere:
        for item in group.objects:
            if item.kind == kind and name in item.names and same_namespace(item.space, namespace):
                return item
    unseen = (kind, name) == ("ServiceAccount", "default") or may_be_unseen(name, namespace, cluster)
    return UNKNOWN if unseen else MISSING


def mounted_files(workload: Workload, cluster: Cluster) -> Iterator[tuple[str, KubeConfig, str, Text]]:
    """The files that ConfigMaps put into a container: path, object, key, contents."""
    for mount in workload.mounts:
        if mount.config_map is None:
            continue
        found = config("ConfigMap", mount.config_map, workload.namespace, cluster, mount.location.path)
        for key, text in () if isinstance(found, Unresolved) else (found.keys or {}).items():
            if text is None or mount.key not in {None, key} or isinstance(found, Unresolved):
                continue
            yield (mount.target if mount.key else posixpath.join(mount.target, key)), found, key, text


# --- namespaces ------------------------------------------------------------------------------------------------------


def namespaces(cluster: Cluster) -> tuple[NamespaceUse, ...]:
    """The namespaces that a group's manifests say they work in, each place once, Namespace objects included."""
    found: dict[Location, NamespaceUse] = {}
    for item in cluster.objects:
        leaf = kubernetes_nodes.leaf(item.root, "metadata", "namespace")
        if item.kind == "Namespace" and item.name is not None:
            leaf = kubernetes_nodes.leaf(item.root, "metadata", "name")
        if leaf is not None and leaf.plain is not None:
            by = item.kind
            if posixpath.basename(leaf.location.path) in kubernetes.KUSTOMIZATION_NAMES:
                by = "Kustomization"
            found.setdefault(leaf.location, NamespaceUse(leaf.value, leaf.text, leaf.location, by))
    return tuple(found.values())


# --- kinship and nearness --------------------------------------------------------------------------------------------


def _kin(cluster: Cluster) -> Iterator[Cluster]:
    """The other groups whose objects are meant by the same names as a group's own."""
    for other in cluster.world.clusters:
        if other is cluster:
            continue
        pair = (id(cluster), id(other))
        if pair not in cluster.world.kin:
            cluster.world.kin[pair] = _are_kin(cluster, other)
        if cluster.world.kin[pair]:
            yield other


def _are_kin(one: Cluster, other: Cluster) -> bool:
    spaces = [{o.space for o in group.objects if o.space} for group in (one, other)]
    if spaces[0] & spaces[1] - {"default"}:
        return True
    parent = posixpath.dirname(one.folder)
    if parent != posixpath.dirname(other.folder) or (not parent and "" in {one.folder, other.folder}):
        return False
    named = [
        {(o.kind, o.called) for o in group.objects if o.called and o.kind != "Namespace"} for group in (one, other)
    ]
    return not named[0] & named[1]


def _choose(found: Iterable[N], namespace: str, near: str) -> N | None:
    """The one that is meant: of the very namespace, else nearest; None where several are as near."""
    places: dict[Location, N] = {}
    for one in found:
        places.setdefault(one.location, one)
    candidates = list(places.values())
    exact = [one for one in candidates if one.namespace == namespace]
    best = _nearest(exact or candidates, near)
    return best[0] if len(best) == 1 else None


def _nearest(found: list[T], near: str) -> list[T]:
    """Those in the file itself, else in the folders nearest to it."""
    if len(found) < 2:  # noqa: PLR2004 - nothing to choose
        return found
    ranks = [_closeness(one.location.path, near) for one in found]
    best = max(ranks)
    return [one for one, rank in zip(found, ranks, strict=True) if rank == best]


def _closeness(path: str, near: str) -> int:
    """How many leading parts two paths share; one file is nearest of all."""
    if path == near:
        return 1 << 16
    shared = 0
    for one, other in zip(path.split("/")[:-1], near.split("/")[:-1], strict=False):
        if one != other:
            break
        shared += 1
    return shared
