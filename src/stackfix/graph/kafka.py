"""Kafka's wiring as a whole: brokers as they should be, and every client's bootstrap address against them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph import kafka_clients, kafka_settling, moves, spring_references
from stackfix.graph.kafka_clients import Side
from stackfix.graph.kafka_settling import Kind
from stackfix.graph.model import Platform, Writing
from stackfix.graph.value import Origin
from stackfix.repairs.add_variable import AddVariable
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from stackfix.findings import Location, Repair
    from stackfix.graph.kafka_brokers import Broker
    from stackfix.graph.kafka_clients import Client
    from stackfix.graph.kafka_settling import Advertised, Fault, Settled
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Reference, Workload


@dataclass(frozen=True, slots=True)
class Astray:
    """A bootstrap address that doesn't meet the listener for where its client runs, and the address that does.

    `host` is None where it stays. `carried`: it is right until its broker's advertised listeners are put right.
    """

    client: Client
    host: str | None
    port: int
    listener: Advertised
    carried: bool

    @property
    def told(self) -> str:
        """The right address as words."""
        return f"{self.host or self.client.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Plan:
    """All that puts one broker's advertised listeners right, its clients too: all of it or nothing.

    No `repairs` where some part of it can't be written.
    """

    settled: Settled
    repairs: tuple[Repair, ...]
    clients: tuple[Location, ...]

    @property
    def seen(self) -> bool:
        """Whether every client that it concerns is known."""
        return all(fault.seen for fault in self.settled.faults)


@dataclass(frozen=True, slots=True)
class Kafka:
    """Every broker with its plan, and every client that is astray."""

    brokers: tuple[Broker, ...]
    clients: tuple[Client, ...]
    plans: tuple[Plan, ...]
    astray: tuple[Astray, ...]

    def plan(self, broker: Broker) -> Plan | None:
        """What puts a broker right, where something is wrong with what it advertises."""
        return next((p for p in self.plans if p.settled.broker is broker), None)

    def faults(self) -> Iterator[tuple[Plan, Fault]]:
        """Every fault with the plan that it is part of."""
        for plan in self.plans:
            for fault in plan.settled.faults:
                yield plan, fault


def kafka(graph: Graph) -> Kafka:
    """The brokers and clients of all deployments."""
    brokers = graph.kafka_brokers
    clients = tuple(kafka_clients.clients(graph, brokers)) if brokers else ()
    after = {b: kafka_settling.settle(graph, b, [c for c in clients if c.broker is b], brokers) for b in brokers}
    agreed = _agreed(after)
    before = {b: kafka_settling.as_written(graph, b) for b in brokers}
    settled = {b: after[b] if b in agreed else before[b] for b in brokers}
    astray = tuple(_astray(clients, settled, before))
    plans = tuple(_plan(graph, settled[b], [a for a in astray if a.client.broker is b], clients) for b in agreed)
    return Kafka(brokers, clients, plans, astray)


def _agreed(settled: dict[Broker, Settled]) -> tuple[Broker, ...]:
    """The brokers with faults; one whose line is right in another deployment was written for that one."""
    found = []
    for broker, one in settled.items():
        place = broker.variable.value.place if broker.variable is not None and broker.variable.value else None
        same = [
            other
            for b, other in settled.items()
            if place is not None and b.variable is not None and b.variable.value and b.variable.value.place == place
        ]
        if one.faults and all(_changes(other) == _changes(one) for other in same):
            found.append(broker)
    return tuple(found)


def _changes(settled: Settled) -> list[tuple[object, str]]:
    return [(text.place, new) for fault in settled.faults for text, new in fault.changes] or [
        (fault.text.place, "") for fault in settled.faults
    ]


# --- clients ---------------------------------------------------------------------------------------------------------


def _astray(
    clients: Sequence[Client], settled: dict[Broker, Settled], before: dict[Broker, Settled]
) -> Iterator[Astray]:
    """Every client that is wrong for each of the brokers and deployments that read it, and alike."""
    by_place: dict[object, list[Client]] = {}
    for client in clients:
        by_place.setdefault(client.address.host.place or client, []).append(client)
    for group in by_place.values():
        found = [_judged(client, settled[client.broker], before[client.broker]) for client in group]
        targets = {(a.host, a.port) if a is not None else None for a in found}
        if len(targets) == 1 and found[0] is not None and not _spare(found[0], clients, settled, before):
            yield from (a for a in found if a is not None)


def _spare(
    one: Astray, clients: Sequence[Client], settled: dict[Broker, Settled], before: dict[Broker, Settled]
) -> bool:
    """Whether nobody answers at an address, but at another one of the same list: the client comes through by that."""
    client = one.client
    if settled[client.broker].on(client.port) is not None or client.reference is None:
        return False
    beside = [
        c
        for c in clients
        if c is not client and c.anchor == client.anchor and c.side is client.side and c.reference is not None
    ]
    own = [c for c in beside if c.reference is not None and c.reference.workload is client.reference.workload]
    return any(_judged(c, settled[c.broker], before[c.broker]) is None for c in own)


def _judged(client: Client, settled: Settled, before: Settled) -> Astray | None:
    target = _target(client, settled)
    if target is None:
        return None
    listener, host, port = target
    if host is None and port == client.port:
        return None
    was = _target(client, before)
    return Astray(client, host, port, listener, settled.moved and was is None)


def _target(client: Client, settled: Settled) -> tuple[Advertised, str | None, int] | None:
    match client.side:
        case Side.NETWORK:
            return _of_network(client, settled)
        case Side.HOST:
            return _of_host(client, settled)
        case Side.INSIDE:
            return _inside(client, settled)


def _of_network(client: Client, settled: Settled) -> tuple[Advertised, str | None, int] | None:
    own = settled.broker
    if own.workload.deployment.platform is not Platform.COMPOSE:
        return None
    current = settled.on(client.port)
    right = [a for a in settled.addresses if a.kind is Kind.OWN]
    unknown = [a for a in settled.addresses if a.kind is Kind.UNKNOWN]
    if client.local:
        if len(right) != 1 or unknown:
            return None
        return right[0], right[0].host, right[0].listener.port
    if current is None:
        return (right[0], None, right[0].listener.port) if len(right) == 1 and not unknown else None
    if current.kind is not Kind.LOCAL:
        return None
    same = [a for a in right if a.listener.protocol == current.listener.protocol]
    return (same[0], None, same[0].listener.port) if len(same) == 1 else None


def _of_host(client: Client, settled: Settled) -> tuple[Advertised, str | None, int] | None:
    broker = settled.broker
    right = [
        a
        for a in settled.addresses
        if a.kind is Kind.LOCAL and a.port in kafka_settling.published(broker, a.listener.port)
    ]
    if not client.local:
        return (right[0], right[0].host, right[0].port) if len(right) == 1 else None
    leads = [a for a in settled.addresses if client.port in kafka_settling.published(broker, a.listener.port)]
    if not leads:
        others = {d.published for d in broker.workload.declarations}
        taken = client.port in others or any(a.kind is Kind.UNKNOWN for a in settled.addresses)
        return (right[0], None, right[0].port) if len(right) == 1 and not taken else None
    current = leads[0]
    if current.kind is not Kind.OWN:
        return None
    same = [a for a in right if a.listener.protocol == current.listener.protocol]
    return (same[0], None, same[0].port) if len(same) == 1 else None


def _inside(client: Client, settled: Settled) -> tuple[Advertised, str | None, int] | None:
    """The broker's own container reaches every listener by what it binds."""
    broker = settled.broker
    if client.port in broker.ports | broker.controller_ports:
        return None
    meant = [a for a in settled.addresses if client.port in kafka_settling.published(broker, a.listener.port)]
    if not meant:
        # Any of them answers there; the brokers' own is the one that is meant for talk inside.
        own = [a for a in settled.addresses if a.listener.name == broker.internal]
        meant = own if len(own) == 1 else list(settled.addresses)
    return (meant[0], None, meant[0].listener.port) if len(meant) == 1 else None


# --- what moves ------------------------------------------------------------------------------------------------------


def _plan(graph: Graph, settled: Settled, astray: Sequence[Astray], clients: Sequence[Client]) -> Plan:
    repairs: list[Repair] = [SetText(text, new) for fault in settled.faults for text, new in fault.changes]
    places: list[Location] = []
    for one in astray if settled.moved else ():
        own, copies = move(graph, one, clients)
        if not own:
            return Plan(settled, (), ())
        repairs += own
        places += copies if one.client.copy else [*kafka_settling.askers((one.client,)), *copies]
    whole = settled.moved and all(fault.changes for fault in settled.faults)
    return Plan(settled, tuple(dict.fromkeys(repairs)) if whole else (), tuple(dict.fromkeys(places)))


def move(graph: Graph, one: Astray, clients: Iterable[Client] = ()) -> tuple[tuple[Repair, ...], tuple[Location, ...]]:
    """The edits that point a client to its right address, and the copies of it that follow."""
    client = one.client
    found = client.address
    if found.port_text is None or found.port_text.place is None or found.host.place is None:
        return (), ()
    if client.side is Side.NETWORK and client.local and found.host.place[0] not in _own_files(client):
        return _given(graph, client, one), ()
    if client.reference is not None and not client.local and client.reference.writing is Writing.ENVIRONMENT:
        made = moves.move(graph, client.reference, moves.Target(one.host, one.port))
        return made.repairs, made.copies
    repairs: list[Repair] = list(_repoint(client, one))
    copies = []
    for other in clients:
        same = other.copy and other.side is client.side and other.variable == client.variable
        if same and other.broker is client.broker and other.told == client.told:
            repairs += _repoint(other, one)
            place = located(other.address.host, "a copy of the same address")
            copies += [place] if place is not None else []
    return tuple(dict.fromkeys(repairs)), tuple(copies)


def _own_files(client: Client) -> tuple[str, ...]:
    """The files that speak of a client's deployment alone."""
    workload = client.reference.workload if client.reference is not None else None
    return workload.deployment.paths if workload is not None else ()


def _given(graph: Graph, client: Client, one: Astray) -> tuple[Repair, ...]:
    """A line of a dotenv file that the host may use too: the container is given its own value above it."""
    workload = client.reference.workload if client.reference is not None else None
    if client.reference is not None and client.reference.writing is Writing.APPLICATION_CONFIG and workload is not None:
        return _set(graph, client.reference, workload, one)
    variable = workload.environment.get(client.variable) if workload is not None and client.variable else None
    if workload is None or variable is None or variable.origin is not Origin.ENV_FILE or variable.value is None:
        return ()
    alone = variable.value.value == client.value.value == client.told
    return (AddVariable(workload.anchor, variable.name, one.told),) if alone else ()


def _set(graph: Graph, reference: Reference, workload: Workload, one: Astray) -> tuple[Repair, ...]:
    """A program's own settings, which are right for a run on the host: the deployment sets what stands over them."""
    name = spring_references.settable(graph, workload, reference)
    return (AddVariable(workload.anchor, name, one.told),) if name is not None else ()


def _repoint(client: Client, one: Astray) -> Iterator[SetText]:
    found = client.address
    if one.host is not None and one.host != found.host.value:
        yield SetText(found.host, one.host)
    if one.port != found.port and found.port_text is not None:
        yield SetText(found.port_text, str(one.port))
