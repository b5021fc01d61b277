"""A page's own Content-Security-Policy forbids the API or WebSocket that its code connects to.

What it finds: a policy that nginx sends with the pages (`add_header`, inherited or not), that stands in a `meta`
element of index.html, or that an application sends which gives the pages out itself (helmet's directives, a header that
is written out), whose `connect-src` (else `default-src`) has no source that matches an absolute address in the
front end's code, or one that its build is given. Sources are matched as CSP Level 3 says: schemes and their secure
forms, `*.` hosts, ports, paths, and `'self'` with the WebSockets of the same origin.

Why it breaks: the browser refuses to connect and says so in its console alone; the page loads and stays empty.

Which side is right: the policy. Where the page's own nginx forwards the address, the call becomes relative, which
`'self'` lets in. Else that one origin is added to `connect-src`; where `default-src` alone speaks, `connect-src` is
added as its sources and the origin.

Limits: silent for policies with variables or templates in them, for reports only, and for public hosts that may be the
page's own. Of applications only those count that are seen to give out a folder of pages (`express.static`, Starlette's
StaticFiles).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import content_policy, forbidden_calls, past_proxy
from stackfix.repairs.append_string import AppendString

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.forbidden_calls import Forbidden
    from stackfix.graph.link import Graph

RULE = Rule(
    "csp-connect-src",
    Family.BROWSER,
    Severity.ERROR,
    "the page's Content-Security-Policy forbids what its code connects to",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every forbidden connection: at the call where that can be relative, else once an origin at the policy."""
    seen: set[tuple[Location, str]] = set()
    for found in forbidden_calls.forbidden(graph):
        said, connection = found.said, found.connection
        relative = _relative(found) is not None
        key = (connection.location, connection.url) if relative else (said.location, connection.origin)
        if key not in seen:
            seen.add(key)
            yield _finding(graph, found)


def _finding(graph: Graph, found: Forbidden) -> Finding:
    said, connection = found.said, found.connection
    directive = said.policy.connecting
    assert directive is not None
    remedy = _relative(found)
    policy = Location(said.location.path, said.location.span, "the policy forbids it")
    call = Location(connection.location.path, connection.location.span, "connects here")
    return Finding(
        rule=RULE,
        message=(
            f"the front end connects to {connection.origin}, which its pages' {directive.name}"
            f" {' '.join(directive.sources)} forbids".replace("  ", " ")
        ),
        location=call if remedy is not None else policy,
        anchor=connection.anchor if remedy is not None else said.anchor,
        value=connection.url if remedy is not None else connection.origin,
        evidence=(policy if remedy is not None else call,),
        remedy=remedy or _adding(found),
        components=graph.called(found.workload),
    )


def _relative(found: Forbidden) -> Remedy | None:
    """The repair that makes the call relative, where its own proxy forwards it and the policy lets that in."""
    past = found.connection.past
    return past_proxy.remedy(past) if past is not None and found.said.policy.own else None


def _adding(found: Forbidden) -> Remedy:
    origin = found.connection.origin
    last = found.said.last
    repair = AppendString(last, (origin,)) if last is not None else content_policy.adding(found.said.policy, origin)
    what = f"let pages connect to {origin}"
    if repair is None or (last is None and found.said.policy.text.place is None):
        return Remedy(Applicability.MANUAL, what)
    return Remedy(Applicability.UNSAFE, what, (repair,))
