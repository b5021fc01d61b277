"""Kafka brokers: which listeners each has, what it binds and advertises for each, by the image's own variables.

Sources: Kafka's documentation ("listeners", "advertised.listeners", "listener.security.protocol.map",
"inter.broker.listener.name"); the images' own start scripts (Confluent and Apache derive `listeners` from the
advertised ones), Bitnami's `KAFKA_CFG_*`, wurstmeister's `KAFKA_ADVERTISED_HOST_NAME`, Redpanda's flags.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import known_images
from stackfix.graph.model import Endpoint, Witness
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Anchor, Location
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.value import Environment, Variable

PROTOCOLS = frozenset({"PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"})
_ENTRY = re.compile(r"(?:(?P<name>[A-Za-z0-9_.-]+)://)?(?P<host>\[[0-9A-Fa-f:]*\]|[A-Za-z0-9_.-]*):(?P<port>\d{1,5})")
_PAIR = re.compile(r"(?P<name>[A-Za-z0-9_.-]+)\s*:\s*(?P<protocol>[A-Za-z_]+)")
_PREFIXES = ("KAFKA_CFG_", "KAFKA_")
_REDPANDA = re.compile(r"(?:^|/)redpanda(?:$|[:@])")
_FLAG = re.compile(r"--(?P<flag>kafka-addr|advertise-kafka-addr)[=\s]+[\"']?(?P<value>[^\s\"']+)")
_DEFAULT_PORT = 9092
_OWN_DEFAULTS = frozenset({"apache/kafka", "apache/kafka-native"})


@dataclass(frozen=True, slots=True)
class Written:
    """One entry of a list of listeners: `NAME://host:port`, each part with its place."""

    name: Text
    host: Text
    port: int
    port_text: Text | None
    whole: Text


@dataclass(frozen=True, slots=True)
class Listener:
    """One listener. `bound` is None where what it binds is derived from what it advertises.

    `protocol` is None where the map doesn't say.
    """

    name: str
    port: int
    advertised: Written
    bound: Written | None = None
    protocol: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Broker:
    """One broker of one deployment.

    `listeners` are those that clients may use, `controllers` the names of a quorum's. `internal` is the listener that
    brokers reach each other by. `variable` gives the advertised addresses, None where the image's own do; not `plain`:
    parts of its value come from elsewhere. `said` are all settings, by their property's name in capitals.
    """

    workload: Workload
    listeners: tuple[Listener, ...]
    controllers: frozenset[str]
    controller_ports: frozenset[int]
    internal: str | None
    variable: Variable | None
    said: dict[str, Variable]
    plain: bool
    prefix: str
    location: Location
    anchor: Anchor

    @property
    def ports(self) -> frozenset[int]:
        """What it binds for clients."""
        return frozenset(listener.port for listener in self.listeners)


def brokers(graph: Graph) -> Iterator[Broker]:
    """Every broker whose listeners can be read in whole."""
    for workload in graph.workloads:
        mode = workload.network_mode
        if mode is None or not (mode == "host" or mode.startswith(("service:", "container:"))):
            found = _redpanda(workload) or _configured(graph.environment(workload), workload) or _as_it_comes(workload)
            if found is not None:
                yield found


def endpoints(broker: Broker) -> Iterator[Endpoint]:
    """What a broker binds for its clients and its quorum."""
    for listener in broker.listeners:
        text = listener.bound.port_text if listener.bound is not None else listener.advertised.port_text
        yield Endpoint(listener.port, Witness.ENVIRONMENT, text, evidence=(broker.location,), anchor=broker.anchor)
    for port in sorted(broker.controller_ports):
        yield Endpoint(port, Witness.ENVIRONMENT, evidence=(broker.location,), sure=False)


def entries(value: Text) -> tuple[Written, ...] | None:
    """The entries of a list of listeners; None where one of them can't be read."""
    found = []
    for part in split(value):
        match = _ENTRY.fullmatch(part.value)
        if match is None:
            return None
        host, port = part.group(match, "host"), part.group(match, "port")
        assert host is not None
        assert port is not None
        name = part.group(match, "name") or Text.unwritten("default")
        found.append(Written(name, host, int(port.value), port, part))
    return tuple(found) or None


def split(value: Text) -> Iterator[Text]:
    """The parts of a comma-separated value, without white space around them; empty ones are left out."""
    for match in re.finditer(r"[^,]+", value.value):
        part = value.slice(match.start(), match.end()).strip()
        if part:
            yield part


def protocols(value: Text) -> dict[str, tuple[Text, Text]] | None:
    """A security protocol map by name: each name's text and its protocol's. None where it can't be read."""
    found = {}
    for part in split(value):
        match = _PAIR.fullmatch(part.value)
        if match is None:
            return None
        name, protocol = part.group(match, "name"), part.group(match, "protocol")
        assert name is not None
        assert protocol is not None
        found[name.value.upper()] = (name, protocol)
    return found


def settings(environment: Environment) -> tuple[str, dict[str, Variable]]:
    """A broker's settings in the environment, by their names less the image's prefix, and that prefix."""
    for prefix in _PREFIXES:
        said = {n[len(prefix) :].upper(): v for n, v in environment.variables.items() if n.startswith(prefix)}
        if {"ADVERTISED_LISTENERS", "LISTENERS"} & said.keys():
            return prefix, said
    return "KAFKA_", {
        n.removeprefix("KAFKA_").upper(): v for n, v in environment.variables.items() if n.startswith("KAFKA_")
    }


def text_of(said: dict[str, Variable], name: str) -> Text | None:
    """A setting's value, if it is known and not empty."""
    given = said.get(name)
    return given.value if given is not None and given.value else None


def _configured(environment: Environment, workload: Workload) -> Broker | None:
    prefix, said = settings(environment)
    if not environment.complete or not _is_broker(workload, said):
        return None
    advertised = _advertised(said)
    bound_text = text_of(said, "LISTENERS")
    bound = entries(bound_text) if bound_text is not None else ()
    if advertised is None or bound is None:
        return None
    controllers = frozenset(p.value.upper() for p in split(text_of(said, "CONTROLLER_LISTENER_NAMES") or Text("", ())))
    mapped = text_of(said, "LISTENER_SECURITY_PROTOCOL_MAP")
    by_name = protocols(mapped) if mapped is not None else {}
    if by_name is None or ("LISTENERS" in said and bound_text is None):
        return None
    variable = said.get("ADVERTISED_LISTENERS") or said.get("ADVERTISED_HOST_NAME")
    return Broker(
        workload=workload,
        listeners=tuple(_listeners(advertised, bound, by_name, controllers)),
        controllers=controllers,
        controller_ports=frozenset(b.port for b in bound if b.name.value.upper() in controllers),
        internal=_internal(said),
        variable=variable,
        said=said,
        plain=variable is not None and not variable.uses,
        prefix=prefix,
        location=variable.location if variable else workload.location,
        anchor=variable.anchor if variable else workload.anchor,
    )


def _is_broker(workload: Workload, said: dict[str, Variable]) -> bool:
    """Whether these are a broker's own settings: no client has listeners to advertise."""
    if text_of(said, "ADVERTISED_LISTENERS") is not None:
        return True
    image = known_images.parse(workload.image.value).repository if workload.image else ""
    return "ADVERTISED_HOST_NAME" in said and "kafka" in image


def _advertised(said: dict[str, Variable]) -> tuple[Written, ...] | None:
    value = text_of(said, "ADVERTISED_LISTENERS")
    if value is not None:
        return entries(value)
    host = text_of(said, "ADVERTISED_HOST_NAME")
    if host is None or "LISTENERS" in said or not re.fullmatch(r"[A-Za-z0-9_.-]+", host.value):
        return None
    port = text_of(said, "ADVERTISED_PORT") or text_of(said, "PORT")
    if port is not None and not port.value.isdigit():
        return None
    number = int(port.value) if port is not None else _DEFAULT_PORT
    return (Written(Text.unwritten("PLAINTEXT"), host, number, port, host),)


def _internal(said: dict[str, Variable]) -> str | None:
    for name in ("INTER_BROKER_LISTENER_NAME", "SECURITY_INTER_BROKER_PROTOCOL"):
        if name in said:
            given = text_of(said, name)
            return given.value.upper() if given is not None else None
    return "PLAINTEXT"


def _listeners(
    advertised: tuple[Written, ...],
    bound: tuple[Written, ...],
    by_name: dict[str, tuple[Text, Text]],
    controllers: frozenset[str] = frozenset(),
) -> Iterator[Listener]:
    binds = {b.name.value.upper(): b for b in bound}
    for one in advertised:
        name = one.name.value.upper()
        if name in controllers or (binds and name not in binds):
            continue
        own = binds.get(name)
        protocol = by_name[name][1].value.upper() if name in by_name else (name if name in PROTOCOLS else None)
        yield Listener(name, own.port if own else one.port, one, own, protocol)


def _redpanda(workload: Workload) -> Broker | None:
    """Redpanda is configured by its command line."""
    if workload.image is None or not _REDPANDA.search(workload.image.value):
        return None
    given = dict(_flags(workload))
    advertised = entries(given["advertise-kafka-addr"]) if "advertise-kafka-addr" in given else None
    bound = entries(given["kafka-addr"]) if "kafka-addr" in given else ()
    if advertised is None or bound is None:
        return None
    if not bound:
        if len(advertised) > 1:
            return None
        bound = (Written(advertised[0].name, Text.unwritten(""), _DEFAULT_PORT, None, Text.unwritten("")),)
    elif len(bound) == len(advertised) == 1:
        bound = (Written(advertised[0].name, bound[0].host, bound[0].port, bound[0].port_text, bound[0].whole),)
    words = workload.command or workload.entrypoint
    assert words is not None
    return Broker(
        workload=workload,
        listeners=tuple(_listeners(advertised, bound, {})),
        controllers=frozenset(),
        controller_ports=frozenset(),
        internal=None,
        variable=None,
        said={},
        plain=True,
        prefix="",
        location=words.location,
        anchor=words.anchor,
    )


def _flags(workload: Workload) -> Iterator[tuple[str, Text]]:
    texts = [t for w in (workload.entrypoint, workload.command) if w for p in w.words if (t := p.text)]
    for text, after in zip(texts, [*texts[1:], None], strict=True):
        for match in _FLAG.finditer(text.value):
            value = text.group(match, "value")
            assert value is not None
            yield match["flag"], value
        name = text.value.strip().removeprefix("--")
        if name in {"kafka-addr", "advertise-kafka-addr"} and after is not None:
            yield name, after


def _as_it_comes(workload: Workload) -> Broker | None:
    """Apache's own image without a setting: one listener that advertises localhost."""
    image = known_images.parse(workload.image.value).repository if workload.image else ""
    environment = workload.environment
    untouched = workload.command is None and workload.entrypoint is None and not workload.mounts
    if image not in _OWN_DEFAULTS or not environment.complete or not untouched:
        return None
    if any(name.startswith("KAFKA_") for name in environment.variables):
        return None
    host = Text.unwritten("localhost")
    own = Written(Text.unwritten("PLAINTEXT"), host, _DEFAULT_PORT, None, host)
    return Broker(
        workload=workload,
        listeners=(Listener("PLAINTEXT", _DEFAULT_PORT, own, own, "PLAINTEXT"),),
        controllers=frozenset({"CONTROLLER"}),
        controller_ports=frozenset({9093}),
        internal="PLAINTEXT",
        variable=None,
        said={},
        plain=False,
        prefix="KAFKA_",
        location=workload.location,
        anchor=workload.anchor,
    )
