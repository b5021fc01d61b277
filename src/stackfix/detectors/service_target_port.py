"""A Service sends its traffic to a port that its pods don't have.

What it finds: a `targetPort`, by number or by name, that meets no port of the containers that the Service selects: a
name that none of them declares, or a number that none of them binds.

Why it breaks: connections to the Service are refused, or the Service has no endpoints at all.

Which side is right: what the containers bind in that deployment; where nobody can tell, the one port they declare.
The Service's own port stays, since others ask for it.

Limits: silent where a container that nobody can look into may serve the number: one with several ports, with the number
in a variable, an argument or a probe; for headless Services, UDP and pods that can't be seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Choice, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import declaring, targeting
from stackfix.repairs.set_entry import SetEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.model import KubeService, ServicePort
    from stackfix.graph.targeting import Stray

RULE = Rule(
    "service-target-port",
    Family.PORTS,
    Severity.ERROR,
    "a Service's targetPort that meets no port of its pods",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every port of a Service that leads to nobody."""
    for cluster in graph.world.clusters:
        for service in cluster.services:
            for port in service.ports:
                stray = targeting.stray_target(graph, cluster, service, port)
                if stray is not None:
                    yield _finding(graph, service, port, stray)


def _finding(graph: Graph, service: KubeService, port: ServicePort, stray: Stray) -> Finding:
    place = located(port.target_text or port.port_text, f"leads to {stray.asked}") or port.location
    return Finding(
        rule=RULE,
        message=f"the Service {service.name.value} leads to port {stray.asked} of {_pods(stray)}, {_instead(stray)}",
        location=place,
        anchor=port.anchor,
        value=stray.asked,
        evidence=targeting.places(stray),
        remedy=_remedy(port, stray, place),
        components=graph.called(*stray.workloads),
    )


def _pods(stray: Stray) -> str:
    return ", ".join(dict.fromkeys(w.name for w in stray.workloads))


def _instead(stray: Stray) -> str:
    if stray.right.port is None and not stray.right.choices:
        return "which declares no port"
    if stray.right.listener is None and stray.right.port is not None:
        return f"but {stray.right.port} is what is declared"
    return declaring.instead(stray.right)


def _remedy(port: ServicePort, stray: Stray, written: Location) -> Remedy | None:
    right = stray.right
    if right.port is None:
        ways = tuple(Choice(f"lead to {p}", _repairs(port, stray, p)) for p in right.choices)
        return Remedy(Applicability.MANUAL, "say which port is meant", (), ways) if ways else None
    del written
    repairs = _repairs(port, stray, right.port)
    grade = Applicability.UNSAFE if right.doubted else Applicability.SAFE
    return Remedy(grade, f"lead to {right.port}", repairs, declaring.other_ways(right, repairs))


def _repairs(port: ServicePort, stray: Stray, number: int) -> tuple[SetEntry, ...]:
    """A name stays a name where the port has one; a Service without a targetPort is given one."""
    name = targeting.name_of(stray.workloads, number) if port.target_name is not None else None
    return (SetEntry(port.anchor, "targetPort", name or number, beside="port"),)
