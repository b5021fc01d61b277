"""Which Service a route's backend means, where it names none, or a port that its Service doesn't offer.

May import the graph's nouns and Kubernetes names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import Location
from stackfix.graph import kinship, kubernetes_names
from stackfix.graph.kubernetes_cluster import same_namespace
from stackfix.graph.kubernetes_names import Unresolved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.kubernetes_cluster import Cluster
    from stackfix.graph.link import Graph
    from stackfix.graph.model import IngressBackend, KubeService, ServicePort, Workload


@dataclass(frozen=True, slots=True)
class Candidate:
    """A Service that may be meant. `port` is what the backend's port must become, None where it may stay."""

    name: str
    port: int | str | None
    location: Location
    note: str
    workloads: tuple[Workload, ...]

    @property
    def called(self) -> str:
        """The Service, with the port where that changes."""
        return self.name if self.port is None else f"{self.name}:{self.port}"


@dataclass(frozen=True, slots=True)
class Lost:
    """A backend that leads nowhere. `service` is the one it names, None where there is none of that name.

    `akin`: the candidates have its name or are its Service, rather than merely its port.
    """

    service: KubeService | None
    candidates: tuple[Candidate, ...]
    akin: bool


def lost(graph: Graph, cluster: Cluster, backend: IngressBackend) -> Lost | None:
    """What is wrong with a backend; None where it leads somewhere, or may."""
    found = kubernetes_names.backend_service(backend, cluster)
    if found is Unresolved.UNKNOWN or cluster.deployment.fragment:
        return None
    if isinstance(found, Unresolved):
        if _is_elsewhere(cluster, backend.service.value):
            return None
        near = [s for s in cluster.services if _is_possible(s, backend)]
        akin = _akin(near, backend)
        fitting = akin or [s for s in near if _offers(s, backend)]
        return Lost(None, tuple(_candidate(s, cluster, backend) for s in fitting), akin=bool(akin))
    asked = backend.port if backend.port is not None else backend.port_name
    if asked is None or not found.ports or found.external_name or kubernetes_names.service_port(found, asked):
        return None
    if _is_bound(graph, found, cluster, asked):
        return Lost(found, (), akin=True)
    offers = tuple(_offer(found, p, cluster, backend) for p in _ports(found, cluster, backend))
    return Lost(found, offers, akin=not any(_is_taken(backend, other, offers) for other in cluster.backends))


def _is_elsewhere(cluster: Cluster, name: str) -> bool:
    """Whether some manifest writes the name, whatever namespace it ends up in: it may be applied otherwise."""
    return any(name in {s.name.value, *s.written_names} for c in cluster.world.clusters for s in c.services)


def _is_bound(graph: Graph, service: KubeService, cluster: Cluster, asked: int | str) -> bool:
    """Whether the pods have the port, but no port of the Service leads there: then the Service lacks one."""
    pods = kubernetes_names.selected(service, cluster)
    led = {target for port in service.ports for target in kubernetes_names.target_ports(port, pods)}
    has = {d.port for w in pods for d in w.declarations} | {p for w in pods for p in graph.settled(w).ports}
    names = {d.name for w in pods for d in w.declarations if d.port not in led}
    return asked in has - led or asked in names - {None}


def _is_taken(backend: IngressBackend, other: IngressBackend, offers: tuple[Candidate, ...]) -> bool:
    """Whether another path is sent to the very port already: then this one is meant for something else."""
    same = other is not backend and other.service.value == backend.service.value
    return same and any(offer.port in {other.port, other.port_name} for offer in offers)


# --- Services --------------------------------------------------------------------------------------------------------


def _akin(near: list[KubeService], backend: IngressBackend) -> list[KubeService]:
    """The Services of the namespace whose name is akin; of several those that offer the port asked for."""
    akin = [s for s in near if kinship.akin(backend.service.value, s.name.value)]
    same = [s for s in akin if kinship.same(backend.service.value, s.name.value)]
    found = same or akin
    offering = [s for s in found if _offers(s, backend)]
    return offering if len(found) > 1 and offering else found


def _is_possible(service: KubeService, backend: IngressBackend) -> bool:
    return same_namespace(service.namespace, backend.namespace) and not service.headless and bool(service.ports)


def _offers(service: KubeService, backend: IngressBackend) -> bool:
    asked = backend.port if backend.port is not None else backend.port_name
    return asked is not None and kubernetes_names.service_port(service, asked) is not None


def _candidate(service: KubeService, cluster: Cluster, backend: IngressBackend) -> Candidate:
    """A Service, with its only port where it doesn't offer the one asked for."""
    port = None
    if not _offers(service, backend) and len(service.ports) == 1:
        port = _spelled(service.ports[0], backend)
    workloads = kubernetes_names.selected(service, cluster)
    note = f"the Service {service.name.value} is here"
    return Candidate(service.name.value, port, _named(service), note, workloads)


def _named(service: KubeService) -> Location:
    place = service.name.place
    return Location(place[0], place[1]) if place is not None else service.location


# --- ports -----------------------------------------------------------------------------------------------------------


def _ports(service: KubeService, cluster: Cluster, backend: IngressBackend) -> Iterator[ServicePort]:
    """The Service's only port; of several the one behind which the asked number or name is."""
    if len(service.ports) == 1:
        yield service.ports[0]
        return
    pods = kubernetes_names.selected(service, cluster)
    for port in service.ports:
        by_number = backend.port is not None and backend.port in kubernetes_names.target_ports(port, pods)
        if by_number or (backend.port_name is not None and backend.port_name == port.target_name):
            yield port


def _offer(service: KubeService, port: ServicePort, cluster: Cluster, backend: IngressBackend) -> Candidate:
    place = port.port_text.place
    where = Location(place[0], place[1]) if place is not None else port.location
    workloads = kubernetes_names.selected(service, cluster)
    return Candidate(service.name.value, _spelled(port, backend), where, f"it offers {port.port}", workloads)


def _spelled(port: ServicePort, backend: IngressBackend) -> int | str:
    """A port as a route says it: by name where it does so and the port has one."""
    return port.name if backend.port_name is not None and port.name is not None else port.port
