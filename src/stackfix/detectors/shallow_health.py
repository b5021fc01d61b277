"""The health route of an application looks at nothing that the application needs.

What it finds: an application that keeps a client of a database, Redis or Kafka, all of whose health routes answer the
same whatever these do.

Why it breaks: it says "healthy" while its database is away. Whoever looks for the reason of a failure finds none.

Which side is right: the health route stays as it is, for probes must not restart an application for its database's
sake. A route beside it, `…/detailed`, tells status and latency of each dependency, and healthy, degraded or unhealthy
for all.

Limits: clients that a module makes at its top, where the route's module can import it without going round in a circle:
SQLAlchemy's engines, clients of Redis and MongoDB, confluent-kafka's. Other clients are told without a fix. FastAPI and
Flask; silent where a health route calls, awaits or is given anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import shallow
from stackfix.repairs.add_detailed_route import AddDetailedRoute, Dependency

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.shallow import Shallow

RULE = Rule(
    "shallow-health",
    Family.HEALTH,
    Severity.INFO,
    "a health route looks at nothing that the application needs",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every health route that would answer the same without what the application needs."""
    for found in shallow.shallow(graph):
        yield _finding(graph, found)


def _finding(graph: Graph, found: Shallow) -> Finding:
    route = found.route
    needs = " and ".join(n.title for n in found.needs)
    places = [n.client.location for n in found.needed] or [place for _, place in found.calls[:1]]
    return Finding(
        rule=RULE,
        message=f"{route.path} looks at nothing, though the application needs {needs}",
        location=Location(route.location.path, route.location.span, "answers the same whatever happens"),
        anchor=route.anchor,
        value=route.path,
        evidence=tuple(Location(p.path, p.span, "what it needs") for p in places),
        remedy=_remedy(found),
        components=graph.called(*found.start.workloads),
    )


def _remedy(found: Shallow) -> Remedy | None:
    """A route beside it, where the clients can be asked."""
    if not found.needed or found.framework not in {"fastapi", "flask"} or "." in found.handler.name:
        return None
    dependencies = tuple(
        Dependency(n.client.needs.value, n.client.name, n.module, n.client.asynchronous) for n in found.needed
    )
    if found.framework == "flask" and any(d.asynchronous for d in dependencies):
        return None
    repair = AddDetailedRoute(found.handler.anchor, found.route.anchor, dependencies)
    asked = {n.client.needs for n in found.needed}
    left = " and ".join(n.title for n in found.needs if n not in asked)
    told = f"; how it asks {left} is for a person to say" if left else ""
    return Remedy(Applicability.UNSAFE, f"add a detailed route beside it{told}", (repair,))
