"""A start waits for a Kafka client that has no timeouts of its own.

What it finds: a confluent-kafka consumer, producer or admin client that an asynchronous application makes while it
starts, whose configuration sets neither a socket nor a session timeout.

Why it breaks: where the broker isn't there, the client's calls wait for the library's own limits, up to a minute each,
and the application doesn't answer until then.

Which side is right: the application, which has to come up, and to say that the broker is missing.

Limits: a configuration that sets one of the timeouts is a decision. Silent where the configuration is put together from
several places, in a program that serves nobody, and in tests, examples and scripts. The values are a proposal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import kafka_starting
from stackfix.repairs.add_keys import AddKeys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.kafka_starting import Untimed
    from stackfix.graph.link import Graph

RULE = Rule(
    "kafka-client-timeouts", Family.DATA, Severity.ERROR, "a start waits for a Kafka client without timeouts of its own"
)

_PROPOSED = {kafka_starting.SOCKET: 10000, kafka_starting.SESSION: 30000, kafka_starting.VERSIONS: 5000}


def detect(graph: Graph) -> Iterator[Finding]:
    """Every client without timeouts on the way of a start."""
    for one in kafka_starting.untimed(graph):
        yield _finding(one)


def _finding(one: Untimed) -> Finding:
    client, names = one.client, ", ".join(one.missing)
    apart = client.made.span.start > client.location.span.end or client.made.span.end < client.location.span.start
    return Finding(
        rule=RULE,
        message=f"the start makes this {client.name} with neither of {names}: without a broker it waits for the"
        " library's own, up to a minute",
        location=Location(client.location.path, client.location.span, "its configuration"),
        anchor=client.anchor,
        value=client.name,
        evidence=(Location(client.made.path, client.made.span, "made here"),) if apart else (),
        remedy=Remedy(
            Applicability.UNSAFE,
            "give it timeouts",
            (AddKeys(client.anchor, tuple((name, _PROPOSED[name]) for name in one.missing)),),
        ),
    )
