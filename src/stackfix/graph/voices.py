"""Who speaks of a workload's ports without opening them, and who from outside must reach it.

May import the graph's nouns and Kubernetes names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import Location, located
from stackfix.graph import kubernetes_names
from stackfix.graph.model import Place, Platform, Says
from stackfix.graph.reach import Reached
from stackfix.graph.value import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.graph.kubernetes_cluster import Cluster
    from stackfix.graph.link import Graph
    from stackfix.graph.model import KubeService, Probe, ServicePort, Workload

SERVICE = "targetPort"
PROBE = "probe"
REFERENCE = "address"
SETTING = "ENV"
_SETTINGS = ("PORT", "SERVER_PORT", "APP_PORT", "HTTP_PORT")
LOCAL = frozenset({None, "localhost", "127.0.0.1", "0.0.0.0", "::1", "[::1]"})  # noqa: S104 - read, not bound
_DECIDING = frozenset({Says.PUBLISHED.value, Says.COMPOSE_EXPOSE.value, Says.CONTAINER_PORT.value, SERVICE})


@dataclass(frozen=True, slots=True)
class Voice:
    """One place that speaks of a port. Voices of one `kind` aren't independent of each other.

    `outside`: whoever it speaks for comes from outside the container's network.
    """

    port: int
    kind: str
    location: Location
    outside: bool = False

    @property
    def deciding(self) -> bool:
        """Whether it is the deployment's own saying which port it wants."""
        return self.kind in _DECIDING


@dataclass(frozen=True, slots=True)
class Service:
    """A Service that leads to a workload, with its group."""

    service: KubeService
    cluster: Cluster


def served(graph: Graph) -> Mapping[Workload, tuple[Service, ...]]:
    """The Services of every container, headless ones left out: whoever asks those comes to the pod's own ports."""
    found: dict[Workload, list[Service]] = {}
    for cluster in graph.world.clusters:
        for service in cluster.services:
            if service.headless or service.external_name:
                continue
            for workload in kubernetes_names.selected(service, cluster):
                found.setdefault(workload, []).append(Service(service, cluster))
    return {workload: tuple(services) for workload, services in found.items()}


def sharing(workload: Workload) -> tuple[Workload, ...] | None:
    """All that share a workload's network, itself too: a pod, Compose's `service:`; None where strangers may."""
    mode = workload.network_mode
    if mode == "host" or (mode is not None and mode.startswith("container:")):
        return None
    if workload.pod is not None:
        return tuple(w for w in workload.deployment.workloads if w.pod == workload.pod and not _ended(w))
    owner = mode.removeprefix("service:") if mode is not None and mode.startswith("service:") else workload.name
    guests = {owner, f"service:{owner}"}
    return tuple(w for w in workload.deployment.workloads if w.name == owner or w.network_mode in guests) or (workload,)


def _ended(workload: Workload) -> bool:
    """Whether an init container has ended before the others start."""
    return "initContainers" in workload.anchor.innermost.steps and workload.runs_once


def voices(graph: Graph, workload: Workload) -> tuple[Voice, ...]:
    """Everything that speaks of a port of this workload and of no other one that shares its network."""
    group = sharing(workload)
    if group is None:
        return ()
    others = [w for w in group if w is not workload]
    found = [*_declared(workload, alone=not others), *_targets(graph, workload), *_probes(graph, workload)]
    found += [*_exposed(graph, workload), *_referring(graph, workload)]
    own = {d.port for d in workload.declarations}
    return tuple(dict.fromkeys(v for v in found if v.port in own or not _others_may(graph, others, v.port)))


def _others_may(graph: Graph, others: list[Workload], port: int) -> bool:
    """Whether somebody else of the same network answers, or may answer, on a port."""
    seen = [graph.listening(other) for other in others]
    return any(port in found.ports or not found.known for found in seen) or any(
        declared.port == port for other in others for declared in other.declarations
    )


def _declared(workload: Workload, *, alone: bool) -> Iterator[Voice]:
    for declared in workload.declarations:
        place = located(declared.port_text, f"{declared.says.value} says {declared.port}")
        if place is not None and declared.protocol == "tcp":
            outside = declared.says is not Says.CONTAINER_PORT or alone
            yield Voice(declared.port, declared.says.value, place, outside)


def _targets(graph: Graph, workload: Workload) -> Iterator[Voice]:
    for one in graph.served.get(workload, ()):
        for port in one.service.ports:
            place = located(port.target_text or port.port_text, f"the Service {one.service.name.value} leads here")
            if port.target_port is not None and port.protocol == "TCP" and place is not None:
                yield Voice(port.target_port, SERVICE, place, outside=True)
            elif place is not None and (number := named(workload, port.target_name)) is not None:
                # A name repeats what containerPort says: it asks from outside, and has no voice of its own.
                yield Voice(number, Says.CONTAINER_PORT.value, place, outside=True)


def named(workload: Workload, name: str | None) -> int | None:
    """The number that a container gives to a port's name."""
    return next((d.port for d in workload.declarations if name is not None and d.name == name), None)


def asks_itself(workload: Workload, probe: Probe) -> bool:
    """Whether a check asks the container it checks."""
    own = {workload.hostname, workload.container_name.value if workload.container_name else None}
    compose = workload.deployment.platform is Platform.COMPOSE
    return probe.host in LOCAL or (compose and probe.host in {*own, workload.name})


def sharers(graph: Graph, workload: Workload, probe: Probe) -> Iterator[tuple[Workload, Probe]]:
    """Others that the same written check is for: a Compose file's service, with and without the files laid over it."""
    for other in graph.workloads:
        if other is not workload:
            yield from ((other, p) for p in other.probes if p.location == probe.location)


def _probes(graph: Graph, workload: Workload) -> Iterator[Voice]:
    image = graph.image(workload)
    inherits = workload.deployment.platform is not Platform.KUBERNETES and not workload.healthcheck_disabled
    inherited = image.healthcheck if image is not None and inherits and not workload.probes else None
    for probe in (*workload.probes, *((inherited,) if inherited is not None else ())):
        place = located(probe.port_text, f"{probe.kind} asks {probe.port}") if probe.port_text is not None else None
        if place is not None and probe.port is not None and asks_itself(workload, probe):
            yield Voice(probe.port, PROBE, place, outside=probe.tool is None)


def _exposed(graph: Graph, workload: Workload) -> Iterator[Voice]:
    image = graph.image(workload)
    if image is None or not keeps_command(workload):
        return
    for declared in image.exposes:
        place = located(declared.port_text, f"EXPOSE says {declared.port}")
        if place is not None and declared.protocol == "tcp":
            outside = workload.deployment.platform is Platform.IMAGE
            yield Voice(declared.port, declared.says.value, place, outside)


def settings(graph: Graph, workload: Workload) -> Iterator[Voice]:
    """The port that an image sets in a variable for its program, whether or not the program takes it from there."""
    for name in _SETTINGS if keeps_command(workload) else ():
        given = graph.environment(workload).get(name)
        text = given.value if given is not None and given.origin is Origin.IMAGE else None
        place = located(text, f"the image sets {name} to {text.value}") if text is not None else None
        if text is not None and place is not None and text.value.isascii() and text.value.isdecimal():
            yield Voice(int(text.value), SETTING, place)


def keeps_command(workload: Workload) -> bool:
    """Whether a deployment starts what its image starts."""
    return workload.command is None and workload.entrypoint is None


def _referring(graph: Graph, workload: Workload) -> Iterator[Voice]:
    own = {d.port for d in workload.declarations}
    published = {d.published for d in workload.declarations} - own
    for port, location in graph.referring.get(workload, ()):
        if port not in published:
            yield Voice(port, REFERENCE, location, outside=True)


def referring(graph: Graph) -> Mapping[Workload, tuple[tuple[int, Location], ...]]:
    """The ports at which other containers reach for a Compose service, each with its place."""
    found: dict[Workload, list[tuple[int, Location]]] = {}
    for reference in graph.references:
        asker, port = reference.workload, reference.address.port
        if asker is None or port is None or reference.place is not Place.CONTAINER:
            continue
        reach = graph.resolve(reference)
        if reach.reached is Reached.MET and reach.service is None and len(reach.workloads) == 1:
            target = reach.workloads[0]
            if target is not asker and target not in (sharing(asker) or ()):
                place = Location(reference.location.path, reference.location.span, f"{asker.name} reaches for {port}")
                found.setdefault(target, []).append((port, place))
    return {target: tuple(asked) for target, asked in found.items()}


def service_ports(graph: Graph, workload: Workload) -> Iterator[tuple[Service, ServicePort]]:
    """The ports of the Services that lead to a container."""
    for one in graph.served.get(workload, ()):
        for port in one.service.ports:
            yield one, port
