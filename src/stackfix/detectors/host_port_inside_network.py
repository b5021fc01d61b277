"""A container reaches another by the port that is published on the host.

What it finds: an address used inside a Compose network whose host is a sibling and whose port is the left side of that
sibling's `ports` entry.

Why it breaks: containers talk to each other directly; a published port exists on the host alone, so the connection is
refused.

Which side is right: the container side of the `ports` entry, and above it what the process binds. The published port
stays as it is, since people outside use it. Where the address uses the sibling's container_name, the repaired one uses
its service name. Defaults in the source and example lines that named the same host follow.

Limits: silent where the sibling also declares or binds the published number inside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import meeting, moves
from stackfix.graph.model import Place
from stackfix.graph.reach import By, Reached

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Reference
    from stackfix.graph.reach import Reach

RULE = Rule(
    "host-port-inside-network",
    Family.NAMES,
    Severity.ERROR,
    "a container reaches another by its published port",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every address inside a network that names a published port."""
    for reference in graph.references:
        if reference.place is not Place.CONTAINER or reference.address.port_text is None:
            continue
        reach = graph.resolve(reference)
        if reach.reached is Reached.MET and (answer := meeting.published_instead(graph, reference, reach.workloads)):
            yield _finding(graph, reference, reach, answer)


def _finding(graph: Graph, reference: Reference, reach: Reach, answer: meeting.Answer) -> Finding:
    address, name = reference.address, reach.workloads[0].name
    host = name if reach.by is By.CONTAINER else None
    move = moves.move(graph, reference, moves.Target(host, answer.port))
    return Finding(
        rule=RULE,
        message=(
            f"{address.host.value}:{address.port} is a published port, which exists on the host alone;"
            f" inside the network {host or address.host.value} answers on {answer.port}"
        ),
        location=Location(reference.location.path, reference.location.span, "used inside the network"),
        anchor=reference.anchor,
        value=reference.value.value,
        evidence=(*answer.evidence, *move.copies),
        remedy=Remedy(
            Applicability.SAFE,
            f"use {host or address.host.value}:{answer.port}",
            move.repairs,
        ),
        components=graph.concerned(reference, *reach.workloads),
    )
