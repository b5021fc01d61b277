"""The front end calls a path of its own API that no route serves, and one route is all but it.

What it finds: a request to the page's own origin that nginx hands on to an application whose routes are all seen, that
none of them takes, and that differs from one route in a single word: its plural, a separator, or one slip of the hand.

Why it breaks: the application answers 404 (or a catch-all answers something else), on this one request alone.

Which side is right: the route, which the application's other callers use as well; the request is changed to it. It may
be the route that is misspelled, so a person decides.

Limits: a path that is served for another method alone is not told of, nor a slash at the end. Silent where any route
may be unseen, where no route for that method is that near or several are, and where variables have a say in the path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import unserved_calls
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.unserved_calls import Unserved

RULE = Rule(
    "api-call-unserved",
    Family.BROWSER,
    Severity.WARNING,
    "the front end calls a path of its own API that no route serves",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every request that no route takes, by the written word that is wrong."""
    seen: set[Location] = set()
    for found in unserved_calls.unserved(graph):
        finding = _finding(graph, found)
        if finding.location not in seen:
            seen.add(finding.location)
            yield finding


def _finding(graph: Graph, found: Unserved) -> Finding:
    near = found.near.location
    place = located(found.segment, f"{found.meant} is served")
    assert place is not None
    return Finding(
        rule=RULE,
        message=f"no route of {found.api.name} serves {found.asked}; the nearest is {found.near.path}",
        location=place,
        anchor=found.path.anchor,
        value=found.segment.value,
        evidence=(Location(near.path, near.span, "the nearest route"),),
        remedy=Remedy(Applicability.UNSAFE, f"ask for {found.meant}", (SetText(found.segment, found.meant),)),
        components=graph.called(found.pages.proxied.workload, found.api),
    )
