"""A connection to a data store gives other credentials, or another database, than the store is created with.

What it finds: a user, a password or a database name in a connection string, or in variables beside a host, that differs
from what the store's own variables create (POSTGRES_USER, MYSQL_DATABASE, MONGO_INITDB_ROOT_USERNAME,
RABBITMQ_DEFAULT_PASS …, with the images' own defaults).

Also an address that brings no login at all to a MongoDB that is created with a root user.

Why it breaks: the server refuses the login, or knows no such database.

Which side is right: the server's variables, since they say it for every client. Where they say nothing, and the
image's own name is what it is created with, a person decides which is meant, and where the settings of a Spring Boot
program give the login of a connection that the deployment sets. Neither secret is ever shown.

Limits: silent where a script, a migration, a document or the code may make the user or the database, where the
data is older than the deployment (an external volume), where a file says who may come in, and where either side isn't
known. What a new variable of the server means for data that exists already is for a person to decide.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import credentials, proxying
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.credentials import Difference
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Reference

RULE = Rule(
    "database-credentials",
    Family.DATA,
    Severity.ERROR,
    "a connection gives other credentials than the data store is created with",
    yields_to=("database-scheme",),
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every part of a connection that its store refuses."""
    for connection in graph.connections:
        for difference in credentials.differences(graph, connection):
            others = proxying.readers(graph, connection.reference, partial(_same, graph, difference))
            if not others.workloads:
                yield _finding(graph, difference)


def _same(graph: Graph, difference: Difference, other: Reference) -> bool:
    """Whether another reader of the line is refused by the same."""
    return any(
        d.part == difference.part and d.right.value == difference.right.value
        for connection in graph.connections
        if connection.reference is other
        for d in credentials.differences(graph, connection)
    )


def _finding(graph: Graph, difference: Difference) -> Finding:
    connection = difference.connection
    reference, title = connection.reference, connection.title
    host, part = reference.address.host.value, difference.part
    hidden = part == "password"
    place = located(difference.wrong, "another password" if hidden else f"asks for {difference.wrong.value}")
    if difference.absent:
        place = located(reference.address.host, "gives no password")
    given = Location(difference.place.path, difference.place.span, f"says which {part} {title} is created with")
    told = (
        f"the password for {title} at {host} isn't the one that it is created with"
        if hidden
        else f"{title} at {host} is created with the {part} {difference.right.value}, not {difference.wrong.value}"
    )
    if difference.absent:
        told = f"{title} at {host} asks for a password, and the connection gives none"
    return Finding(
        rule=RULE,
        message=told,
        location=place or reference.location,
        anchor=reference.anchor,
        value=f"{part} {host}" if hidden else f"{part} {difference.wrong.value}",
        evidence=(given,),
        remedy=Remedy(
            Applicability.UNSAFE if difference.certain else Applicability.MANUAL,
            "use the password that the server is given" if hidden else f"use the {part} {difference.right.value}",
            (SetText(difference.wrong, difference.spelled),) if difference.certain else (),
        ),
        components=graph.concerned(reference, *connection.reach.workloads),
    )
