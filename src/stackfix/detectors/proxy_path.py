"""A proxy sends the application paths that it has no route for.

What it finds: a location with a literal prefix whose `proxy_pass` keeps a prefix that the application doesn't have,
takes one off that it has, or joins the two with too many or too few slashes, so that what the pages request (or, where
no page is seen, what the routes themselves say) comes to no route, where another slash would bring it there. In
Kubernetes an Ingress that takes away a prefix which all routes have (`rewrite-target`), or leaves one on that none has.

Why it breaks: every such request is answered with 404 by the application.

Which side is right: the application's routes. The slash or path of `proxy_pass`, and the slash of the location where it
must follow, are changed. Of an Ingress the rewriting is taken away, where that is right for each of its paths, or is
given the prefix; a prefix that must go is for a person.

Limits: all routes must be seen. Silent for patterns, rewrites and variables, where an application may take a prefix off
by itself (`root_path`, `SCRIPT_NAME`), where any request does come to a route, and where another deployment reads the
same line and is served by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import ingress_paths, proxy_paths

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.ingress_paths import Astray as IngressAstray
    from stackfix.graph.link import Graph
    from stackfix.graph.proxy_paths import Astray

RULE = Rule(
    "proxy-path",
    Family.BROWSER,
    Severity.ERROR,
    "a proxy sends the application paths that it has no route for",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every location whose slashes send requests astray."""
    for astray in proxy_paths.astray(graph):
        yield _finding(graph, astray)
    for one in ingress_paths.astray(graph):
        yield _of_ingress(graph, one)


def _finding(graph: Graph, astray: Astray) -> Finding:
    handler, route, call = astray.handler, astray.route, astray.call
    witnesses = [Location(route.location.path, route.location.span, f"{route.path} is served")]
    if call is not None:
        witnesses.append(Location(call.location.path, call.location.span, f"{call.path} is requested"))
    return Finding(
        rule=RULE,
        message=(
            f"{astray.asked} comes to {astray.target.name} as {astray.sent}, which has no route; it serves {route.path}"
        ),
        location=Location(handler.location.path, handler.location.span, f"sends {astray.sent}"),
        anchor=handler.anchor,
        value=handler.text.value,
        evidence=tuple(witnesses),
        remedy=Remedy(Applicability.SAFE, f"write {astray.spelling.told}", astray.spelling.repairs),
        components=graph.called(astray.proxied.workload, astray.target),
    )


def _of_ingress(graph: Graph, one: IngressAstray) -> Finding:
    route = one.route
    served = Location(route.location.path, route.location.span, f"{route.path} is served")
    paths = (Location(place.path, place.span, "a path that it is for") for place in one.paths)
    return Finding(
        rule=RULE,
        message=f"the Ingress sends {one.asked} to {one.target.name} as {one.sent}; it serves {route.path}",
        location=Location(one.location.path, one.location.span, f"sends {one.sent}"),
        anchor=one.anchor,
        value=f"{one.asked} {one.sent}",
        evidence=(served, *paths),
        remedy=Remedy(Applicability.SAFE if one.repairs else Applicability.MANUAL, one.advice, one.repairs),
        components=graph.called(one.target),
    )
