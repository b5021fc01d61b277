"""The source's default for a variable names a place that no deployment has.

What it finds: a default in the source for an address that every deployment of the component gives, where the default's
own host resolves to nothing there, or its port is answered by nobody.

Why it breaks: nothing, as long as the variable is set. The day it isn't, the fallback that looks right fails.

Which side is right: the value that the deployments give and that is met there.

Limits: localhost and SQLite defaults are right for a run on the host; another name of the same place is left alone, and
so are defaults that some deployment can't judge or that deployments disagree about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import drifting
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.drifting import Drift
    from stackfix.graph.link import Graph

RULE = Rule(
    "env-default-drift",
    Family.NAMES,
    Severity.WARNING,
    "a default in the source names a place that no deployment has",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every default that has drifted from what the deployments give."""
    for drift in drifting.drifts(graph):
        yield _finding(graph, drift)


def _finding(graph: Graph, drift: Drift) -> Finding:
    default, deployed = drift.default, drift.deployed
    given = Location(deployed.location.path, deployed.location.span, f"the deployment gives {deployed.variable}")
    return Finding(
        rule=RULE,
        message=(
            f"the default of {deployed.variable} is {_place(default)}, which {drift.why};"
            f" the deployment gives {_place(deployed)}"
        ),
        location=Location(default.location.path, default.location.span, "the fallback"),
        anchor=default.anchor,
        value=default.value.value,
        evidence=(given,),
        remedy=Remedy(
            Applicability.SAFE,
            f"fall back to {_place(deployed)}",
            tuple(SetText(text, new) for text, new in drift.changes),
        ),
        components=graph.called(*drift.workloads),
    )


def _place(reference: drifting.Reference) -> str:
    address = reference.address
    return address.host.value if address.port is None else f"{address.host.value}:{address.port}"
