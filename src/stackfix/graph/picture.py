"""The graph as a small value for pictures: every component, what leads to it, and which findings break what.

A wire is broken where a finding stands on it, or where it comes to nothing and a finding about ports or names that
stands on none speaks of what it leads to. What no finding speaks of is drawn as met: a picture accuses nobody.

May import the graph, findings and the wiring as a value.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from stackfix.findings import Family, located
from stackfix.graph import awaiting, kubernetes_names
from stackfix.graph.model import Place, Platform, Says, Writing
from stackfix.graph.reach import Reached
from stackfix.wiring import Kind, Node, Wire, Wiring

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from stackfix.findings import Finding, Location
    from stackfix.graph.kafka_clients import Client
    from stackfix.graph.kubernetes_cluster import Cluster
    from stackfix.graph.link import Graph
    from stackfix.graph.model import (
        IngressBackend,
        KubeService,
        Listening,
        Reference,
        ServicePort,
        Wait,
        Workload,
    )
    from stackfix.graph.reach import Reach
    from stackfix.graph.starting import Start
    from stackfix.text import Text
    from stackfix.wiring import Fault

_ON_WIRES = frozenset({Family.PORTS, Family.NAMES, Family.DATA, Family.BROWSER, Family.HEALTH})
"""Families whose findings are about what they stand on: one of the others stands on a value for another reason."""
_OF_ENDS = frozenset({Family.PORTS, Family.NAMES})
_MOST_PORTS = 3
_LOCAL = "localhost"


@dataclass(slots=True)
class _Drawn:
    """A wire before it is judged. `lost`: it comes to nothing; such a one is drawn only where a finding says so.

    `places` are where it is written.
    """

    wire: Wire
    places: tuple[Location, ...]
    unmet: bool = False
    lost: bool = False
    faults: dict[Fault, None] = field(default_factory=dict)


def picture(graph: Graph, found: Iterable[tuple[Fault, Finding]]) -> Wiring:
    """All nodes and wires of a graph. `found` are the findings that are told of it."""
    return _Picture(graph).drawn(found)


class _Picture:
    """The nodes and wires as they are gathered, each once."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._nodes: dict[str, Node] = {}
        self._wires: dict[str, _Drawn] = {}
        self._faults: dict[str, dict[Fault, None]] = {}
        self._known: dict[tuple[str, str, str], str] = {}
        self._equal: Counter[str] = Counter()

    def drawn(self, found: Iterable[tuple[Fault, Finding]]) -> Wiring:
        for workload in self._graph.running:
            self._component(workload)
        for one in self._every():
            self._add(one)
        apart = [(fault, finding) for fault, finding in found if not self._stands(fault, finding)]
        broken = {key for key, one in self._wires.items() if one.faults}
        for fault, finding in apart:
            self._blame(fault, finding, self._wires.keys() - broken)
        wires = [one for one in self._wires.values() if one.faults or not one.lost]
        ends = {end for one in wires for end in (one.wire.start, one.wire.end)}
        return Wiring(
            tuple(
                replace(node, faults=tuple(self._faults.get(key, ())))
                for key, node in self._nodes.items()
                if node.kind is not Kind.LOST or key in ends
            ),
            tuple(replace(one.wire, faults=tuple(one.faults)) for one in wires),
        )

    # --- nodes ---

    def _component(self, workload: Workload) -> str:
        (key,) = self._graph.called(workload)
        if key not in self._nodes:
            listening = self._graph.listening(workload)
            ports = sorted({e.port for e in listening.endpoints if e.sure}) if listening.known else []
            says = f"binds {', '.join(map(str, ports[:_MOST_PORTS]))}" if ports else ""
            group = workload.deployment.name if workload.deployment.platform is not Platform.IMAGE else ""
            self._nodes[key] = Node(key, Kind.COMPONENT, _name(workload), group, says)
        return key

    def _service(self, service: KubeService, cluster: Cluster) -> str:
        key = f"Service {cluster.deployment.name} {service.namespace} {service.name.value}"
        self._nodes.setdefault(key, Node(key, Kind.SERVICE, service.name.value, cluster.deployment.name))
        return key

    def _other(self, kind: Kind, name: str, whose: str = "") -> str:
        key = f"{kind.value} {whose} {name}"
        self._nodes.setdefault(key, Node(key, kind, name))
        return key

    # --- wires ---

    def _add(self, one: _Drawn) -> None:
        """Take a wire; of equal ones, the first with the places of all."""
        wire = one.wire
        known = self._known.get((wire.start, wire.end, wire.label))
        if known is not None:
            self._wires[known].places += one.places
            self._wires[known].unmet |= one.unmet
            return
        self._equal[wire.key] += 1
        key = self._known[wire.start, wire.end, wire.label] = f"{wire.key} {self._equal[wire.key]}"
        self._wires[key] = replace(one, wire=replace(wire, key=key))

    def _every(self) -> Iterator[_Drawn]:
        clusters, workloads = self._graph.world.clusters, self._graph.workloads
        yield from (self._way_in(backend, cluster) for cluster in clusters for backend in cluster.backends)
        yield from (wire for workload in workloads for wire in self._published(workload))
        yield from (wire for reference in self._graph.references for wire in self._led(reference))
        yield from map(self._of_client, self._kafka_clients())
        for cluster in clusters:
            for service in cluster.services:
                yield from (wire for port in service.ports for wire in self._served(service, port, cluster))
        yield from (self._awaiting(workload, wait) for workload in workloads for wait in workload.waits)

    def _way_in(self, backend: IngressBackend, cluster: Cluster) -> _Drawn:
        start = self._other(Kind.DOOR, backend.kind)
        found = kubernetes_names.backend_service(backend, cluster)
        lost = isinstance(found, kubernetes_names.Unresolved)
        name = backend.service.value
        end = (
            self._other(Kind.LOST, name)
            if isinstance(found, kubernetes_names.Unresolved)
            else self._service(found, cluster)
        )
        asked = backend.port if backend.port is not None else backend.port_name
        unmet = (
            not isinstance(found, kubernetes_names.Unresolved) and kubernetes_names.service_port(found, asked) is None
        )
        label = " ".join(filter(None, (backend.path, f":{asked}" if asked is not None else "")))
        wire = Wire(f"{start} {backend.anchor.identity}", start, end, label)
        return _Drawn(wire, (backend.location, *_places(backend.service, backend.port_text)), unmet or lost, lost)

    def _published(self, workload: Workload) -> Iterator[_Drawn]:
        bound = self._graph.listening(workload)
        for declared in workload.declarations:
            if declared.says is Says.PUBLISHED and declared.published is not None and declared.protocol == "tcp":
                start, end = self._other(Kind.DOOR, "host"), self._component(workload)
                wire = Wire(f"{end} {declared.anchor.identity}", start, end, _mapped(declared.published, declared.port))
                unmet = bound.known and declared.port not in _open(bound)
                yield _Drawn(wire, (declared.location, *_places(declared.port_text, declared.published_text)), unmet)

    def _led(self, reference: Reference) -> Iterator[_Drawn]:
        """The wires of a reference that somebody who runs here opens."""
        asker = reference.workload
        if asker is None or reference.place not in {Place.CONTAINER, Place.POD}:
            return
        start = self._component(asker)
        reach = self._graph.resolve(reference)
        key, label = f"{start} {reference.anchor.identity} {reference.variable or ''}", _label(reference)
        if reach.reached is Reached.MET and (reach.service is not None or reach.workloads):
            for end in self._answering(reach, asker):
                wire = Wire(key, start, end, label)
                yield _Drawn(wire, (reference.location,), self._is_unmet(reference, reach))
        elif reach.reached is Reached.NO_NETWORK and reach.workloads:
            for end in map(self._component, reach.workloads):
                yield _Drawn(Wire(key, start, end, label), (reference.location,), unmet=True, lost=True)
        else:
            own = reach.reached is Reached.SELF
            host = _LOCAL if own else reference.address.host.value
            end = self._other(Kind.LOST, host, start if own else asker.deployment.name)
            yield _Drawn(Wire(key, start, end, label), (reference.location,), unmet=True, lost=True)

    def _answering(self, reach: Reach, asker: Workload) -> Iterator[str]:
        service = reach.service
        if service is None:
            yield from dict.fromkeys(map(self._component, reach.workloads))
            return
        clusters = self._graph.world.clusters
        own = self._graph.cluster(asker)
        holder = next((cluster for cluster in clusters if service in cluster.services), own)
        if holder is not None:
            yield self._service(service, holder)

    def _is_unmet(self, reference: Reference, reach: Reach) -> bool:
        """Whether nobody answers at a port, as things are."""
        port = reference.address.default_port
        if port is None:
            return False
        if reach.service is not None and not reach.service.headless:
            return bool(reach.service.ports) and all(offered.port != port for offered in reach.service.ports)
        bound = [self._graph.listening(workload) for workload in reach.workloads]
        return bool(bound) and all(one.known and port not in _open(one) for one in bound)

    def _kafka_clients(self) -> Iterator[Client]:
        """The clients whose addresses are no references of the graph's: those on the host."""
        clients = self._graph.kafka.clients if self._graph.kafka_brokers else ()
        return (client for client in clients if client.reference is None and not client.copy)

    def _of_client(self, client: Client) -> _Drawn:
        start = self._other(Kind.DOOR, "host")
        end = self._component(client.broker.workload)
        label = " ".join(filter(None, (client.variable, client.told)))
        return _Drawn(Wire(f"{start} {client.anchor.identity}", start, end, label), (client.location,))

    def _served(self, service: KubeService, port: ServicePort, cluster: Cluster) -> Iterator[_Drawn]:
        """The wires from a Service to the containers that it leads to."""
        start = self._service(service, cluster)
        chosen = kubernetes_names.selected(service, cluster)
        wanted = kubernetes_names.target_ports(port, chosen)
        fitting = [w for w in chosen if wanted & (self._graph.listening(w).ports | {d.port for d in w.declarations})]
        bound = [self._graph.listening(workload) for workload in chosen]
        unmet = bool(wanted) and all(one.known and not wanted & _open(one) for one in bound)
        label = _mapped(port.port, port.target_name or port.target_port)
        places = (*_places(port.target_text or port.port_text), *filter(None, (service.selector_location,)))
        for end in dict.fromkeys(map(self._component, fitting or chosen)):
            yield _Drawn(Wire(f"{start} {port.anchor.identity} {end}", start, end, label), places, unmet)

    def _awaiting(self, workload: Workload, wait: Wait) -> _Drawn:
        start = self._component(workload)
        awaited = awaiting.awaited(workload, wait)
        end = self._other(Kind.LOST, wait.name.value) if awaited is None else self._component(awaited)
        label = _CONDITIONS.get(wait.condition or "", "waits until it is started")
        # All of `depends_on` is one place: a finding stands on its first entry.
        places = tuple(other.location for other in workload.waits)
        wire = Wire(f"{start} waits {end}", start, end, label, waits=True)
        return _Drawn(wire, places, unmet=awaited is None, lost=awaited is None)

    # --- judging ---

    def _stands(self, fault: Fault, finding: Finding) -> bool:
        """Put a finding on the wires that it stands on; whether there are any."""
        if finding.rule.family not in _ON_WIRES:
            return False
        on = [one for one in self._wires.values() if self._stands_on(finding, one)]
        for one in on:
            one.faults[fault] = None
        return bool(on)

    def _blame(self, fault: Fault, finding: Finding, free: AbstractSet[str]) -> None:
        """Put a finding on the components that it speaks of, and on what it keeps from meeting them.

        `free` are the wires on which no finding stands: those tell of themselves why they don't meet.
        """
        if fault.grave and finding.rule.family in _OF_ENDS:
            for key, one in self._wires.items():
                if key in free and one.unmet and not one.lost and one.wire.end in finding.components:
                    one.faults[fault] = None
        for key in sorted(finding.components & self._nodes.keys()) or self._running(finding.location.path):
            self._faults.setdefault(key, {})[fault] = None

    def _running(self, path: str) -> list[str]:
        """The components that a file belongs to: its image's, or those of the programs that read it."""
        found: dict[str, None] = {}
        for workload in self._graph.running:
            made = self._graph.build_of(workload)
            if made is not None and made.dockerfile == path:
                found[self._component(workload)] = None
        for start in self._graph.starts:
            if path in start.program.paths:
                found.update(dict.fromkeys(self._starting(start)))
        return list(found)

    def _starting(self, start: Start) -> Iterator[str]:
        """The components that run a program; where no deployment does, the program itself."""
        yield from map(self._component, start.workloads)
        if not start.workloads:
            entry = start.program.entry
            key = f"program {entry}"
            self._nodes.setdefault(key, Node(key, Kind.COMPONENT, entry))
            yield key

    def _stands_on(self, finding: Finding, one: _Drawn) -> bool:
        here = finding.location
        if not any(place.path == here.path and place.span.overlaps(here.span) for place in one.places):
            return False
        ends = {one.wire.start, one.wire.end}
        return ends <= finding.components if one.wire.waits and not one.lost else True


_CONDITIONS: Mapping[str, str] = {
    "service_healthy": "waits until it is healthy",
    "service_completed_successfully": "waits until it is done",
}


def _name(workload: Workload) -> str:
    """What people call a component: the object's name where a pod template gives the container another."""
    controller = workload.controller.name if workload.controller is not None else None
    if controller is None or controller.value in workload.name:
        return workload.name
    return controller.value if workload.name in controller.value else f"{controller.value} / {workload.name}"


def _mapped(asked: int, inside: int | str | None) -> str:
    return str(asked) if inside in {None, asked} else f"{asked} → {inside}"


def _label(reference: Reference) -> str:
    """What a reference asks for: never the whole address, which may hold a login."""
    port = reference.address.port
    asked = f":{port}" if port is not None else ""
    named = reference.variable or ("proxy_pass" if reference.writing is Writing.PROXY else "")
    return " ".join(filter(None, (named, asked)))


def _open(listening: Listening) -> frozenset[int]:
    """The ports that others can connect to."""
    return frozenset(endpoint.port for endpoint in listening.endpoints if not endpoint.loopback)


def _places(*texts: Text | None) -> tuple[Location, ...]:
    found = (located(text) for text in texts if text is not None)
    return tuple(place for place in found if place is not None)
