"""A background task gives up at the first refused connection.

What it finds: a task that the application's start sets running and that opens its connection to Kafka, RabbitMQ or
PostgreSQL once: no loop, retry decorator or caller on the way tries again. So too the consumer of a Compose service
that has no restart policy and doesn't wait until the other end is healthy.

Why it breaks: the application and its broker start together, and the broker takes longer. The task ends with the first
refused connection, while the process lives on and looks healthy: it consumes nothing until somebody restarts it.

Which side is right: the task is meant to run for ever. It tries again after 5 seconds, then after twice as long each
time, at most 60.

Limits: any other connection that the start itself waits for is silent: it ends the process, and the deployment's
restart policy or the person at the terminal starts it anew. So are loops, tenacity, backoff and their like, and clients
that connect when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import connecting
from stackfix.repairs.retry_connecting import RetryConnecting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.connecting import Once
    from stackfix.graph.link import Graph

RULE = Rule(
    "connect-without-retry",
    Family.HEALTH,
    Severity.ERROR,
    "a background task gives up at the first refused connection",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every task that connects once."""
    for found in connecting.once(graph):
        yield _finding(graph, found)


def _finding(graph: Graph, found: Once) -> Finding:
    first, refusal = found.calls[0], found.refusal
    repair = RetryConnecting(first.anchor, found.calls[-1].anchor, refusal.module, refusal.names, refusal.builtin)
    if found.spawned is not None:
        ends, witness = "its task ends at the first refused connection", found.spawned
        note = "runs as a task, which nothing starts again"
    else:
        ends, witness = "the process ends at the first refused connection", found.start.workloads[0].location
        note = "has no restart policy, and doesn't wait until the other end is healthy"
    return Finding(
        rule=RULE,
        message=f"{found.step.function.name} calls {found.opened} once: {ends}",
        location=Location(first.location.path, first.location.span, "tried once"),
        anchor=found.step.function.anchor,
        value=found.opened,
        evidence=(Location(witness.path, witness.span, note),),
        remedy=Remedy(Applicability.UNSAFE, "try again after 5 to 60 seconds", (repair,)),
        components=graph.called(*found.start.workloads),
    )
