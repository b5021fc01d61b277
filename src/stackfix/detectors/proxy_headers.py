"""nginx hands requests on without the headers that the application asks for.

What it finds: a location whose requests come to an application that builds URLs from the request, and that doesn't send
the Host header; or to one that reads the client's address, and that sends neither X-Forwarded-For nor X-Real-IP.

Why it breaks: the application sees nginx's own address as the client's, and the upstream's name as its own host, so
that links, redirects, logs and rate limits are wrong.

Which side is right: the application, which asks. Only headers of what it asks for are added.

Limits: information only. The asking code must stand in a file whose own routes come through the location; locations for
health checks alone are silent, and so are those whose headers an include may hold.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import proxied_routes
from stackfix.graph.python_requests import Asked, asking
from stackfix.repairs.add_directives import AddDirectives

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.proxied_routes import Passage
    from stackfix.graph.python_requests import Asking

RULE = Rule(
    "proxy-headers",
    Family.BROWSER,
    Severity.INFO,
    "nginx hands requests on without the headers that the application asks for",
)

_HEALTH = re.compile(r"/(?:health|healthz|ready|readyz|live|livez|ping|status|metrics)(?:/|$)")
_WANTED = {
    Asked.HOST: (("Host", "$host"), ("X-Forwarded-Proto", "$scheme")),
    Asked.CLIENT: (("X-Real-IP", "$remote_addr"), ("X-Forwarded-For", "$proxy_add_x_forwarded_for")),
}
_DECIDES = {Asked.HOST: {"host"}, Asked.CLIENT: {"x-real-ip", "x-forwarded-for", "forwarded"}}


def detect(graph: Graph) -> Iterator[Finding]:
    """Every location that lacks headers that its application asks for."""
    for passage in proxied_routes.passages(graph):
        headers = passage.location.block.effective("proxy_set_header")
        sent = {said.values[0].lower() for said in headers.said if said.values}
        found = {one.asked: one for one in _asked(graph, passage) if not _DECIDES[one.asked] & sent}
        if headers.certain and found:
            yield _finding(graph, passage, tuple(found[kind] for kind in Asked if kind in found), sent)


def _asked(graph: Graph, passage: Passage) -> Iterator[Asking]:
    """What the files ask for whose routes come through, the first place of each kind last."""
    routes = [route for route in passage.plain if not _HEALTH.search(route.path)]
    for path in sorted({route.location.path for route in routes if route.location.path.endswith(".py")}):
        yield from reversed(graph.library.get(path, asking) or ())


def _finding(graph: Graph, passage: Passage, found: tuple[Asking, ...], sent: set[str]) -> Finding:
    location = passage.location
    added = tuple((name, value) for one in found for name, value in _WANTED[one.asked] if name.lower() not in sent)
    names = ", ".join(name for name, _ in added)
    return Finding(
        rule=RULE,
        message=(
            f"location {location.path.value} hands on without {names}, but {passage.target.name}"
            f" {' and '.join(one.asked.value for one in found)}"
        ),
        location=Location(location.location.path, location.location.span, "who asks, or where, gets lost here"),
        anchor=location.anchor,
        value=names,
        evidence=tuple(one.location for one in found),
        remedy=Remedy(
            Applicability.UNSAFE,
            f"send {names}",
            (AddDirectives(location.anchor, tuple(("proxy_set_header", *header) for header in added)),),
        ),
        components=graph.called(passage.proxied.workload, passage.target),
    )
