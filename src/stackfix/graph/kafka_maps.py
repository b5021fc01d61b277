"""A Kafka broker's listener names against each other: the protocol map, the brokers' own listener, the quorum's.

Source: the checks that Kafka makes of its configuration when it starts; one that fails ends the process.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import Location, located
from stackfix.graph import address, kafka_brokers, kinship
from stackfix.graph.kafka_settling import Kind
from stackfix.repairs.add_variable import AddVariable
from stackfix.repairs.set_text import SetText
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.findings import Anchor, Repair
    from stackfix.graph.kafka_brokers import Broker, Written
    from stackfix.graph.kafka_settling import Settled
    from stackfix.graph.value import Variable

MAP = "LISTENER_SECURITY_PROTOCOL_MAP"
INTERNAL = "INTER_BROKER_LISTENER_NAME"
_CONTROLLERS = "CONTROLLER_LISTENER_NAMES"
_QUORUM = "CONTROLLER"
_PLAIN = "PLAINTEXT"


@dataclass(frozen=True, slots=True)
class Misnamed:
    """A name that leads nowhere, and what would. No `repairs`: nobody knows."""

    message: str
    location: Location
    anchor: Anchor
    value: str
    evidence: tuple[Location, ...]
    repairs: tuple[Repair, ...] = ()
    hint: str = ""


def misnamed(settled: Settled) -> Iterator[Misnamed]:
    """What is wrong with the names of one broker's listeners."""
    broker = settled.broker
    if broker.variable is None or "ADVERTISED_LISTENERS" not in broker.said:
        return
    yield from _unopened(broker)
    yield from _unmapped(broker)
    yield from _internal(settled)
    yield from _controllers(broker)


def _entries(broker: Broker, name: str) -> tuple[kafka_brokers.Written, ...]:
    value = kafka_brokers.text_of(broker.said, name)
    return (kafka_brokers.entries(value) or ()) if value is not None else ()


def _names(broker: Broker) -> dict[str, Text]:
    """Every listener's name as it is written, the quorum's too, in order."""
    found: dict[str, Text] = {}
    for one in (*_entries(broker, "LISTENERS"), *_entries(broker, "ADVERTISED_LISTENERS")):
        found.setdefault(one.name.value.upper(), one.name)
    for part in kafka_brokers.split(kafka_brokers.text_of(broker.said, _CONTROLLERS) or Text("", ())):
        found.setdefault(part.value.upper(), part)
    return found


def _place(variable: Variable) -> Location:
    return (located(variable.value) if variable.value else None) or variable.location


# --- listeners -------------------------------------------------------------------------------------------------------


def _unopened(broker: Broker) -> Iterator[Misnamed]:
    """What is advertised under a name that no listener has."""
    bound = {one.name.value.upper(): one for one in _entries(broker, "LISTENERS")}
    advertised = {one.name.value.upper(): one for one in _entries(broker, "ADVERTISED_LISTENERS")}
    missing = [one for name, one in advertised.items() if name not in bound] if bound else []
    left = [one for name, one in bound.items() if name not in advertised and name not in broker.controllers]
    for one in missing:
        renamed = len(missing) == len(left) == 1
        yield Misnamed(
            f"{one.name.value} is advertised as {one.host.value}:{one.port}, but the listeners are"
            f" {_listed(b.name.value for b in bound.values())}",
            located(one.whole) or broker.location,
            broker.anchor,
            one.whole.value,
            tuple(filter(None, (located(b.whole, "a listener") for b in bound.values()))),
            (SetText(one.name, left[0].name.value),)
            if renamed and broker.plain
            else tuple(_opened(broker, one, bound)),
            f"call it {left[0].name.value}" if renamed else f"open {one.name.value}",
        )


def _opened(broker: Broker, one: Written, bound: dict[str, Written]) -> Iterator[Repair]:
    """A further listener behind the others, on the port that clients come to."""
    port = one.port
    if address.is_loopback(one.host.value):
        port = next((d.port for d in broker.workload.declarations if d.published == one.port), 0)
    last, variable = list(bound.values())[-1], broker.said.get("LISTENERS")
    taken = {b.port for b in bound.values()}
    if port and port not in taken and variable is not None and not variable.uses:
        yield SetText(last.whole, f"{last.whole.value},{one.name.value}://{last.host.value}:{port}")


# --- protocols -------------------------------------------------------------------------------------------------------


def _unmapped(broker: Broker) -> Iterator[Misnamed]:
    names = _names(broker)
    variable = broker.said.get(MAP)
    if variable is None:
        yield from _without_map(broker, names)
        return
    mapped = kafka_brokers.protocols(variable.value) if variable.value else None
    missing = [name for name in names if mapped and name not in mapped]
    if mapped is None or not missing:
        return
    yield Misnamed(
        f"{_listed(missing)} {'has' if len(missing) == 1 else 'have'} no protocol: the map speaks of"
        f" {_listed(key.value for key, _ in mapped.values())}",
        _place(variable),
        variable.anchor,
        variable.value.value if variable.value else "",
        _uses(names, missing),
        () if variable.uses else tuple(_mapping(variable, names, mapped, missing)),
        f"give {_listed(missing)} a protocol",
    )


def _mapping(
    variable: Variable, names: dict[str, Text], mapped: dict[str, tuple[Text, Text]], missing: list[str]
) -> Iterator[Repair]:
    unused = [key for name, (key, _) in mapped.items() if name not in names]
    if len(unused) == len(missing) == 1 and kinship.akin(unused[0].value, missing[0]):
        yield SetText(unused[0], names[missing[0]].value)
        return
    given = {protocol.value.upper() for _, protocol in mapped.values()}
    value = variable.value
    if given != {_PLAIN} or value is None or any(n in kafka_brokers.PROTOCOLS - {_PLAIN} for n in missing):
        return
    last = max((protocol for _, protocol in mapped.values()), key=lambda t: t.place[1].end if t.place else 0)
    more = "".join(f",{names[name].value}:{_PLAIN}" for name in missing)
    yield SetText(last, last.value + more)


def _without_map(broker: Broker, names: dict[str, Text]) -> Iterator[Misnamed]:
    """Without a map every listener must be called by a protocol; a quorum's listener is then plain.

    Where nothing says what the quorum's is called, the image's own settings do: it is CONTROLLER there.
    """
    variable = broker.variable
    quorum = broker.controllers if _CONTROLLERS in broker.said else {_QUORUM}
    own = [name for name in names if name not in kafka_brokers.PROTOCOLS | quorum]
    if not own or variable is None or broker.prefix != "KAFKA_" or not _is_plain(broker, names):
        return
    value = ",".join(f"{text.value}:{_PLAIN}" for text in names.values())
    yield Misnamed(
        f"{_listed(own)} {'has' if len(own) == 1 else 'have'} no protocol: {broker.prefix}{MAP} is not set",
        _place(variable),
        variable.anchor,
        variable.value.value if variable.value else "",
        (),
        tuple(_added(broker, MAP, value)),
        f"set {broker.prefix}{MAP}",
    )


def _is_plain(broker: Broker, names: dict[str, Text]) -> bool:
    """Whether nothing here speaks of encryption or logins."""
    return not any(name.startswith(("SSL", "SASL")) for name in (*broker.said, *names))


def _added(broker: Broker, name: str, value: str) -> Iterator[Repair]:
    variable = broker.variable
    given = broker.workload.environment.get(variable.name) if variable is not None else None
    if variable is not None and given is variable and variable.anchor.syntax == "yaml":
        yield AddVariable(broker.workload.anchor, broker.prefix + name, value, variable.name)


# --- the brokers' own listener ---------------------------------------------------------------------------------------


def _internal(settled: Settled) -> Iterator[Misnamed]:
    broker = settled.broker
    advertised = {one.name.value.upper(): one.name for one in _entries(broker, "ADVERTISED_LISTENERS")}
    variable = broker.said.get(INTERNAL)
    if variable is not None:
        if variable.value and variable.value.value.upper() not in advertised:
            yield _not_a_listener(settled, variable, advertised)
        return
    implied = broker.prefix != "KAFKA_" or "SECURITY_INTER_BROKER_PROTOCOL" in broker.said
    if implied or _PLAIN in advertised or broker.variable is None:
        return
    fitting = _fitting(settled, None)
    yield Misnamed(
        f"brokers reach each other by a listener called {_PLAIN}, unless {broker.prefix}{INTERNAL} says otherwise,"
        f" and there is none: {_listed(name.value for name in advertised.values())}",
        _place(broker.variable),
        broker.variable.anchor,
        INTERNAL,
        (),
        tuple(_added(broker, INTERNAL, fitting)) if fitting is not None else (),
        f"let them use {fitting}",
    )


def _not_a_listener(settled: Settled, variable: Variable, advertised: dict[str, Text]) -> Misnamed:
    assert variable.value is not None
    fitting = _fitting(settled, variable.value.value)
    return Misnamed(
        f"brokers are to reach each other by {variable.value.value}, which is no advertised listener:"
        f" {_listed(name.value for name in advertised.values())}",
        _place(variable),
        variable.anchor,
        variable.value.value,
        _uses(advertised, list(advertised)),
        (SetText(variable.value, fitting),) if fitting is not None and not variable.uses else (),
        f"let them use {fitting}",
    )


def _fitting(settled: Settled, asked: str | None) -> str | None:
    """The one listener that is akin in name, else the one that says the broker's own name."""
    listeners = [(a.listener.advertised.name.value, a.kind) for a in settled.addresses]
    akin = [name for name, _ in listeners if asked is not None and kinship.akin(asked, name)]
    own = [name for name, kind in listeners if kind is Kind.OWN]
    for fitting in (akin, own, [name for name, _ in listeners]):
        if len(fitting) == 1:
            return fitting[0]
    return None


# --- the quorum's listener -------------------------------------------------------------------------------------------


def _controllers(broker: Broker) -> Iterator[Misnamed]:
    variable, roles = broker.said.get(_CONTROLLERS), kafka_brokers.text_of(broker.said, "PROCESS_ROLES")
    bound = _entries(broker, "LISTENERS")
    if variable is None or not variable.value or roles is None or "controller" not in roles.value or not bound:
        return
    if any(one.name.value.upper() in broker.controllers for one in bound):
        return
    advertised = {one.name.value.upper() for one in _entries(broker, "ADVERTISED_LISTENERS")}
    left = [one.name for one in bound if one.name.value.upper() not in advertised]
    yield Misnamed(
        f"the quorum's listener is to be {variable.value.value}, which is none of"
        f" {_listed(one.name.value for one in bound)}",
        _place(variable),
        variable.anchor,
        variable.value.value,
        tuple(filter(None, (located(one.whole, "a listener") for one in bound))),
        (SetText(variable.value, left[0].value),) if len(left) == 1 and not variable.uses else (),
        f"name {left[0].value}" if left else "",
    )


def _uses(names: dict[str, Text], asked: list[str]) -> tuple[Location, ...]:
    places = (located(names[name], f"{names[name].value} is a listener") for name in asked)
    return tuple(place for place in places if place is not None)


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}"
