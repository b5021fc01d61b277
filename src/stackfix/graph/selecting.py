"""Services that select no pod, and the pods that were meant.

May import the graph's nouns, Kubernetes names and kinship.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import kinship, kubernetes_names
from stackfix.graph.kubernetes_cluster import same_namespace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.kubernetes_cluster import Cluster
    from stackfix.graph.model import Controller, KubeService, Workload


@dataclass(frozen=True, slots=True)
class Meant:
    """Pods that a Service may have meant. `values` are labels by key that its selector must say, `keys` those that it
    must call otherwise.
    """

    controller: Controller
    workloads: tuple[Workload, ...]
    values: tuple[tuple[str, str], ...]
    keys: tuple[tuple[str, str], ...]


def selects_nothing(service: KubeService, cluster: Cluster) -> bool:
    """Whether it is certain that no pod has a Service's labels."""
    if not service.selector or service.external_name or not cluster.workloads:
        return False
    return not kubernetes_names.selected(service, cluster) and not kubernetes_names.may_select_unseen(service, cluster)


def meant(service: KubeService, cluster: Cluster) -> tuple[Meant, ...]:
    """The pods of the namespace that fit: by their controller's name or a label, and by their ports.

    Where no ports fit, the Service's are wrong too, and its name alone says whose it is.
    """
    possible = list(_possible(service, cluster))
    found = [m for m in possible if _has_ports(service, m.workloads)] or possible
    named = [m for m in found if _called(m.controller) == service.name.value]
    return tuple(named or (m for m in found if _has_ports(service, m.workloads)))


def _possible(service: KubeService, cluster: Cluster) -> Iterator[Meant]:
    pods: dict[str, list[Workload]] = {}
    for workload in cluster.workloads:
        if workload.pod is not None and not workload.runs_once and workload.controller is not None:
            pods.setdefault(workload.pod, []).append(workload)
    for workloads in pods.values():
        controller = workloads[0].controller
        if controller is None or not same_namespace(service.namespace, workloads[0].namespace):
            continue
        found = _changed(service, controller, tuple(workloads))
        if found is not None:
            yield found


def _changed(service: KubeService, controller: Controller, workloads: tuple[Workload, ...]) -> Meant | None:
    """What of a selector must change for it to mean these pods; None where they aren't akin."""
    labels = {key: text.value for key, text in controller.labels.items()}
    values: list[tuple[str, str]] = []
    keys: list[tuple[str, str]] = []
    for key, text in (service.selector or {}).items():
        if labels.get(key) == text.value:
            continue
        others = [k for k, v in labels.items() if v == text.value and k not in (service.selector or {})]
        if key in labels:
            values.append((key, labels[key]))
        elif len(others) == 1:
            keys.append((key, others[0]))
        else:
            return None
    if any(not _akin(service, key, new, controller) for key, new in values):
        return None
    return Meant(controller, workloads, tuple(values), tuple(keys))


def _akin(service: KubeService, key: str, label: str, controller: Controller) -> bool:
    said = (service.selector or {})[key].value
    return kinship.akin(said, label) or kinship.akin(service.name.value, _called(controller))


def _called(controller: Controller) -> str:
    return controller.name.value if controller.name is not None else ""


def _has_ports(service: KubeService, workloads: tuple[Workload, ...]) -> bool:
    """Whether nothing that the containers declare speaks against the Service's ports."""
    declared = {d.port for w in workloads for d in w.declarations}
    names = {d.name for w in workloads for d in w.declarations}
    return not declared or any(p.target_port in declared or p.target_name in names - {None} for p in service.ports)
