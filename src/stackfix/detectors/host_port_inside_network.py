"""A container reaches another by the port that is published on the host.

What it finds: an address used inside a Compose network whose host is a sibling and whose port is the left side of that
sibling's `ports` entry; and one whose host is the host's own name (`host.docker.internal`) without `extra_hosts`, with
the port that a sibling publishes (a warning: desktops give containers that name, servers don't).

Why it breaks: containers talk to each other directly; a published port exists on the host alone, so the connection is
refused.

Which side is right: the container side of the `ports` entry, and above it what the process binds. The published port
stays as it is, since people outside use it. Where the address uses the sibling's container_name, the repaired one uses
its service name. Defaults in the source and example lines that named the same host follow.

A port that both the address and `ports` take from one variable (`${API_PORT:-8081}`) is the published one: the address
gets the number itself.

Limits: silent where the sibling also declares or binds the published number inside, and for a line of an env file that
the service that needs it is given anew (the file is for a run on the host, too).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import meeting, moves, proxying
from stackfix.graph.model import Place, Writing
from stackfix.graph.reach import By, Reached
from stackfix.repairs.set_text import SetText

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
    yields_to=("kafka-bootstrap",),
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every address inside a network that names a published port."""
    for reference in graph.references:
        if reference.place is not Place.CONTAINER or reference.address.port_text is None:
            continue
        reach = graph.resolve(reference)
        if reach.reached is not Reached.MET:
            yield from _over_the_host(graph, reference)
            continue
        answer = meeting.published_instead(graph, reference, reach.workloads)
        if answer is None:
            continue
        others = proxying.readers(graph, reference, partial(_same, graph, answer))
        if not others.variant:
            yield _finding(graph, reference, reach, answer, others)


def _over_the_host(graph: Graph, reference: Reference) -> Iterator[Finding]:
    """A sibling that is reached through the host's own name."""
    found = meeting.over_the_host(graph, reference) if reference.writing is Writing.ENVIRONMENT else None
    if found is None:
        return
    (target, answer), address = found, reference.address
    move = moves.move(graph, reference, moves.Target(target.name, answer.port))
    yield Finding(
        rule=RULE,
        message=(
            f"{address.host.value} is the host, which a container knows by that name on desktops alone;"
            f" {target.name} is on the same network and answers on {answer.port}"
        ),
        location=Location(reference.location.path, reference.location.span, "goes out to the host and back"),
        anchor=reference.anchor,
        value=reference.value.value,
        evidence=(*answer.evidence, *move.copies),
        remedy=Remedy(Applicability.UNSAFE, f"use {target.name}:{answer.port}", move.repairs),
        components=graph.concerned(reference, target),
        level=Severity.WARNING,
    )


def _same(graph: Graph, answer: meeting.Answer, other: Reference) -> bool:
    """Whether the same edit is right for another reader of the line."""
    reach = graph.resolve(other)
    found = meeting.published_instead(graph, other, reach.workloads) if reach.reached is Reached.MET else None
    return found is not None and found.port == answer.port


def _finding(
    graph: Graph, reference: Reference, reach: Reach, answer: meeting.Answer, others: proxying.Readers
) -> Finding:
    address, name = reference.address, reach.workloads[0].name
    host = name if reach.by is By.CONTAINER else None
    move = moves.move(graph, reference, moves.Target(host, answer.port))
    told = meeting.published_by(graph, reference, reach.workloads)
    repairs = move.repairs if told is None else _apart(graph, reference, told, move, answer)
    by_hand = bool(others.workloads) or not repairs
    return Finding(
        rule=RULE,
        message=(
            f"{address.host.value}:{address.port} is a published port, which exists on the host alone;"
            f" inside the network {host or address.host.value} answers on {answer.port}" + others.told
        ),
        location=Location(reference.location.path, reference.location.span, "used inside the network"),
        anchor=reference.anchor,
        value=reference.value.value,
        evidence=(*answer.evidence, *others.places, *move.copies),
        remedy=Remedy(
            Applicability.MANUAL if by_hand else Applicability.SAFE,
            f"use {host or address.host.value}:{answer.port}",
            () if by_hand else repairs,
        ),
        components=graph.concerned(reference, *reach.workloads),
    )


def _apart(
    graph: Graph, reference: Reference, name: str, move: moves.Move, answer: meeting.Answer
) -> tuple[SetText, ...]:
    """The repairs where the port is read from the variable that publishes it: the number itself in its place."""
    read, port = meeting.read_of(graph, reference, name), reference.address.port_text
    if read is None:
        return ()
    return (*(one for one in move.repairs if one.text != port), SetText(read, str(answer.port)))
