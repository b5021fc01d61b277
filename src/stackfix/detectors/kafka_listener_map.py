"""A Kafka listener's name leads nowhere: no protocol, or no listener of that name.

What it finds: a listener that the broker's security protocol map doesn't speak of, a listener for the brokers
themselves or for the quorum that isn't one, and listeners with names of their own where neither is set.

Why it breaks: the broker checks its names when it starts, and stops.

Which side is right: the listeners. The map gets an entry with the protocol of all the others; a misspelt key or name is
corrected; the brokers use the listener that says their own name.

Limits: told without a repair where the protocols differ, or where several listeners fit. Silent where a setting's value
can't be read in whole; Bitnami's and Redpanda's own defaults are left to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Remedy, Rule, Severity
from stackfix.graph import kafka_maps, kafka_settling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph

RULE = Rule(
    "kafka-listener-map", Family.DATA, Severity.ERROR, "a Kafka listener's name has no protocol, or is no listener"
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every name that leads nowhere."""
    for broker in graph.kafka_brokers:
        for one in kafka_maps.misnamed(kafka_settling.as_written(graph, broker)):
            yield Finding(
                rule=RULE,
                message=one.message,
                location=one.location,
                anchor=one.anchor,
                value=one.value,
                evidence=one.evidence,
                remedy=Remedy(Applicability.SAFE, one.hint, one.repairs) if one.repairs else None,
                components=graph.called(broker.workload),
            )
