"""Where Services and probes lead: to a port's number or name of the containers of a pod, and which would be right.

`containerPort` is documentation: where the listener is known it decides, else a name must be declared and a number may
be served all the same.

May import the graph's nouns, Kubernetes names, voices and authority.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph import authority, kubernetes_names, voices
from stackfix.graph.authority import Right
from stackfix.graph.model import Witness

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.findings import Location
    from stackfix.graph.kubernetes_cluster import Cluster
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Declaration, KubeService, Probe, ServicePort, Workload


@dataclass(frozen=True, slots=True)
class Stray:
    """A number or name that leads to no port of these containers, and what would."""

    asked: str
    workloads: tuple[Workload, ...]
    right: Right


# --- Services --------------------------------------------------------------------------------------------------------


def stray_target(graph: Graph, cluster: Cluster, service: KubeService, port: ServicePort) -> Stray | None:
    """What is wrong with one port of a Service; None where it meets a port of its pods, or may."""
    if service.headless or service.external_name or port.protocol != "TCP":
        return None
    pods = kubernetes_names.selected(service, cluster)
    if not cluster.complete and not _share_a_template(service, pods):
        return None
    if not pods or cluster.deployment.fragment or any(w.network_mode == "host" for w in pods):
        return None
    if port.target_name is not None:
        return _by_name(graph, pods, port)
    return _by_number(graph, cluster, service, pods, port)


def _share_a_template(service: KubeService, pods: tuple[Workload, ...]) -> bool:
    """Whether a Service and its pods are made of one OpenShift Template, by the same parameters."""
    return "${" in service.name.value and all(w.location.path == service.location.path for w in pods)


def _by_name(graph: Graph, pods: tuple[Workload, ...], port: ServicePort) -> Stray | None:
    name = port.target_name or ""
    declared = _declared(pods)
    if any(d.name == name for d in declared):
        return None
    return Stray(name, pods, _declared_right(graph, pods, port.port))


def _by_number(
    graph: Graph, cluster: Cluster, service: KubeService, pods: tuple[Workload, ...], port: ServicePort
) -> Stray | None:
    number = port.target_port
    if number is None:
        return None
    known = authority.bound(graph, pods)
    if known is None:
        return _undeclared(graph, service, pods, number)
    if number in known or not known:
        return None
    others = frozenset(p.target_port for p in service.ports if p is not port and p.target_port in known)
    if all(w.build is None for w in pods):
        # What else a public image opens is not known for every release: its main port may have its Service already.
        others |= {p for one in cluster.services if one is not service for p in _reached(one, cluster, pods)} & known
    for workload in pods:
        own = {e.port for e in authority.sure(graph.settled(workload))} - others
        found = authority.right(graph, workload, number, others & known) if own else None
        if found is not None:
            return None if _may_be_further(service, found) else Stray(str(number), pods, found)
    return None


def _reached(service: KubeService, cluster: Cluster, pods: tuple[Workload, ...]) -> frozenset[int]:
    """The ports of these pods that a Service leads to by number."""
    if set(pods).isdisjoint(kubernetes_names.selected(service, cluster)):
        return frozenset()
    return frozenset(p.target_port for p in service.ports if p.target_port is not None)


def _may_be_further(service: KubeService, found: Right) -> bool:
    """Whether a public image may have a further port: where several are asked for, not all of them need be known."""
    return len(service.ports) > 1 and found.listener is not None and found.listener.witness is Witness.KNOWN_IMAGE


def _undeclared(graph: Graph, service: KubeService, pods: tuple[Workload, ...], number: int) -> Stray | None:
    """A number that no container declares, where nobody knows the listener: told where all that is said is one port."""
    ports = {d.port for d in _declared(pods)}
    bound = {p for w in pods for p in graph.settled(w).ports}
    if len(ports) != 1 or number in ports | bound or len(service.ports) != 1:
        return None
    if len({w.pod for w in pods}) != len(pods) or any(_mentions(w, number) for w in pods):
        return None
    return Stray(str(number), pods, _declared_right(graph, pods, number))


def _mentions(workload: Workload, number: int) -> bool:
    """Whether a probe, a variable or an argument names the number: then something may well bind it."""
    if any(probe.port == number for probe in workload.probes):
        return True
    said = [v.value.value for v in workload.environment.variables.values() if v.value is not None]
    said += [t.value for w in (workload.entrypoint, workload.command) if w for p in w.words if (t := p.text)]
    unknown = any(v.value is None and "PORT" in v.name.upper() for v in workload.environment.variables.values())
    return unknown or any(re.search(rf"(?<!\d){number}(?!\d)", text) for text in said)


def _declared(workloads: Iterable[Workload]) -> tuple[Declaration, ...]:
    return tuple(d for w in workloads for d in w.declarations if d.protocol == "tcp")


def _declared_right(graph: Graph, pods: Iterable[Workload], number: int) -> Right:
    """The one containerPort, or of several the one with the Service's own number."""
    found = {d.port: d for d in _declared(pods)}
    chosen = [found[number]] if number in found else list(found.values())
    if len(chosen) != 1:
        return Right(None, (), tuple(sorted(found)))
    del graph
    place = located(chosen[0].port_text, f"the container declares {chosen[0].port}")
    return Right(chosen[0].port, (place,) if place else ())


# --- probes ----------------------------------------------------------------------------------------------------------


def strays_of_probes(graph: Graph, workload: Workload) -> Iterator[tuple[Probe, Stray]]:
    """The checks of one container that ask a port that nobody binds, or a name that it doesn't declare."""
    for probe in workload.probes:
        if not voices.asks_itself(workload, probe):
            continue
        if probe.port_name is not None:
            if voices.named(workload, probe.port_name) is None:
                yield probe, Stray(probe.port_name, (workload,), _declared_right(graph, (workload,), 0))
        elif probe.port is not None and (right := authority.right(graph, workload, probe.port)) is not None:
            shared = voices.sharers(graph, workload, probe)
            if all(p.port is not None and authority.right(graph, w, p.port) is not None for w, p in shared):
                yield probe, Stray(str(probe.port), (workload,), right)


def name_of(workloads: Iterable[Workload], port: int | None) -> str | None:
    """The name that containers give to a port, where all that declare it agree."""
    names = {d.name for d in _declared(workloads) if d.port == port}
    return names.pop() if len(names) == 1 else None


def places(stray: Stray) -> tuple[Location, ...]:
    """Who says what would be right."""
    return (*stray.right.witnesses, *(voice.location for voice in stray.right.doubted))
