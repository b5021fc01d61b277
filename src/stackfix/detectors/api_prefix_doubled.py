"""The base of a front end's requests and their paths both bring the API's prefix.

What it finds: a base (a client's `baseURL`, a constant, a build-time variable as Compose, the Dockerfile or a `.env`
gives it) that ends with what the paths begin with, so that the application is asked for `/api/v1/api/v1/users`, which
none of its routes serves, though it serves the path without the repetition.

Why it breaks: every such request is answered with 404.

Which side is right: the application's routes. The base loses what the paths bring; where other requests need the base
as it is, the paths that repeat it lose it, which is unsafe.

Limits: silent where not all routes are seen, where the request's way to the application isn't, and where the routes
serve the doubled path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import doubled_prefixes
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.doubled_prefixes import Doubled, Request
    from stackfix.graph.link import Graph

RULE = Rule(
    "api-prefix-doubled",
    Family.BROWSER,
    Severity.ERROR,
    "base and path of a front end's requests both bring the prefix",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every base that all requests repeat, else every request that repeats it."""
    for found in doubled_prefixes.doubled(graph):
        if found.whole:
            yield _of_base(graph, found)
        else:
            yield from (_of_request(graph, found, request) for request in found.requests)


def _message(found: Doubled, request: Request) -> str:
    return (
        f"requests below {found.base.value} bring {request.prefix} again ({request.rest.value}),"
        f" and {found.api.name} serves {request.served.path if request.served is not None else 'no such path'}"
    )


def _of_base(graph: Graph, found: Doubled) -> Finding:
    first = found.requests[0]
    place = located(found.base, f"ends with {first.prefix}")
    assert place is not None
    asked = (Location(r.path.location.path, r.path.location.span, "brings it again") for r in found.requests[:3])
    grade = Applicability.SAFE if found.sure else Applicability.UNSAFE
    # Code that has a fallback may take an empty variable for none.
    emptied = found.variable is not None and not found.shortened
    repair = SetText(found.base, found.shortened)
    what = f"take {first.prefix} off the base"
    return Finding(
        rule=RULE,
        message=_message(found, first),
        location=place,
        anchor=first.path.anchor,
        value=found.base.value,
        evidence=(*asked, *_route(first)),
        remedy=Remedy(Applicability.MANUAL, what) if emptied else Remedy(grade, what, (repair,)),
        components=graph.called(found.api),
    )


def _of_request(graph: Graph, found: Doubled, request: Request) -> Finding:
    place, base = located(request.rest, "brings it again"), located(found.base, f"ends with {request.prefix}")
    assert place is not None
    return Finding(
        rule=RULE,
        message=_message(found, request),
        location=place,
        anchor=request.path.anchor,
        value=request.rest.value,
        evidence=(*((base,) if base is not None else ()), *_route(request)),
        remedy=Remedy(
            Applicability.UNSAFE,
            f"take {request.prefix} off the path",
            (SetText(request.rest.slice(0, len(request.prefix) - (not request.rest.value.startswith("/"))), ""),),
        ),
        components=graph.called(found.api),
    )


def _route(request: Request) -> tuple[Location, ...]:
    route = request.served
    return () if route is None else (Location(route.location.path, route.location.span, "is served"),)
