"""A data store that others wait for has no health check.

What it finds: a Compose service of a known data store's image without a health check, named in the `depends_on` of
another.

Why it breaks: without a check nobody can wait until it answers. Where a service waits for `service_healthy`, Compose
refuses to start it.

Which side is right: the data store's image has a program of its own that says whether it is ready.

Limits: information only, save where somebody waits for a health that can't be told. Silent for images whose check is
set or switched off, for stores at another port than the image's own, and for images that the repository builds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Remedy, Rule, Severity
from stackfix.graph import start_order
from stackfix.repairs.set_entry import Entries, SetEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.start_order import Unchecked

RULE = Rule(
    "healthcheck-missing",
    Family.HEALTH,
    Severity.INFO,
    "a data store that others wait for has no health check",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every data store that can't say when it is ready, each written place once."""
    seen = set()
    for unchecked in start_order.unchecked(graph):
        if unchecked.workload.location not in seen:
            seen.add(unchecked.workload.location)
            yield _finding(graph, unchecked)


def _finding(graph: Graph, unchecked: Unchecked) -> Finding:
    workload = unchecked.workload
    note = "waits until it is healthy" if unchecked.healthy else "is started after it"
    check = Entries((("test", unchecked.check), ("interval", "10s"), ("timeout", "5s"), ("retries", 5)))
    return Finding(
        rule=RULE,
        message=f"{workload.name} has no health check, "
        + ("though somebody waits until it is healthy" if unchecked.healthy else "so nobody can wait until it answers"),
        location=replace(workload.location, note="no health check"),
        anchor=workload.anchor,
        value=workload.name,
        evidence=tuple(replace(w.location, note=note) for w in unchecked.healthy or unchecked.waits),
        remedy=Remedy(
            Applicability.UNSAFE,
            f"check it with {unchecked.check.split()[0]}",
            (SetEntry(workload.anchor, "healthcheck", check),),
        ),
        level=Severity.ERROR if unchecked.healthy else None,
        components=graph.called(workload),
    )
