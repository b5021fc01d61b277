"""Two services that run together publish one port of the host.

What it finds: two services of one Compose project whose `ports` take the same number, protocol and address of the host,
ranges and the defaults of variables included.

Why it breaks: the second one to start fails: the address is already in use.

Which side is right: nobody can tell; one of them moves, and whoever uses it from outside with it.

Limits: silent for services of different profiles, which may exclude each other, for those that a readme starts by their
names and one at a time, for those that are scaled to zero, for addresses that differ, and for numbers that only an
unset variable gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import host_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.host_ports import Clash
    from stackfix.graph.link import Graph

RULE = Rule("duplicate-host-port", Family.PORTS, Severity.ERROR, "two services publish one port of the host")


def detect(graph: Graph) -> Iterator[Finding]:
    """Every place that takes a port which another service of its project has."""
    seen: set[Location] = set()
    for project in graph.projects:
        for clash in host_ports.clashes(graph.library, project):
            if clash.later.location not in seen:
                seen.add(clash.later.location)
                yield _finding(graph, clash)


def _finding(graph: Graph, clash: Clash) -> Finding:
    first, later = clash.first, clash.later
    return Finding(
        rule=RULE,
        message=f"{later.workload.name} publishes {clash.port} on the host, and so does {first.workload.name}",
        location=Location(later.location.path, later.location.span, f"{later.workload.name} takes {clash.port}"),
        anchor=later.anchor,
        value=str(clash.port),
        evidence=(Location(first.location.path, first.location.span, f"{first.workload.name} takes {clash.port}"),),
        remedy=Remedy(Applicability.MANUAL, f"publish {later.workload.name} or {first.workload.name} elsewhere"),
        components=graph.called(first.workload, later.workload),
    )
