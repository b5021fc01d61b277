"""A container reaches another by its container_name, where it has a service name.

What it finds: an address inside a Compose network that is met by nothing but the other's `container_name`.

Why it breaks: it resolves today. It stops when the name is reused or scaled, and nothing has it in Kubernetes.

Which side is right: the service name, which every deployment tool keeps.

Limits: information only; where the same address is repaired for another reason, the service name is used at once. A
service name with an underscore is no host name to many a library: silent. So on a network that several projects share,
where `db` may be anybody's and the container_name is nobody else's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import moves
from stackfix.graph.model import Place
from stackfix.graph.reach import By, Reached

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Reference, Workload

RULE = Rule(
    "container-name-as-host",
    Family.NAMES,
    Severity.INFO,
    "a container reaches another by its container_name",
    yields_to=("host-port-inside-network", "url-port", "proxy-port"),
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every address that only a container_name meets."""
    for reference in graph.references:
        if reference.place is not Place.CONTAINER:
            continue
        reach = graph.resolve(reference)
        if reference.workload is None or _has_strangers(graph, reference.workload):
            continue
        met = reach.reached is Reached.MET and reach.by is By.CONTAINER and len(reach.workloads) == 1
        if met and "_" not in reach.workloads[0].name:
            yield _finding(graph, reference, reach.workloads[0])


def _has_strangers(graph: Graph, workload: Workload) -> bool:
    """Whether other projects are on a network that has a name of its own: there a plain name may be anybody's."""
    shared = {use.network for use in workload.networks if use.network.startswith("name:")}
    others = (other for other in graph.names.neighbours(workload) if other.deployment is not workload.deployment)
    return any(use.network in shared for other in others for use in other.networks)


def _finding(graph: Graph, reference: Reference, target: Workload) -> Finding:
    host = reference.address.host.value
    move = moves.move(graph, reference, moves.Target(target.name))
    named = located(target.container_name, "its container_name") if target.container_name else None
    service = Location(target.location.path, target.location.span, "its service name")
    return Finding(
        rule=RULE,
        message=f"{host} is the container_name of the service {target.name}: it resolves until the name changes",
        location=Location(reference.location.path, reference.location.span, "reached by its container_name"),
        anchor=reference.anchor,
        value=reference.value.value,
        evidence=(*filter(None, (named,)), service, *move.copies),
        remedy=Remedy(Applicability.UNSAFE, f"name {target.name}", move.repairs),
        components=graph.concerned(reference, target),
    )
