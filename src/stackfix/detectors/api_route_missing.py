"""The front end requests a path that an application serves and no location of its nginx forwards.

What it finds: a request of the front end to its own origin (`fetch`, axios, with bases and constants followed) that an
application of the same deployment serves, and that the nginx which gives out the pages answers from its files.

Why it breaks: nginx answers with the page, or with 404, and the front end fails to read that as data.

Which side is right: the front end and the application, which agree on the path. nginx gets a location that hands it on
as the locations beside it do, with their headers.

Limits: silent where the address comes from a variable whose value isn't known, where another proxy or an Ingress takes
the path, where several applications serve it, and for files. Where pages of the front end lie below the same path, or
the server hands other paths on to a machine by its address, a person must decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import missing_locations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.missing_locations import Missing

RULE = Rule(
    "api-route-missing",
    Family.BROWSER,
    Severity.ERROR,
    "the front end requests a path that no location forwards",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every group of requests that nginx keeps for itself, once a server and prefix."""
    for missing in missing_locations.missing(graph):
        yield _finding(graph, missing)


def _finding(graph: Graph, missing: Missing) -> Finding:
    call, route, taken = missing.call, missing.route, missing.taken
    witnesses = [
        Location(call.location.path, call.location.span, "requested here"),
        Location(route.location.path, route.location.span, f"{route.path} is served"),
    ]
    if taken is not None:
        witnesses.append(Location(taken.location.path, taken.location.span, "takes the path and answers itself"))
    server = missing.server.location
    return Finding(
        rule=RULE,
        message=(
            f"the front end requests {call.path}, which {missing.target.name} serves,"
            f" but {f'location {taken.path.value}' if taken is not None else 'nginx'} answers it from files"
        ),
        location=Location(server.path, server.span, f"{missing.prefix} is handed on to nobody"),
        anchor=missing.server.anchor,
        value=missing.prefix,
        evidence=tuple(witnesses),
        remedy=_remedy(graph, missing),
        components=graph.called(missing.proxied.workload, missing.target),
    )


def _remedy(graph: Graph, missing: Missing) -> Remedy:
    description = f"hand {missing.prefix} on to {missing.target.name}"
    block = missing_locations.location(graph, missing) if missing.sure else None
    return (
        Remedy(Applicability.MANUAL, description)
        if block is None
        else Remedy(Applicability.SAFE, description, (block,))
    )
