"""A connection is written for another database than the one that runs.

What it finds: a connection string whose scheme, or a variable beside a host whose value (Django's ENGINE, Laravel's
DB_CONNECTION …), names one engine while the service that it reaches runs another: `postgresql://` to a MySQL service.

Why it breaks: the driver speaks a protocol that the server doesn't know, and the program ends or waits for ever.

Which side is right: the one that runs in that project. Development may run PostgreSQL and production MySQL: each
project is judged by its own services. Scheme, driver and port become those of the one that runs, as the library that
reads them writes them (SQLAlchemy, django-environ, dj-database-url, Prisma, JDBC); user, password and database stay as
they are.

Limits: safe where the driver is already among the requirements; with the driver added to them it is for a person to
decide. Where the source uses what only the other engine has (its dialect's types, its driver's calls), where
parameters of the URL are that driver's own, or where the library isn't seen, there is a finding and no fix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import engines, proxying, switching
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.connections import Connection
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Reference
    from stackfix.graph.switching import Switch

RULE = Rule(
    "database-scheme",
    Family.DATA,
    Severity.ERROR,
    "a connection is written for another database than the one that runs",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every connection that speaks to another engine than the one that it reaches."""
    wrong = [c for c in graph.connections if c.speaks is not None and c.speaks != c.runs]
    for connection in wrong:

        def agrees(other: Reference, runs: str = connection.runs) -> bool:
            return any(c.reference is other and c.runs == runs for c in wrong)

        others = proxying.readers(graph, connection.reference, agrees)
        if not others.variant:
            yield _finding(graph, connection, switching.switch(graph, connection), others)


def _finding(graph: Graph, connection: Connection, switch: Switch, others: proxying.Readers) -> Finding:
    reference, target = connection.reference, connection.target
    speaks, runs = engines.TITLES[connection.speaks or ""], connection.title
    named = target.image or target.name
    image = located(target.image, f"runs {runs}") if target.image is not None else None
    there = image or Location(target.location.path, target.location.span, f"runs {runs}")
    return Finding(
        rule=RULE,
        message=(
            f"{connection.engine_variable or reference.variable or 'the connection'} is written for {speaks},"
            f" and {reference.address.host.value} runs {runs} ({named if isinstance(named, str) else named.value})"
            + (f"; {switch.why}" if switch.why else "")
            + others.told
        ),
        location=_place(connection, speaks),
        anchor=reference.anchor,
        value=f"{connection.speaks} {reference.address.host.value}",
        evidence=(there, *switch.evidence, *others.places),
        remedy=_remedy(switch, others, runs),
        components=graph.concerned(reference, *connection.reach.workloads),
    )


def _place(connection: Connection, speaks: str) -> Location:
    """Where the engine is written."""
    place = located(connection.said, f"speaks {speaks}") if connection.said is not None else None
    return place or connection.reference.location


def _remedy(switch: Switch, others: proxying.Readers, runs: str) -> Remedy:
    if switch.changes is None or others.workloads:
        return Remedy(Applicability.MANUAL, f"connect as {runs} wants it, with a driver for it")
    grade = Applicability.SAFE if switch.sure else Applicability.UNSAFE
    return Remedy(grade, f"use {switch.says}", tuple(SetText(text, new) for text, new in switch.changes))
