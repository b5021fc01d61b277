"""A process in a container binds 127.0.0.1, though somebody outside must reach it.

What it finds: a listener on loopback, by a flag, an argument, a variable or its tool's own default, on a port that is
published, exposed, asked by a Service or a probe, or reached for by another container.

Why it breaks: inside a container 127.0.0.1 is the container's own: nobody else can connect, whatever is published.

Which side is right: those who must reach it: the process binds 0.0.0.0.

Limits: silent where nobody outside asks for the port (a proxy in the same pod or container is served by loopback), with
the host's network, where another listener answers outsiders on that port, and where Dapr's sidecar asks. A default
that the source reads from a variable is `port-env-missing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Remedy, Rule, Severity
from stackfix.graph import lacking, loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.loopback import Closed

RULE = Rule(
    "loopback-bind",
    Family.NAMES,
    Severity.ERROR,
    "a process in a container binds loopback while others must reach it",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every listener that is closed to those who need it."""
    for workload in (*graph.workloads, *graph.own_commands, *graph.lone_commands):
        for one in loopback.closed(graph, workload):
            yield _finding(graph, one)


def _finding(graph: Graph, one: Closed) -> Finding:
    remedy = Remedy(Applicability.SAFE, f"bind {lacking.EVERY}", one.repairs) if one.repairs else None
    return Finding(
        rule=RULE,
        message=(
            f"{one.workload.name} binds {one.endpoint.host}:{one.endpoint.port}, which only its own container reaches"
        ),
        location=one.location,
        anchor=one.anchor,
        value=f"{one.endpoint.host}:{one.endpoint.port}",
        evidence=one.asking,
        remedy=remedy,
        components=graph.called(one.workload),
    )
