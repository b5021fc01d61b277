"""A Compose service publishes or exposes a port that nothing in the container binds.

What it finds: the container's side of a `ports` entry, or an `expose` entry, that is another port than the service's
process binds.

Why it breaks: the engine accepts connections on the host's port and hands them to a port where nobody listens.

Which side is right: what the process binds. The host's port stays as it is, since people outside use it. Where the
source takes its port from a variable that the service doesn't set, the entry is right and `port-env-missing` sets it.

Limits: silent where nobody can tell what the container binds, for ranges, for UDP, with the host's network, and where
every listener has an entry of its own already, unless a file laid over the first publishes another usual port as it is
(`8000:8000`). A port that a variable fills in is reported and left to a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Family, Finding, Rule, Severity
from stackfix.graph import declaring
from stackfix.graph.model import Says

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph

RULE = Rule(
    "published-port",
    Family.PORTS,
    Severity.ERROR,
    "a published or exposed port that nothing in the container binds",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every entry of `ports` and `expose` that leads to nobody."""
    for project in graph.projects:
        for workload in project.workloads:
            for departure in declaring.departures(graph, workload, {Says.PUBLISHED, Says.COMPOSE_EXPOSE}):
                said = departure.declaration
                verb = "publishes" if said.says is Says.PUBLISHED else "exposes"
                yield Finding(
                    rule=RULE,
                    message=f"{workload.name} {verb} {said.port}, {declaring.instead(departure.right)}",
                    location=said.location,
                    anchor=said.anchor,
                    value=str(said.port),
                    evidence=declaring.evidence(departure.right),
                    remedy=declaring.moved(graph, departure),
                    components=graph.called(workload),
                )
