"""A connection to a database names a port that the database doesn't bind.

What it finds: a connection string, a port variable beside a host variable, or a setting of Spring Boot, that reaches a
PostgreSQL, MySQL, MariaDB or MongoDB server of the same deployment on another port than the one that it binds there:
another engine's, or its own default where the server is told to use a different one. A port variable that nothing gives
counts with the default of the source, where that is another engine's. Also RabbitMQ asked by amqp:// on the port of its
management.

Why it breaks: the connection is refused.

Which side is right: what the server binds in that deployment. A value that another workload reads too, and that is
right there, is left to a person.

Limits: silent where nobody can tell what the server binds. A string written for another engine altogether is
`database-scheme`; a published port used inside the network is `host-port-inside-network`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import engines, meeting, moves, proxying
from stackfix.graph.reach import By

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.connections import Connection
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Reference

RULE = Rule(
    "database-port",
    Family.DATA,
    Severity.ERROR,
    "a connection to a database names a port that it doesn't bind",
    yields_to=("host-port-inside-network", "database-scheme"),
)

_DATABASES = frozenset({"postgres", "mysql", "mongodb"})


def detect(graph: Graph) -> Iterator[Finding]:
    """Every connection whose port its database doesn't bind."""
    for connection in graph.connections:
        concerns = connection.runs in _DATABASES or _is_other(connection)
        if not concerns or (answer := _answer(graph, connection)) is None:
            continue
        others = proxying.readers(graph, connection.reference, partial(_same, graph, answer))
        if not others.variant:
            yield _finding(graph, connection, answer, others)


def _answer(graph: Graph, connection: Connection) -> meeting.Answer | None:
    """The port to ask for, where the one that is asked for is surely wrong."""
    if connection.port is None or (connection.speaks or connection.runs) != connection.runs:
        return None
    if _is_other(connection):
        return meeting.told_port(graph, connection.reach, engines.PORTS[connection.runs])
    if connection.reach.service is not None:
        return meeting.wrong_port(graph, connection.reference, connection.reach)
    listening = graph.settled(connection.target)
    if not listening.known or connection.port in listening.ports:
        return None
    return meeting.answered(graph, connection.target, connection.reference.address.scheme)


def _is_other(connection: Connection) -> bool:
    """Whether a connection names a port of its store that speaks something else: RabbitMQ's management."""
    return connection.speaks == connection.runs and connection.port in engines.OTHERS.get(connection.runs, ())


def _same(graph: Graph, answer: meeting.Answer, other: Reference) -> bool:
    """Whether the same edit is right for another reader of the line."""
    found = (_answer(graph, c) for c in graph.connections if c.reference is other)
    return any(a is not None and a.port == answer.port for a in found)


def _finding(graph: Graph, connection: Connection, answer: meeting.Answer, others: proxying.Readers) -> Finding:
    reference = connection.reference
    host, title = reference.address.host.value, connection.title
    name = connection.target.name if connection.reach.by is By.CONTAINER else None
    move = moves.move(graph, reference, moves.Target(name, answer.port))
    return Finding(
        rule=RULE,
        message=f"{title} at {host} answers on {answer.port}, not on {connection.port}{_whose(connection)}"
        + others.told,
        location=_place(connection),
        anchor=reference.anchor,
        value=f"{host}:{connection.port}",
        evidence=(*answer.evidence, *others.places, *move.copies),
        remedy=Remedy(
            Applicability.MANUAL if others.workloads else Applicability.SAFE,
            f"use {name or host}:{answer.port}",
            () if others.workloads else move.repairs,
        ),
        components=graph.concerned(reference, *connection.reach.workloads),
    )


def _whose(connection: Connection) -> str:
    """Whose port it is, where it is another engine's own."""
    found = (engines.TITLES[e] for e, p in engines.PORTS.items() if p == connection.port and e != connection.runs)
    title = next(found, None)
    if title is None and _is_other(connection):
        return ", which speaks another protocol"
    return f", which is {title}'s" if title is not None else ""


def _place(connection: Connection) -> Location:
    """The port where one is written, else the whole address."""
    reference = connection.reference
    note = f"reaches for {connection.port}"
    port = reference.address.port_text
    place = located(port, note) if port is not None else None
    return place or Location(reference.location.path, reference.location.span, note)
