"""The front end opens a WebSocket that no location of its nginx forwards.

What it finds: a WebSocket that the front end opens at its own origin, that the application behind nginx serves, and
that nginx answers itself because no location takes its path to the application.

Why it breaks: nginx sends the page (or 404) in place of the handshake, and the browser reports a failed connection.

Which side is right: the front end and the application, which agree on the path. nginx gets a location that hands it on
as the location beside it does, with its headers and the Upgrade handshake.

Limits: silent where the WebSocket's address comes from a variable, where something before nginx (an Ingress, another
proxy) may take the path, and where no application is seen to serve it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import missing_sockets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.missing_sockets import Missing
    from stackfix.graph.proxy_facts import ProxyLocation

RULE = Rule(
    "websocket-route-missing",
    Family.BROWSER,
    Severity.ERROR,
    "the front end opens a WebSocket that no location forwards",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every WebSocket that nginx keeps for itself, once a server and path."""
    for missing in missing_sockets.missing(graph):
        yield _finding(graph, missing)


def _finding(graph: Graph, missing: Missing) -> Finding:
    opening, route, taken = missing.opening, missing.route, missing.taken
    witnesses = [
        Location(opening.location.path, opening.location.span, "opened here"),
        Location(route.location.path, route.location.span, "served as a WebSocket"),
    ]
    if taken is not None:
        witnesses.append(Location(taken.location.path, taken.location.span, "takes the path"))
    server = missing.server.location
    return Finding(
        rule=RULE,
        message=(
            f"the front end opens the WebSocket {missing.path}, which {missing.target.name} serves,"
            f" but {f'location {taken.path.value}' if taken is not None else 'nginx'} {_answers(taken)}"
        ),
        location=Location(server.path, server.span, f"{missing.path} is handed on to nobody"),
        anchor=missing.server.anchor,
        value=missing.path,
        evidence=tuple(witnesses),
        remedy=_remedy(graph, missing),
        components=graph.called(missing.proxied.workload, missing.target),
    )


def _answers(taken: ProxyLocation | None) -> str:
    return "hands it to a server of files" if taken is not None and taken.passes else "answers it from files"


def _remedy(graph: Graph, missing: Missing) -> Remedy:
    description = f"hand {missing.place} on to {missing.target.name} with the handshake"
    block = missing_sockets.location(graph, missing)
    if block is None:
        return Remedy(Applicability.MANUAL, description)
    grade = Applicability.UNSAFE if missing.guarded else Applicability.SAFE
    return Remedy(grade, description, (block,))
