"""A Kafka broker sends its clients to an address that they can't reach.

What it finds: an advertised listener that containers use and that says localhost, one for the host that says a
container's name, both crossed, another broker's name, and a port that the listener doesn't bind or isn't published as;
and a further server of a broker (Confluent's metadata server) that is advertised under another broker's name.
Confluent, Apache, Bitnami and wurstmeister images by their variables, Redpanda by its flags.

Why it breaks: the first connection succeeds, then the broker tells the client where to go on, and that leads nowhere.

Which side is right: who connects to a listener decides what it must advertise; else a published port means the host and
an unpublished one the network. Every client in the repository that lived with the wrong address moves along, or nothing
changes. Where a published listener's clients aren't all to be seen, the repair is unsafe.

Limits: silent where parts of the value come from a command or an unknown variable, for addresses outside the deployment
(IP addresses, dotted names, `host.docker.internal`), for a lone broker's own listener on localhost that nobody else
asks, for crossed listeners whose every client lives with it, and for a name that the machine itself knows by a line of
its hosts file (told in a readme or script, or asked of a published nginx). One listener that both the host and
containers ask needs a second one beside it: told, not repaired.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import kafka_twins
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.kafka import Plan
    from stackfix.graph.kafka_settling import Fault
    from stackfix.graph.kafka_twins import Twin
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
    for twin in kafka_twins.twins(graph):
        yield _copied(graph, twin)


def _copied(graph: Graph, twin: Twin) -> Finding:
    """One broker's address with another's name."""
    name, host = twin.broker.workload.name, twin.address.host
    return Finding(
        rule=RULE,
        message=(
            f"{name} advertises {host.value}:{twin.address.port} in {twin.variable.name}, which is {twin.other.name};"
            f" {name} calls itself {twin.own}"
        ),
        location=located(host, "another broker") or twin.variable.location,
        anchor=twin.variable.anchor,
        value=twin.address.whole.value,
        evidence=twin.evidence,
        remedy=Remedy(Applicability.SAFE, f"advertise {twin.own}", (SetText(host, twin.own),)),
        components=graph.called(twin.broker.workload, twin.other),
    )


def _remedy(plan: Plan, fault: Fault) -> Remedy | None:
    if not plan.repairs:
        return None
    return Remedy(Applicability.SAFE if plan.seen else Applicability.UNSAFE, fault.hint, plan.repairs)
