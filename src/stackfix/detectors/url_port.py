"""An address reaches a known component on a port that it doesn't bind.

What it finds: an environment value, or a default in the source or a setting of Spring Boot that takes effect, whose
host is a component of the same deployment and whose port that component certainly doesn't bind.

Why it breaks: the connection is refused.

Which side is right: what the component binds in that deployment. A value that another workload reads too, and that
is right there, is left to a person.

Limits: silent where nobody can tell what the component binds, where it binds several ports and none is declared, and
for addresses that a browser uses. A published port used inside the network is `host-port-inside-network`, a database's
is `database-port`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import meeting, moves, proxying
from stackfix.graph.model import Place, Writing
from stackfix.graph.reach import By, Reached

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Reference
    from stackfix.graph.reach import Reach

RULE = Rule(
    "url-port",
    Family.PORTS,
    Severity.ERROR,
    "an address reaches a known component on a port it doesn't bind",
    yields_to=("host-port-inside-network", "database-port", "database-scheme"),
)

_JUDGED = frozenset({Writing.ENVIRONMENT, Writing.SOURCE_DEFAULT, Writing.APPLICATION_CONFIG})


def detect(graph: Graph) -> Iterator[Finding]:
    """Every address whose port its component doesn't bind."""
    for reference in graph.references:
        if reference.writing not in _JUDGED or reference.place not in {Place.CONTAINER, Place.POD}:
            continue
        reach = graph.resolve(reference)
        if reach.reached is not Reached.MET or (answer := meeting.wrong_port(graph, reference, reach)) is None:
            continue
        others = proxying.readers(graph, reference, partial(_same, graph, answer))
        if not others.variant:
            yield _finding(graph, reference, reach, answer, others)


def _same(graph: Graph, answer: meeting.Answer, other: Reference) -> bool:
    """Whether the same edit is right for another reader of the line."""
    found = meeting.wrong_port(graph, other, graph.resolve(other))
    return found is not None and found.port == answer.port


def _finding(
    graph: Graph, reference: Reference, reach: Reach, answer: meeting.Answer, others: proxying.Readers
) -> Finding:
    address = reference.address
    host = reach.workloads[0].name if reach.by is By.CONTAINER else None
    move = moves.move(graph, reference, moves.Target(host, answer.port))
    return Finding(
        rule=RULE,
        message=(
            f"{address.host.value} doesn't answer on {address.default_port}: {_says(reach)} {answer.port}" + others.told
        ),
        location=_place(reference),
        anchor=reference.anchor,
        value=reference.value.value,
        evidence=(*answer.evidence, *others.places, *move.copies),
        remedy=Remedy(
            Applicability.MANUAL if others.workloads else Applicability.SAFE,
            f"use {host or address.host.value}:{answer.port}",
            () if others.workloads else move.repairs,
        ),
        components=graph.concerned(reference, *reach.workloads),
    )


def _place(reference: Reference) -> Location:
    """The whole address, or the port's own place where it travels apart from the host."""
    port = reference.address.port_text.place if reference.address.port_text else None
    note = f"reaches for {reference.address.default_port}"
    here = reference.location
    apart = port is not None and (port[0] != here.path or not here.span.contains(port[1]))
    if port is not None and apart:
        return Location(port[0], port[1], note)
    return Location(reference.location.path, reference.location.span, note)


def _says(reach: Reach) -> str:
    return "its Service offers" if reach.service is not None else "it binds"
