"""Something asks an application for its health, and it has no health route at all.

What it finds: a Kubernetes probe, a Compose health check or an image's HEALTHCHECK that asks its own application, all
of whose routes are seen, for a health path, where none of its routes is one.

Why it breaks: the answer is 404 for ever: the container is restarted, kept out of its Service, or called unhealthy.

Which side is right: whoever asks. The application gets the route, at the path that is asked for.

Limits: where there is a health route at another path, `probe-path` speaks. The route is added to a FastAPI, Flask or
Quart application that a module makes at its top, to the list of routes of Starlette and Django, and behind the last
route or router of an Express or Fastify application; in a factory or another framework (Nest, Spring Boot, ASP.NET,
axum, Go's) nothing is edited. Silent where routes may come from elsewhere, where several programs may answer, and
behind nginx.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import probing
from stackfix.graph.model import Platform
from stackfix.repairs.add_health_route import AddHealthRoute
from stackfix.repairs.add_listed_route import AddListedRoute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Repair
    from stackfix.graph.link import Graph
    from stackfix.graph.probing import Unanswered

RULE = Rule(
    "health-endpoint-missing",
    Family.HEALTH,
    Severity.ERROR,
    "something asks for the health of an application that has no health route",
)
_ADDED = frozenset({"fastapi", "flask", "quart", "bottle", "express", "fastify", "hono", "koa", "restify"})
_LISTED = frozenset({"django", "starlette"})


def detect(graph: Graph) -> Iterator[Finding]:
    """Every application that is asked for its health and can't tell."""
    for found in probing.unanswered(graph):
        yield _finding(graph, found)


def _finding(graph: Graph, found: Unanswered) -> Finding:
    asked = " and ".join(found.paths)
    kinds = " and ".join(dict.fromkeys(one.probe.kind for one in found.asked))
    asker = found.asked[0].workload
    name = "the application" if asker.deployment.platform is Platform.IMAGE else asker.name
    lenient = all(one.lenient for one in found.asked)
    return Finding(
        rule=RULE,
        message=f"the {kinds} asks {name} for {asked}, and no route is for that",
        location=Location(found.app.location.path, found.app.location.span, "has no health route"),
        anchor=found.app.anchor,
        value=asked,
        evidence=tuple(located(one.path, "asked for here") or one.probe.location for one in found.asked),
        remedy=_remedy(found, asked),
        level=Severity.WARNING if lenient else None,
        components=graph.called(*(one.workload for one in found.asked)),
    )


def _remedy(found: Unanswered, asked: str) -> Remedy | None:
    """The routes, where the framework's way of adding one is known."""
    app = found.app
    repair: Repair
    if app.framework in _LISTED:
        repair = AddListedRoute(app.anchor, app.framework, found.paths)
    elif app.framework in _ADDED and "." not in app.name:
        repair = AddHealthRoute(app.anchor, app.framework, found.paths)
    else:
        return None
    return Remedy(Applicability.UNSAFE, f"serve {asked}", (repair,))
