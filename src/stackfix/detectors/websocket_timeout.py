"""A quiet WebSocket is cut off after 60 seconds.

What it finds: a location for WebSockets, with a working handshake and nginx's default read timeout of 60 seconds, whose
application is run by a server that sends no pings of its own (hypercorn, granian, gunicorn, Flask's), or is a Node
program that serves by `ws` and says nothing of pings.

Why it breaks: nginx closes a connection on which the application says nothing for a minute; an idle page loses its
WebSocket and has to open it anew.

Which side is right: the WebSocket, which is meant to stay open.

Limits: servers that ping by themselves (uvicorn and daphne every 20 seconds) keep the connection alive, so they are
silent, as is a written timeout of any length, a server that nobody can tell, and a program whose source speaks of
pings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import socket_ways
from stackfix.graph.proxy_websocket import handshake, read_timeout
from stackfix.repairs.add_directives import AddDirectives

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.socket_ways import Way

RULE = Rule(
    "websocket-timeout",
    Family.BROWSER,
    Severity.WARNING,
    "a WebSocket location keeps nginx's read timeout of 60 seconds",
)

_HOUR = "3600s"


def detect(graph: Graph) -> Iterator[Finding]:
    """Every location that cuts quiet WebSockets off."""
    for way in socket_ways.ways(graph):
        found = handshake(way.location, way.proxied.facts)
        said, certain = read_timeout(way.location)
        default = found.complete and found.certain and said is None and certain
        # Socket.IO pings by itself, whatever serves it.
        if default and way.dedicated and not way.polls and _quiet(graph, way):
            yield _finding(graph, way)


def _quiet(graph: Graph, way: Way) -> bool:
    return bool(way.targets) and all(socket_ways.sends_no_pings(graph, target) for target in way.targets)


def _finding(graph: Graph, way: Way) -> Finding:
    location = way.location
    paths = ", ".join(way.paths)
    return Finding(
        rule=RULE,
        message=f"location {location.path.value} closes the WebSocket {paths} after 60 quiet seconds: nobody pings",
        location=Location(location.location.path, location.location.span, "the default read timeout holds"),
        anchor=location.anchor,
        value=paths,
        evidence=way.witnesses,
        remedy=Remedy(
            Applicability.UNSAFE,
            "wait for an hour",
            (AddDirectives(location.anchor, (("proxy_read_timeout", _HOUR),)),),
        ),
        components=graph.called(way.proxied.workload, *way.targets),
    )
