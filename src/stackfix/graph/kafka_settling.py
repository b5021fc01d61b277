"""What a Kafka broker should advertise, by who connects to each listener.

Clients decide the audience of a listener, else a published port means the host and an unpublished one the network. A
client that bootstraps at a listener is sent on to what that listener advertises: from another container that must be a
name of the broker and the port it binds, on the host localhost and a published port.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from stackfix.findings import Location, located
from stackfix.graph import address, hosts_file
from stackfix.graph.kafka_clients import Side
from stackfix.graph.model import Platform, Says
from stackfix.graph.reach import Reached

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from stackfix.graph.kafka_brokers import Broker, Listener
    from stackfix.graph.kafka_clients import Client
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Declaration
    from stackfix.text import Text

_FOR_HOST = re.compile(r"(?:^|[_.-])(?:HOST|LOCALHOST|EXTERNAL|EXT|OUTSIDE|OUTER|PUBLIC)(?:$|[_.-])")
_LOOPBACK = re.compile(r"(?:^|[@,/])(?:localhost|127\.0\.0\.1):")
"""A quorum or ZooKeeper on the broker's own machine is nobody else's."""
_FOR_NETWORK = re.compile(
    r"(?:^|[_.-])(?:INTERNAL|INT|INSIDE|INNER|DOCKER|CONTAINERS?|BROKERS?|INTERBROKER|PRIVATE)(?:$|[_.-])"
)


class Kind(Enum):
    """What an advertised host is to the broker's network."""

    LOCAL = "the machine itself"
    OWN = "the broker by name"
    FOREIGN = "another broker"
    MISSING = "nothing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Advertised:
    """What a listener advertises, or should."""

    listener: Listener
    host: str
    port: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with what a broker advertises. No `changes`: nothing that is written alone would put it right.

    `seen`: every client that the changes concern is known.
    """

    message: str
    text: Text
    changes: tuple[tuple[Text, str], ...]
    evidence: tuple[Location, ...]
    seen: bool
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """A broker as it should be."""

    broker: Broker
    addresses: tuple[Advertised, ...]
    faults: tuple[Fault, ...] = ()

    @property
    def moved(self) -> bool:
        """Whether something changes."""
        return any(fault.changes for fault in self.faults)

    def on(self, port: int | None) -> Advertised | None:
        """The listener that binds a port."""
        return next((a for a in self.addresses if a.listener.port == port), None)


def as_written(graph: Graph, broker: Broker) -> Settled:
    """What a broker advertises as it is."""
    return Settled(broker, tuple(_written(graph, broker, listener) for listener in broker.listeners))


def _written(graph: Graph, broker: Broker, listener: Listener) -> Advertised:
    host = listener.advertised.host.value
    return Advertised(listener, host or broker.workload.name, listener.advertised.port, _kind(graph, broker, host))


def _kind(graph: Graph, broker: Broker, host: str) -> Kind:
    if not host:
        return Kind.OWN
    if address.is_loopback(host):
        return Kind.LOCAL
    if address.is_every_address(host):
        return Kind.UNKNOWN
    reach = graph.resolve_host(host, broker.workload)
    if reach.reached is Reached.MET:
        return Kind.OWN if broker.workload in reach.workloads else Kind.FOREIGN
    return Kind.MISSING if reach.reached is Reached.MISSING else Kind.UNKNOWN


def settle(graph: Graph, broker: Broker, clients: Iterable[Client], brokers: Sequence[Broker]) -> Settled:
    """What a broker should advertise."""
    return _Judge(graph, broker, tuple(clients), brokers).settled()


class _Judge:
    """One broker with all its clients."""

    def __init__(self, graph: Graph, broker: Broker, clients: tuple[Client, ...], brokers: Sequence[Broker]) -> None:
        self.graph = graph
        self.broker = broker
        self.clients = clients
        self.before = as_written(graph, broker)
        self.members = [b for b in brokers if b is not broker and _same_cluster(b, broker)]
        self.brokers = {b.workload.name for b in brokers if b.workload.deployment is broker.workload.deployment}
        self.composed = broker.workload.deployment.platform is Platform.COMPOSE

    def settled(self) -> Settled:
        crossed = self._crossed() if self.composed else None
        if crossed is not None:
            network, host = crossed
            fault = self._uncrossed(network, host)
            name = host.host
            after = {
                network.listener.name: Advertised(network.listener, name, network.listener.port, Kind.OWN),
                host.listener.name: Advertised(host.listener, network.host, self._host_port(host), Kind.LOCAL),
            }
            return self._after([fault], after)
        faults, after = [], {}
        for one in self.before.addresses:
            found = self._fault(one)
            if found is not None:
                fault, changed = found
                faults.append(fault)
                if fault.changes:
                    after[one.listener.name] = changed
        return self._after(faults, after)

    def _after(self, faults: list[Fault], after: Mapping[str, Advertised]) -> Settled:
        if not all(fault.changes for fault in faults):
            after = {}
        return Settled(self.broker, tuple(after.get(a.listener.name, a) for a in self.before.addresses), tuple(faults))

    # --- who connects ---

    def network(self, one: Advertised) -> tuple[Client, ...]:
        """The clients in other containers that bootstrap at a listener."""
        return tuple(c for c in self.clients if c.side is Side.NETWORK and not c.local and c.port == one.listener.port)

    def host(self, one: Advertised) -> tuple[Client, ...]:
        """The clients on the host that come to a listener by a published port."""
        ports = self.published(one)
        return tuple(c for c in self.clients if c.side is Side.HOST and not c.copy and c.local and c.port in ports)

    def published(self, one: Advertised) -> tuple[int, ...]:
        """The host's ports that lead to a listener."""
        return published(self.broker, one.listener.port)

    def _named_for_host(self, one: Advertised) -> bool:
        return _FOR_HOST.search(one.listener.name) is not None

    def _named_for_network(self, one: Advertised) -> bool:
        return not self._named_for_host(one) and _FOR_NETWORK.search(one.listener.name) is not None

    # --- two listeners the wrong way round ---

    def _crossed(self) -> tuple[Advertised, Advertised] | None:
        local = [a for a in self.before.addresses if a.kind is Kind.LOCAL and not self._named_for_host(a)]
        named = [a for a in self.before.addresses if a.kind is Kind.OWN and not self._named_for_network(a)]
        pairs = [(a, b) for a in local for b in named if self._is_crossed(a, b)]
        others = [a for a in self.before.addresses if a.kind is not Kind.UNKNOWN]
        return pairs[0] if len(pairs) == 1 and len(others) == 2 else None  # noqa: PLR2004 - a pair

    def _is_crossed(self, network: Advertised, host: Advertised) -> bool:
        """Whether the first is the network's and the second the host's, though they advertise the other way round."""
        asked_by_network, lived_with = self.network(network), self.network(host)
        on_host = self.host(host)
        called = self._named_for_host(host) or self._named_for_network(network)
        if not self.published(host) or (self.broker.internal == host.listener.name and not asked_by_network):
            return False
        if not called:
            return bool(asked_by_network and on_host) and not lived_with and not self.host(network)
        if asked_by_network or on_host:
            return True
        return not lived_with and bool(self.published(network))

    def _host_port(self, one: Advertised) -> int:
        ports = self.published(one)
        return one.port if one.port in ports or len(ports) != 1 else ports[0]

    def _uncrossed(self, network: Advertised, host: Advertised) -> Fault:
        here, there = network.listener.advertised, host.listener.advertised
        changes = [(here.host, host.host), (there.host, network.host)]
        if network.port != network.listener.port:
            changes.append((here.port_text or here.host, str(network.listener.port)))
        if host.port != self._host_port(host):
            changes.append((there.port_text or there.host, str(self._host_port(host))))
        clients = (*self.network(network), *self.host(host), *self.host(network), *self.network(host))
        seen = (bool(self.host(network)) or not self.published(network)) and not self._strangers()
        whole = self.broker.variable.value if self.broker.variable and self.broker.variable.value else here.whole
        return Fault(
            f"the advertised listeners are crossed: {network.listener.name}, for other containers, sends them to"
            f" {network.host}:{network.port}, and {host.listener.name}, for the host, sends it to"
            f" {host.host}:{host.port}",
            whole,
            self._whole(changes),
            (*self._places(host), *askers(clients)),
            seen,
            f"advertise {host.host}:{network.listener.port} for {network.listener.name} and"
            f" {network.host}:{self._host_port(host)} for {host.listener.name}",
        )

    # --- one listener ---

    def _fault(self, one: Advertised) -> tuple[Fault, Advertised] | None:
        match one.kind:
            case Kind.OWN if self.composed:
                return self._wrong_port(one) or self._host_asks_by_name(one)
            case Kind.LOCAL:
                return self._network_is_sent_home(one) or self._wrong_host_port(one) or self._leads_elsewhere(one)
            case Kind.MISSING | Kind.FOREIGN if self.composed or one.kind is Kind.MISSING:
                return self._nobody(one)
            case _:
                return None

    def _wrong_port(self, one: Advertised) -> tuple[Fault, Advertised] | None:
        """A name with a port that the listener doesn't bind."""
        listener = one.listener
        if listener.bound is None or listener.bound.port_text is None or one.port == listener.port:
            return None
        fault = self._made(
            one,
            f"{listener.name} advertises {one.host}:{one.port}, but it binds {listener.port}",
            [(listener.advertised.port_text, str(listener.port))],
            filter(None, (located(listener.bound.whole, f"{listener.name} binds {listener.port}"),)),
            seen=True,
        )
        return fault, Advertised(listener, one.host, listener.port, one.kind)

    def _wrong_host_port(self, one: Advertised) -> tuple[Fault, Advertised] | None:
        """Localhost with a port that isn't the published one."""
        listener, ports = one.listener, self.published(one)
        if listener.bound is None or len(ports) != 1 or one.port in ports or self.broker.internal == listener.name:
            return None
        fault = self._made(
            one,
            f"{listener.name} advertises {one.host}:{one.port}, but it is published as {ports[0]}",
            [(listener.advertised.port_text, str(ports[0]))],
            self._places(one),
            seen=True,
        )
        return fault, Advertised(listener, one.host, ports[0], one.kind)

    def _leads_elsewhere(self, one: Advertised) -> tuple[Fault, Advertised] | None:
        """The advertised port is published, but leads to another port than the listener's."""
        listener = one.listener
        if self.published(one) or one.port != listener.port or self.broker.internal == listener.name:
            return None
        leading = [d for d in _published(self.broker) if d.published == one.port]
        if len(leading) != 1:
            return None
        (declared,) = leading
        other = self.before.on(declared.port)
        taken = declared.port in self.broker.controller_ports or (other is not None and other.kind is not Kind.OWN)
        place = located(declared.port_text)
        if taken or place is None:
            return None
        bound = listener.bound.whole if listener.bound is not None else listener.advertised.whole
        fault = Fault(
            f"{one.port} is published, but leads to {declared.port}"
            + (f", {other.listener.name}'s," if other is not None else "")
            + f" instead of {listener.port}, where {listener.name} is and advertises {one.host}:{one.port}",
            declared.port_text,
            ((declared.port_text, str(listener.port)),),
            tuple(filter(None, (located(bound, f"{listener.name} binds {listener.port}"),))),
            seen=True,
            hint=f"publish {listener.port}",
        )
        return fault, one

    def _network_is_sent_home(self, one: Advertised) -> tuple[Fault, Advertised] | None:
        """Other containers bootstrap here and are told to go to localhost."""
        asking = self.network(one)
        cluster = self.members if self.broker.internal == one.listener.name else []
        if not (asking or cluster) or any(a.kind is not Kind.LOCAL for a in self.before.addresses):
            return None
        listener, name = one.listener, self._called(asking)
        # Another number than the listener's own, under which it is published, is written for nobody but the host.
        asked = "the host asks it too" if self.host(one) else ""
        if one.port != listener.port and one.port in self.published(one):
            asked = asked or f"{one.port} is its port on the host"
        who = f"{_who(asking[0])} asks it" if asking else "other brokers ask it"
        where = "another container" if self.composed else "another pod"
        changes: list[tuple[Text | None, str]] = [(listener.advertised.host, name)]
        if one.port != listener.port:
            changes.append((listener.advertised.port_text, str(listener.port)))
        fault = self._made(
            one,
            f"{listener.name} advertises {one.host}:{one.port}, but {who} from {where}, where that is itself"
            + (f"; {asked}, so each needs a listener of its own" if asked else ""),
            [] if asked else changes,
            (*askers(asking), *askers(self.host(one)), *self._places(one)),
            seen=not self.published(one) and not self._outward(asking),
        )
        return fault, Advertised(listener, name, listener.port, Kind.OWN)

    def _called(self, asking: Sequence[Client]) -> str:
        """The broker's name to its clients; in a cluster the fullest of them, which holds in every namespace."""
        names = sorted({c.host for c in asking}, key=lambda host: (-len(host), host))
        return names[0] if len(names) == 1 or (names and not self.composed) else self.broker.workload.name

    def _outward(self, asking: Iterable[Client]) -> bool:
        """Whether the Service that clients ask is reached from outside the cluster, too."""
        met = (self.graph.resolve(c.reference).service for c in asking if c.reference is not None)
        return any(service is not None and service.outward for service in met)

    def _host_asks_by_name(self, one: Advertised) -> tuple[Fault, Advertised] | None:
        """The host bootstraps here and is told to go to a name that only containers know."""
        if one.port in self.published(one) and hosts_file.knows(self.graph, one.host):
            return None
        meant = self._meant_for_host()
        asking = self.host(one) if meant is None else tuple(c for a in self.before.addresses for c in self.host(a))
        # Where the containers ask another listener, nobody but the host is left for this one.
        left = meant is one and any(self.network(a) for a in self.before.addresses if a is not one)
        owned = all(a.kind is Kind.OWN for a in self.before.addresses)
        if not (asking or left) or meant not in {None, one} or not owned:
            return None
        listener, both = one.listener, bool(self.network(one) or self.members)
        ports = self.published(one)
        internal = self.broker.internal == listener.name
        other = len(ports) == 1 and not internal and listener.bound is not None
        fixed = not both and (listener.port in ports or other)
        port = listener.port if listener.port in ports else ports[0]
        changes: list[tuple[Text | None, str]] = [(listener.advertised.host, "localhost")]
        if port != one.port:
            changes.append((listener.advertised.port_text, str(port)))
        fault = self._made(
            one,
            f"{listener.name} advertises {one.host}:{one.port}, but it is "
            + (f"asked from the host ({asking[0].told})" if asking else "there for the host")
            + f", which can't resolve {one.host}"
            + ("; other containers ask it too, so each needs a listener of its own" if both else ""),
            changes if fixed else [],
            (*askers(asking), *askers(self.network(one)), *self._places(one)),
            seen=not any(w.build for w in self.broker.workload.deployment.workloads) and not self._strangers(),
        )
        return fault, Advertised(listener, "localhost", port, Kind.LOCAL)

    def _meant_for_host(self) -> Advertised | None:
        """The one published listener that is called the host's and that no other container asks, beside others."""
        named = [a for a in self.before.addresses if self._named_for_host(a) and self.published(a)]
        return named[0] if len(named) == 1 < len(self.before.addresses) and not self.network(named[0]) else None

    def _nobody(self, one: Advertised) -> tuple[Fault, Advertised] | None:
        """A name that nothing answers to, or that is another broker's."""
        listener, asking = one.listener, self.network(one)
        foreign = one.kind is Kind.FOREIGN
        if foreign and one.host not in self.brokers:
            return None
        if not foreign and not (asking or (self.members and self.broker.internal == listener.name)):
            return None
        name = self._called(asking)
        here = Location(self.broker.workload.location.path, self.broker.workload.location.span, "it is this")
        changes: list[tuple[Text | None, str]] = [(listener.advertised.host, name)]
        if listener.bound is not None and one.port != listener.port:
            changes.append((listener.advertised.port_text, str(listener.port)))
        fault = self._made(
            one,
            f"{listener.name} advertises {one.host}:{one.port}, but {one.host} "
            + ("is another broker" if foreign else "resolves to nothing")
            + f"; this one is {name}",
            changes,
            (*askers(asking), here),
            seen=True,
        )
        return fault, Advertised(listener, name, listener.port, Kind.OWN)

    # --- what is said of it ---

    def _made(
        self,
        one: Advertised,
        message: str,
        changes: Sequence[tuple[Text | None, str]],
        evidence: Iterable[Location],
        *,
        seen: bool,
    ) -> Fault:
        written = [(text, new) for text, new in changes if text is not None]
        whole = one.listener.advertised.whole
        told = written[0][1] if len(written) == 1 else ":".join(new for _, new in written)
        complete = self._whole(written) if len(written) == len(changes) else ()
        return Fault(message, whole, complete, tuple(evidence), seen, f"advertise {told}" if written else "")

    def _whole(self, changes: Sequence[tuple[Text, str]]) -> tuple[tuple[Text, str], ...]:
        """The changes, where each is written in the setting's own line."""
        plain = self.broker.plain and all(text.place is not None for text, _ in changes)
        return tuple(changes) if plain else ()

    def _places(self, one: Advertised) -> Iterator[Location]:
        for declared in _published(self.broker):
            place = located(declared.port_text, f"{declared.published} on the host leads to {declared.port}")
            if declared.port == one.listener.port and place is not None:
                yield place

    def _strangers(self) -> bool:
        """Whether somebody else's containers may be on its network."""
        return any(use.network.startswith("name:") for use in self.broker.workload.networks)


def published(broker: Broker, port: int) -> tuple[int, ...]:
    """The host's ports that lead to one of the container's."""
    return tuple(d.published for d in _published(broker) if d.port == port and d.published is not None)


def _published(broker: Broker) -> Iterator[Declaration]:
    for declared in broker.workload.declarations:
        if declared.says is Says.PUBLISHED and declared.protocol == "tcp" and declared.published is not None:
            yield declared


def _same_cluster(one: Broker, other: Broker) -> bool:
    if one.workload.deployment is not other.workload.deployment:
        return False
    for name in ("ZOOKEEPER_CONNECT", "CONTROLLER_QUORUM_VOTERS"):
        values = [b.said[name].value for b in (one, other) if name in b.said]
        told = {v.value for v in values if v is not None}
        if len(values) == 2 and None not in values and len(told) == 1 and not _LOOPBACK.search(told.pop()):  # noqa: PLR2004 - a pair
            return True
    return False


def askers(clients: Iterable[Client]) -> Iterator[Location]:
    """Each client as a witness."""
    for client in clients:
        yield Location(client.location.path, client.location.span, f"asks {client.told} {client.side.value}")


def _who(client: Client) -> str:
    workload = client.reference.workload if client.reference is not None else None
    return workload.name if workload is not None else "a client"
