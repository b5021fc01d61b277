"""A production service has no restart policy.

What it finds: a service of a production Compose project that serves something and says neither `restart` nor a restart
policy of its deployment.

Why it breaks: it doesn't, until the process ends or the machine is restarted; then the service stays down.

Which side is right: production. `unless-stopped` starts it again, save where somebody stopped it. Where a file for
production is laid over the service's own and says something of the service, the policy goes there.

Limits: information only. Production is what the configuration says, else a file, folder or namespace called prod….
Jobs, services of a profile and services that serve nothing are left alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Remedy, Rule, Severity, located
from stackfix.graph import production, start_order
from stackfix.repairs.set_entry import SetEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload

RULE = Rule("restart-policy", Family.HEALTH, Severity.INFO, "a production service has no restart policy")


def detect(graph: Graph) -> Iterator[Finding]:
    """Every service of production that nothing starts again, each written place once."""
    seen = set()
    for workload in start_order.unrestarted(graph):
        if workload.location not in seen:
            seen.add(workload.location)
            yield _finding(graph, workload)


def _finding(graph: Graph, workload: Workload) -> Finding:
    shared = production.is_laid_over(workload, graph.policy)
    over = start_order.laid_over(graph, workload) if shared else None
    anchor = workload.anchor if over is None else over.anchor
    beside = None if over is not None else "image" if workload.image else "build"
    advice = "start it again unless it was stopped"
    if over is None and shared:
        remedy = Remedy(Applicability.MANUAL, f"{advice}, in the file that is laid over it for production")
    else:
        remedy = Remedy(Applicability.UNSAFE, advice, (SetEntry(anchor, "restart", "unless-stopped", beside=beside),))
    place = workload.location if over is None else located(over.name) or workload.location
    return Finding(
        rule=RULE,
        message=f"{workload.name} runs in production, and nothing starts it again when it ends",
        location=replace(place, note="no restart policy"),
        anchor=anchor,
        value=workload.name,
        evidence=() if over is None else (replace(workload.location, note="what it is laid over"),),
        remedy=remedy,
        components=graph.called(workload),
    )
