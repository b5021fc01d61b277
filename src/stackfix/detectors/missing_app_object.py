"""A server is told to serve an object that its module doesn't have.

What it finds: `module:attribute` for uvicorn, gunicorn, hypercorn and the like, where the module is there and certainly
neither defines nor imports such a name.

Why it breaks: the server ends with "Attribute not found in module".

Which side is right: the module. The one application in it is what was meant; for gunicorn, where there is none, a call
of the one function that makes it and needs no arguments.

Limits: silent where names may come into the module unseen (a star import, `__getattr__`, `globals()`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Choice, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import app_objects
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.app_objects import Lacking
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload

RULE = Rule(
    "missing-app-object",
    Family.IMAGES,
    Severity.ERROR,
    "a server is told to serve an object that its module doesn't have",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every attribute that isn't there, each written place once."""
    found: dict[Location, list[tuple[Workload, Lacking]]] = {}
    for workload in graph.running:
        for lacking in app_objects.lacking(graph, workload):
            place = located(lacking.text, "isn't there")
            if place is not None:
                found.setdefault(place, []).append((workload, lacking))
    for place, uses in found.items():
        yield _finding(graph, place, uses)


def _finding(graph: Graph, place: Location, uses: list[tuple[Workload, Lacking]]) -> Finding:
    lacking = uses[0][1]
    apps = lacking.apps if all(lack.apps == lacking.apps for _, lack in uses) else ()
    if len(apps) == 1:
        remedy = Remedy(Applicability.SAFE, f"serve {apps[0].name}", (SetText(lacking.text, apps[0].name),))
        told = f"; its application is {apps[0].name}"
    elif lacking.factory is not None and all(lack.factory == lacking.factory for _, lack in uses):
        call = f"{lacking.factory}()"
        remedy = Remedy(Applicability.SAFE, f"serve what {call} makes", (SetText(lacking.text, call),))
        told = f"; {call} makes its application"
    else:
        choices = tuple(Choice(f"serve {a.name}", (SetText(lacking.text, a.name),)) for a in apps)
        remedy = Remedy(Applicability.MANUAL, "name the application that it has", choices=choices)
        told = ""
    return Finding(
        rule=RULE,
        message=f"{lacking.path} has no {lacking.text.value}{told}",
        location=place,
        anchor=lacking.anchor,
        value=lacking.text.value,
        evidence=tuple(Location(a.location.path, a.location.span, "is the application") for a in apps),
        remedy=remedy,
        components=graph.called(*(w for w, _ in uses)),
    )
