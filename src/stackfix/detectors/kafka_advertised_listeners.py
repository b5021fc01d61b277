"""A Kafka broker sends its clients to an address that they can't reach.

What it finds: an advertised listener that containers use and that says localhost, one for the host that says a
container's name, both crossed, another broker's name, and a port that the listener doesn't bind or isn't published as.
Confluent, Apache, Bitnami and wurstmeister images by their variables, Redpanda by its flags.

Why it breaks: the first connection succeeds, then the broker tells the client where to go on, and that leads nowhere.

Which side is right: who connects to a listener decides what it must advertise; else a published port means the host and
an unpublished one the network. Every client in the repository that lived with the wrong address moves along, or nothing
changes. Where a published listener's clients aren't all to be seen, the repair is unsafe.

Limits: silent where parts of the value come from a command or an unknown variable, for addresses outside the deployment
(IP addresses, dotted names, `host.docker.internal`), for a lone broker's own listener on localhost that nobody else
asks, and for crossed listeners whose every client lives with it. One listener that both the host and containers ask
needs a second one beside it: told, not repaired.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity, located

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.kafka import Plan
    from stackfix.graph.kafka_settling import Fault
    from stackfix.graph.link import Graph

RULE = Rule(
    "kafka-advertised-listeners",
    Family.DATA,
    Severity.ERROR,
    "a Kafka broker sends its clients to an address that they can't reach",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every fault in what a broker advertises."""
    for plan, fault in graph.kafka.faults():
        broker = plan.settled.broker
        place = located(fault.text, "what clients are told") or Location(
            broker.location.path, broker.location.span, "its image advertises this"
        )
        yield Finding(
            rule=RULE,
            message=fault.message,
            location=place,
            anchor=broker.anchor,
            value=fault.text.value,
            evidence=tuple({(e.path, e.span): e for e in (*plan.clients, *fault.evidence)}.values()),
            remedy=_remedy(plan, fault),
            components=graph.called(broker.workload),
        )


def _remedy(plan: Plan, fault: Fault) -> Remedy | None:
    if not plan.repairs:
        return None
    return Remedy(Applicability.SAFE if plan.seen else Applicability.UNSAFE, fault.hint, plan.repairs)
