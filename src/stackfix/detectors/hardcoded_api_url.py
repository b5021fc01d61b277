"""A front end that is built for a proxy calls its API at localhost, or at a name that only containers know.

What it finds: an absolute address in a front end's code, in a request, a constant, a client's base, or as the fallback
of a build-time variable that no build gives, although the nginx that serves its pages forwards that very path to that
very port or service.

Why it breaks: the code runs in the browser. There `localhost` is the visitor's own machine, and a container's name is
nothing at all. What works on the developer's machine fails for everybody else, and a Content-Security-Policy of
`connect-src 'self'` forbids it.

Which side is right: nginx, which is there to forward. The address becomes a path of the page's own origin, below the
prefix that the location takes: `http://localhost:8000/api/x` is `/api/x`.

Limits: a public address is no fault. Silent for code that develops alone (conditions on the environment or the host,
files for development, tests, the dev server's own proxies), where the path isn't forwarded, where something gives the
variable, and for front ends that also run on a server. An address for WebSockets takes scheme and host from
`window.location`. Where the pages are also given out by a server that forwards nothing, or the address is
used in ways that can't be followed, the repair is unsafe; where the front end elsewhere has the same address only in
case a value doesn't come while the page runs, a person decides. A development server needs a proxy of its own for the
path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import address, front_doors, past_proxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.past_proxy import Past

RULE = Rule(
    "hardcoded-api-url",
    Family.BROWSER,
    Severity.ERROR,
    "a front end calls an absolute address that its own proxy forwards",
    yields_to=("csp-connect-src",),
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every written address that goes past the pages' own nginx."""
    for past in graph.past:
        yield _finding(graph, past)


def _finding(graph: Graph, past: Past) -> Finding:
    written, location = past.written, past.location
    nginx = past.pages.proxied.workload
    place, handler = written.location, location.handler
    assert handler is not None
    uses = (u.location for u in written.uses if not _within(u.location, place))
    asked = dict.fromkeys(Location(u.path, u.span, "asked for here") for u in uses)
    host = written.address.host.value
    browser = "the visitor's own machine" if address.is_loopback(host) else "unknown to a browser"
    return Finding(
        rule=RULE,
        message=(
            f"the front end calls {written.text.value}, which is {browser}, past its own nginx,"
            f" whose location {location.path.value} forwards to {handler.text.value}"
        ),
        location=Location(place.path, place.span, "past the page's own origin"),
        anchor=written.anchor,
        value=written.text.value,
        evidence=(
            Location(location.location.path, location.location.span, "forwards it"),
            *list(asked)[:3],
            *((written.configured.location,) if written.configured is not None else ()),
        ),
        remedy=past_proxy.remedy(past) or Remedy(Applicability.MANUAL, "ask the page's own origin"),
        components=graph.called(
            nginx,
            *front_doors.givers(graph, past.pages.proxied, past.pages.server),
            *past_proxy.targets(graph, past.pages, past.location),
        ),
    )


def _within(inner: Location, outer: Location) -> bool:
    return inner.path == outer.path and inner.span.start <= outer.span.end and outer.span.start <= inner.span.end
