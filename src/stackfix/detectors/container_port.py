"""A container declares a port that its process doesn't bind.

What it finds: a `containerPort` of a pod's container whose process certainly binds another port.

Why it breaks: `containerPort` opens nothing, but whatever names it (a Service's targetPort, a probe) is led astray, and
so is the next reader.

Which side is right: what the process binds. Where the source takes its port from a variable that the pod doesn't set,
the declaration is right and `port-env-missing` sets the variable.

Limits: silent where nobody can tell what the container binds, where another container of the pod binds the port, with
the host's network, and where every listener is declared already. A warning where nothing goes by the port's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Family, Finding, Rule, Severity
from stackfix.graph import declaring, voices
from stackfix.graph.model import Says

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Declaration, ServicePort, Workload

RULE = Rule(
    "container-port",
    Family.PORTS,
    Severity.ERROR,
    "a containerPort that the container's process doesn't bind",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every containerPort that nobody binds."""
    for cluster in graph.world.clusters:
        for workload in cluster.workloads:
            for departure in declaring.departures(graph, workload, {Says.CONTAINER_PORT}):
                said = departure.declaration
                yield Finding(
                    rule=RULE,
                    message=f"containerPort of {workload.name} is {said.port}, {declaring.instead(departure.right)}",
                    location=said.location,
                    anchor=said.anchor,
                    value=str(said.port),
                    evidence=declaring.evidence(departure.right),
                    remedy=declaring.remedy(graph, departure.right, said.port_text, said.location),
                    level=None if _is_used(graph, workload, said) else Severity.WARNING,
                    components=graph.called(workload),
                )


def _is_used(graph: Graph, workload: Workload, said: Declaration) -> bool:
    """Whether something is led by the declaration: by its name, or to the same number."""
    if any(said.port == port.target_port or _by_name(said, port.target_name) for port in _targets(graph, workload)):
        return True
    return any(said.port == probe.port or _by_name(said, probe.port_name) for probe in workload.probes)


def _targets(graph: Graph, workload: Workload) -> Iterator[ServicePort]:
    return (port for _, port in voices.service_ports(graph, workload))


def _by_name(said: Declaration, name: str | None) -> bool:
    return name is not None and said.name == name
