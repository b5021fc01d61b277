"""A worker inherits its image's health check and can never pass it.

What it finds: a Compose service that runs an image of the repository with a command of its own, which binds no port,
while the image's HEALTHCHECK asks one.

Why it breaks: the service is unhealthy for ever: orchestrators restart it, and whoever waits for it never starts.

Which side is right: the service. The image's check is meant for the image's own command; the service switches it off
or has one of its own.

Limits: silent where nobody can tell what the command binds, and for checks that ask no port.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Remedy, Rule, Severity
from stackfix.graph import start_order
from stackfix.repairs.set_entry import Entries, SetEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Probe, Workload

RULE = Rule(
    "healthcheck-inherited",
    Family.HEALTH,
    Severity.ERROR,
    "a worker inherits its image's health check and can never pass it",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every service that answers no check of its image, each written place once."""
    seen = set()
    for workload, check in start_order.inherited(graph):
        if workload.location not in seen:
            seen.add(workload.location)
            yield _finding(graph, workload, check)


def _finding(graph: Graph, workload: Workload, check: Probe) -> Finding:
    command = workload.command or workload.entrypoint
    return Finding(
        rule=RULE,
        message=f"{workload.name} binds no port, and its image's health check asks {check.port}",
        location=replace(workload.location, note="inherits the image's check"),
        anchor=workload.anchor,
        value=workload.name,
        evidence=(
            replace(check.location, note=f"asks port {check.port}"),
            *((replace(command.location, note="runs this instead"),) if command is not None else ()),
        ),
        remedy=Remedy(
            Applicability.UNSAFE,
            "switch the check off for this service",
            (SetEntry(workload.anchor, "healthcheck", Entries((("disable", True),))),),
        ),
        components=graph.called(workload),
    )
