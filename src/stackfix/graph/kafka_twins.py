"""Brokers that advertise one of their further listeners under another broker's name: copied, and not changed.

Confluent's metadata and REST servers inside a broker have advertised listeners of their own.

May import the graph's nouns and Kafka's brokers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph import kafka_brokers
from stackfix.graph.reach import Reached

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.graph.kafka_brokers import Broker, Written
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.value import Variable

_SUFFIX = "_ADVERTISED_LISTENERS"


@dataclass(frozen=True, slots=True)
class Twin:
    """An advertised address with another broker's name. `own` is what this one calls itself elsewhere."""

    broker: Broker
    variable: Variable
    address: Written
    own: str
    other: Workload
    evidence: tuple[Location, ...]


def twins(graph: Graph) -> Iterator[Twin]:
    """Every address that a broker advertises with another's name."""
    for broker in graph.kafka_brokers:
        own = _own_name(graph, broker)
        for name, variable in broker.said.items() if own is not None else ():
            if not name.endswith(_SUFFIX) or variable.value is None or variable.uses:
                continue
            for address in kafka_brokers.entries(variable.value) or ():
                found = _twin(graph, broker, name, address)
                if found is not None and own is not None:
                    other, places = found
                    yield Twin(broker, variable, address, own, other, places)


def _own_name(graph: Graph, broker: Broker) -> str | None:
    """The one name of its own that a broker advertises to its clients."""
    names = {listener.advertised.host.value for listener in broker.listeners}
    own = {name for name in names if _named(graph, broker, name) is broker.workload}
    return own.pop() if len(own) == 1 else None


def _named(graph: Graph, broker: Broker, host: str) -> Workload | None:
    reach = graph.names.resolve(host, broker.workload)
    found = reach.workloads if reach.reached in {Reached.MET, Reached.SELF} else ()
    return found[0] if len(found) == 1 else None


def _twin(graph: Graph, broker: Broker, setting: str, address: Written) -> tuple[Workload, tuple[Location, ...]] | None:
    """The other broker that an address names, where the same setting of that one names itself."""
    named = _named(graph, broker, address.host.value)
    other = next((b for b in graph.kafka_brokers if b.workload is named and b is not broker), None)
    given = other.said.get(setting) if other is not None else None
    if named is None or given is None or given.value is None:
        return None
    same = [one for one in kafka_brokers.entries(given.value) or () if one.host.value == address.host.value]
    places = (located(one.whole, f"{named.name} advertises itself") for one in same)
    return (named, tuple(place for place in places if place is not None)) if same else None
