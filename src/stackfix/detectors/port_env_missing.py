"""The source takes its port or host from a variable that the deployment needs and doesn't set.

What it finds: a process that reads its port from a variable with a default, where the deployment declares another
port and doesn't set the variable; and one that reads its host so, with a default that only its own container can
reach, where somebody outside must reach it.

Why it breaks: the process takes its default, and binds a port that nobody asks for, or an address that nobody reaches.

Which side is right: what the deployment declares (containerPort, Service, published or exposed port), since a port
taken from a variable is the deployment's to choose: the variable is set. Where the image's own ENV gives it and all its
deployments want one other port, the image follows them.

Limits: silent where nothing declares a port, where a declaration agrees with the default, where declarations contradict
each other evenly, and where other variables may come from what can't be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Family, Finding, Location, Rule, Severity
from stackfix.graph import lacking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.lacking import Lack
    from stackfix.graph.link import Graph

RULE = Rule(
    "port-env-missing",
    Family.PORTS,
    Severity.ERROR,
    "a port or host variable that the source reads and the deployment needs to set",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every variable that a deployment should set for its listener."""
    for workload in (*graph.workloads, *graph.own_commands, *graph.lone_commands):
        for lack in lacking.lacks(graph, workload):
            yield _finding(graph, lack)


def _finding(graph: Graph, lack: Lack) -> Finding:
    where = Location(lack.location.path, lack.location.span, f"{lack.variable} is not set here")
    return Finding(
        rule=RULE,
        message=lack.message,
        location=where,
        anchor=lack.anchor,
        value=lack.variable,
        evidence=lack.evidence,
        remedy=lack.remedy,
        components=graph.called(lack.workload),
    )
