"""A production service has no restart policy.

What it finds: a service of a production Compose project that serves something and says neither `restart` nor a restart
policy of its deployment.

Why it breaks: it doesn't, until the process ends or the machine is restarted; then the service stays down.

Which side is right: production. `unless-stopped` starts it again, save where somebody stopped it. Where a file for
production is laid over the service's own and speaks of the service, or of others' policies, the policy goes there.

Limits: information only. Production is what the configuration says, else a file, folder or namespace called prod….
Jobs, services of a profile and services that serve nothing are left alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Remedy, Rule, Severity, located
from stackfix.graph import production, start_order
from stackfix.repairs.set_entry import Entries, SetEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.start_order import LaidOver

RULE = Rule("restart-policy", Family.HEALTH, Severity.INFO, "a production service has no restart policy")
_POLICY = "unless-stopped"


def detect(graph: Graph) -> Iterator[Finding]:
    """Every service of production that nothing starts again, each written place once."""
    seen = set()
    for workload in start_order.unrestarted(graph):
        if workload.location not in seen:
            seen.add(workload.location)
            yield _finding(graph, workload)


def _finding(graph: Graph, workload: Workload) -> Finding:
    over = start_order.laid_over(graph, workload) if production.is_laid_over(workload, graph.policy) else None
    own = workload.location
    place = (located(over.name) if over is not None and over.name is not None else None) or own
    return Finding(
        rule=RULE,
        message=f"{workload.name} runs in production, and nothing starts it again when it ends",
        location=replace(place, note="no restart policy"),
        anchor=over.anchor if over is not None and over.anchor is not None else workload.anchor,
        value=workload.name,
        evidence=() if place is own else (replace(own, note="what it is laid over"),),
        remedy=_remedy(graph, workload, over),
        components=graph.called(workload),
    )


def _remedy(graph: Graph, workload: Workload, over: LaidOver | None) -> Remedy:
    """The policy, where production says it: in its own file, if that speaks of the service or of others' policies."""
    advice = "start it again unless it was stopped"
    policy = (over.policy if over is not None else None) or _POLICY
    if over is not None and over.anchor is not None:
        repair = SetEntry(over.anchor, "restart", policy)
    elif over is not None and over.policy is not None:
        repair = SetEntry(over.services, workload.name, Entries((("restart", policy),)))
    elif production.is_laid_over(workload, graph.policy):
        return Remedy(Applicability.MANUAL, f"{advice}, in the file that is laid over it for production")
    else:
        repair = SetEntry(workload.anchor, "restart", policy, beside="image" if workload.image else "build")
    return Remedy(Applicability.UNSAFE, advice, (repair,))
