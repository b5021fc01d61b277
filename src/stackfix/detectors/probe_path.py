"""A health check asks for a path that the application has no route for.

What it finds: a Kubernetes probe, a Compose health check or an image's HEALTHCHECK that asks its own application, all
of whose routes are seen (Python, Node, Go, Spring Boot, ASP.NET, axum, actix-web, Rails), for a path that none of them
serves; or an nginx, where no location takes the path and no file can be there.

Why it breaks: the answer is 404 for ever: the container is restarted, kept out of its Service, or called unhealthy.

Which side is right: the routes. The check asks for the one route that is there for it.

Limits: an application without any health route is `health-endpoint-missing`. Silent where routes may come from
elsewhere, where several programs may answer, and where nginx hands the path on. A check that passes on any answer
(curl without `--fail`) is told as a warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import (
    Applicability,
    Choice,
    Family,
    Finding,
    Location,
    Remedy,
    Rule,
    Severity,
    located,
)
from stackfix.graph.model import Platform
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.probing import Unserved

RULE = Rule("probe-path", Family.HEALTH, Severity.ERROR, "a health check asks for a path that nothing serves")


def detect(graph: Graph) -> Iterator[Finding]:
    """Every check whose path has no route."""
    for unserved in graph.unserved:
        if not unserved.homeless:
            yield _finding(graph, unserved)


def _finding(graph: Graph, unserved: Unserved) -> Finding:
    probe, routes = unserved.probe, unserved.routes
    alone = unserved.workload.deployment.platform is Platform.IMAGE
    asked = "its application" if alone else unserved.workload.name
    served = f"; it serves {', '.join(path for path, _ in routes)}" if routes else ""
    return Finding(
        rule=RULE,
        message=f"the {probe.kind} asks {asked} for {unserved.path.value}, which has no route{served}",
        location=located(unserved.path, "asked for here") or probe.location,
        anchor=probe.anchor,
        value=unserved.path.value,
        evidence=tuple(Location(place.path, place.span, "a route that is served") for _, place in routes),
        remedy=_remedy(unserved),
        level=Severity.WARNING if unserved.lenient else None,
        components=graph.called(unserved.workload),
    )


def _remedy(unserved: Unserved) -> Remedy | None:
    choices = tuple(Choice(f"ask for {path}", (SetText(unserved.path, path),)) for path, _ in unserved.routes)
    if len(choices) == 1:
        return Remedy(Applicability.SAFE, choices[0].description, choices[0].repairs)
    return Remedy(Applicability.MANUAL, "say which route is meant", (), choices) if choices else None
