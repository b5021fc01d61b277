"""A route sends requests to a Service, or to a port of it, that doesn't exist.

What it finds: a backend of an Ingress or of a Gateway route that names a Service which no manifest of its namespace
defines, or a port, by number or name, that the Service doesn't offer.

Why it breaks: the controller answers 503 for every request of that host and path.

Which side is right: the Services, which other manifests use too. The one that fits is taken: the same name less a
prefix or suffix, offering the port that the route asks for; a port is right where the Service has just one, or where
the asked number is the container's.

Limits: silent where a chart, a template, an operator or a manifest that can't be read may define the Service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Choice, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import routing_services
from stackfix.repairs.rename_key import RenameKey
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Repair
    from stackfix.graph.link import Graph
    from stackfix.graph.model import IngressBackend
    from stackfix.graph.routing_services import Candidate, Lost

RULE = Rule(
    "ingress-service",
    Family.NAMES,
    Severity.ERROR,
    "a route's backend names a Service or port that doesn't exist",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every backend that leads to no Service, or to no port of it."""
    for cluster in graph.world.clusters:
        for backend in cluster.backends:
            lost = routing_services.lost(graph, cluster, backend)
            if lost is not None:
                yield _finding(graph, backend, lost)


def _finding(graph: Graph, backend: IngressBackend, lost: Lost) -> Finding:
    name, asked = backend.service.value, backend.port or backend.port_name
    missing = f"a Service {name} that nothing here defines"
    if lost.service is not None:
        offered = ", ".join(str(p.port) for p in lost.service.ports)
        missing = f"port {asked} of the Service {name}, which offers {offered}"
    only = lost.candidates[0] if len(lost.candidates) == 1 and lost.service is None else None
    written = backend.service if lost.service is None else backend.port_text or backend.service
    place = located(written, "the backend") or backend.location
    return Finding(
        rule=RULE,
        message=f"the {backend.kind} sends requests to {missing}" + (f"; {only.name} is what fits" if only else ""),
        location=place,
        anchor=backend.anchor,
        value=name if lost.service is None else f"{name}:{asked}",
        evidence=tuple(_place(c) for c in lost.candidates),
        remedy=_remedy(backend, lost),
        components=graph.called(*(w for c in lost.candidates for w in c.workloads)),
    )


def _place(candidate: Candidate) -> Location:
    where = candidate.location
    return Location(where.path, where.span, candidate.note)


def _remedy(backend: IngressBackend, lost: Lost) -> Remedy | None:
    ways = [(candidate, _repairs(backend, candidate)) for candidate in lost.candidates]
    if not ways:
        return None
    if len(ways) == 1:
        candidate, repairs = ways[0]
        grade = Applicability.SAFE if lost.akin else Applicability.UNSAFE
        return Remedy(grade, f"send them to {candidate.called}", repairs)
    choices = tuple(Choice(f"send them to {c.called}", repairs) for c, repairs in ways)
    return Remedy(Applicability.MANUAL, "say which Service is meant", (), choices)


def _repairs(backend: IngressBackend, candidate: Candidate) -> tuple[Repair, ...]:
    made: list[Repair] = []
    if candidate.name != backend.service.value:
        made.append(SetText(backend.service, candidate.name))
    if candidate.port is not None and backend.port_text is not None:
        if backend.port_name is not None and isinstance(candidate.port, int):
            made.append(RenameKey(backend.anchor.child("service", "port", "name"), "number"))
        made.append(SetText(backend.port_text, str(candidate.port)))
    return tuple(made)
