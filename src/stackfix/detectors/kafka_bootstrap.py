"""A Kafka client begins at a listener that isn't for where it runs.

What it finds: bootstrap servers in a container that name localhost, the host's listener or a port that no listener
binds; on the host (a dotenv file, a default or a configuration that no container reads) a container's name, or the
published port of a listener that advertises one; and a check inside the broker on a port that it doesn't bind.

Why it breaks: nothing answers, or the broker answers and sends the client on to an address that can't be reached from
there.

Which side is right: the broker's listener for that place, as it advertises itself, or will once
`kafka-advertised-listeners` has put it right: then both are repaired together. Examples and fallbacks with the same
address follow. Where the settings of a Spring Boot program say localhost, the deployment sets the variable over them.

Limits: silent where several listeners fit, where their protocols differ, where a broker's settings can't be read in
whole, and for files that both a container and the host may read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph.kafka import move
from stackfix.graph.model import Writing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.kafka import Astray
    from stackfix.graph.kafka_clients import Client
    from stackfix.graph.link import Graph

RULE = Rule(
    "kafka-bootstrap",
    Family.DATA,
    Severity.ERROR,
    "a Kafka client begins at a listener that isn't for where it runs",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every client that begins at the wrong address."""
    for one in graph.kafka.astray:
        if not one.client.copy:
            yield _finding(graph, one)


def _finding(graph: Graph, one: Astray) -> Finding:
    client, listener = one.client, one.listener.listener
    broker = client.broker
    remedy, copies = _remedy(graph, one)
    said = located(listener.advertised.whole, f"{listener.name} is for clients {client.side.value}")
    if broker.workload.location.path != client.location.path or said is None:
        said = said or Location(broker.workload.location.path, broker.workload.location.span, "the broker")
    reference = client.reference
    asker = (reference.workload,) if reference is not None and reference.workload is not None else ()
    return Finding(
        rule=RULE,
        message=(
            f"{client.told} is asked {client.side.value}, where {broker.workload.name} is to be reached at {one.told}"
            f" ({listener.name})"
        ),
        location=Location(client.location.path, client.location.span, f"begins at {client.told}"),
        anchor=client.anchor,
        value=client.value.value,
        evidence=(said, *_unset(client), *copies),
        remedy=remedy,
        components=graph.called(broker.workload, *asker),
    )


def _unset(client: Client) -> tuple[Location, ...]:
    """The service by whose want of a variable a setting that is right on the host holds in its container."""
    reference = client.reference
    if reference is None or reference.writing is not Writing.APPLICATION_CONFIG or not client.local:
        return ()
    workload = reference.workload
    assert workload is not None
    return (Location(workload.location.path, workload.location.span, f"{workload.name} is given no other"),)


def _remedy(graph: Graph, one: Astray) -> tuple[Remedy | None, tuple[Location, ...]]:
    plan = graph.kafka.plan(one.client.broker)
    own, copies = move(graph, one, graph.kafka.clients)
    if plan is not None and plan.settled.faults:
        if not plan.repairs:
            return None, ()
        grade = Applicability.SAFE if plan.seen else Applicability.UNSAFE
        return Remedy(grade, f"use {one.told}", tuple(dict.fromkeys((*own, *plan.repairs)))), copies
    return (Remedy(Applicability.SAFE, f"use {one.told}", own) if own else None), copies
