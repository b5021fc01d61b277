"""Whom an entry of `depends_on` names, and whom a service is started after by way of others.

May import the graph's nouns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.graph.model import Wait, Workload


def awaited(workload: Workload, wait: Wait) -> Workload | None:
    """The service that an entry of `depends_on` names."""
    return next((w for w in workload.deployment.workloads if w.name == wait.name.value), None)


def comes_after(workload: Workload, target: Workload) -> bool:
    """Whether another service that it is started after is itself started once the target is healthy."""
    seen, reached = {workload, target}, [workload]
    while reached:
        for wait in reached.pop().waits:
            between = awaited(workload, wait) if wait.required else None
            if between is None or between in seen:
                continue
            if any(w.condition == "service_healthy" and w.name.value == target.name for w in between.waits):
                return True
            seen.add(between)
            reached.append(between)
    return False
