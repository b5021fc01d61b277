"""Compose `ports` and `expose`: short and long form, each number with its place.

Source: the Compose specification, "ports" and "expose". Ranges are not taken as facts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.formats import yaml
from stackfix.graph.interpolation import template
from stackfix.graph.model import Declaration, HostPorts, Says

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Anchor
    from stackfix.graph.value import Environment
    from stackfix.text import Text

_SHORT = re.compile(
    r"""(?: (?: (?P<ip> \[[0-9a-fA-F:.]+\] | [0-9.]+ ) : )? (?P<host> \d* ) : )?
        (?P<container> \d+ ) (?: / (?P<protocol> tcp | udp | sctp ) )?""",
    re.VERBOSE,
)
_RANGES = re.compile(
    r"(?:(?:(?P<ip>\[[0-9a-fA-F:.]+\]|[0-9.]+):)?(?P<host>\d+(?:-\d+)?):)(?P<container>\d+(?:-\d+)?)"
    r"(?:/(?P<protocol>tcp|udp|sctp))?"
)
_EXPOSE = re.compile(r"(?P<container>\d+)(?:/(?P<protocol>tcp|udp|sctp))?")


def published(node: yaml.Node, anchor: Anchor, environment: Environment) -> Iterator[Declaration]:
    """The declarations of a `ports` list whose values are known."""
    if isinstance(node, yaml.Sequence):
        for index, entry in enumerate(node.items):
            item = yaml.deref(entry)
            found = None
            if isinstance(item, yaml.Scalar):
                found = _short(item.text, anchor.child(index), environment)
            elif isinstance(item, yaml.Mapping):
                found = _long(item, anchor.child(index), environment)
            if found:
                yield found


def taken(node: yaml.Node, anchor: Anchor, environment: Environment) -> Iterator[HostPorts]:
    """The host's ports that a `ports` list takes, ranges too, those that nobody knows left out."""
    for index, entry in enumerate(node.items if isinstance(node, yaml.Sequence) else ()):
        item = yaml.deref(entry)
        if isinstance(item, yaml.Mapping):
            keys = ("host_ip", "published", "target", "protocol")
            address, host, inside, protocol = (_filled(yaml.get(item, key), environment) for key in keys)
        else:
            text = _filled(item, environment)
            match = _RANGES.fullmatch(text.value) if text is not None else None
            if text is None or match is None:
                continue
            address, host, inside, protocol = (text.group(match, n) for n in ("ip", "host", "container", "protocol"))
        run = _run(host)
        place = located(host) if host is not None else None
        if run is not None and place is not None:
            some = run[0] != run[1] and _run(inside) != run and inside is not None and "-" not in inside.value
            spoken, ip = protocol.value if protocol else "tcp", address.value if address else None
            yield HostPorts(*run, spoken, ip, some, place, anchor.child(index))


def _run(text: Text | None) -> tuple[int, int] | None:
    """The first and the last of a port or a range."""
    numbers = text.value.split("-") if text is not None else []
    if not 0 < len(numbers) <= 2 or not all(n.isdecimal() and int(n) for n in numbers):  # noqa: PLR2004 - a range has two ends
        return None
    return int(numbers[0]), int(numbers[-1])


def exposed(node: yaml.Node, anchor: Anchor, environment: Environment) -> Iterator[Declaration]:
    """The declarations of an `expose` list whose values are known."""
    if not isinstance(node, yaml.Sequence):
        return
    for index, entry in enumerate(node.items):
        item = yaml.deref(entry)
        text = _filled(item, environment)
        match = _EXPOSE.fullmatch(text.value) if text else None
        if text is None or match is None:
            continue
        port = text.group(match, "container")
        place = located(text, "exposed here")
        if port and place:
            yield Declaration(
                Says.COMPOSE_EXPOSE,
                int(port.value),
                port,
                place,
                anchor.child(index),
                protocol=match.group("protocol") or "tcp",
            )


def _short(raw: Text, anchor: Anchor, environment: Environment) -> Declaration | None:
    value = template(raw).fill(environment) or template(_container_side(raw)).fill(environment)
    if value is None:
        return None
    text = value.text
    match = _SHORT.fullmatch(text.value)
    place = located(raw, "published here")
    if match is None or place is None:
        return None
    container, host, address = (text.group(match, name) for name in ("container", "host", "ip"))
    assert container is not None
    return Declaration(
        Says.PUBLISHED,
        int(container.value),
        container,
        place,
        anchor,
        published=int(host.value) if host else None,
        published_text=host or None,
        host_ip=address.value if address else None,
        protocol=match.group("protocol") or "tcp",
    )


def _container_side(raw: Text) -> Text:
    """What follows the last colon outside of variables: known even where the host's side is anybody's to choose."""
    depth = colon = 0
    for at, character in enumerate(raw.value):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == ":" and not depth:
            colon = at + 1
    return raw.slice(colon, len(raw))


def _long(node: yaml.Mapping, anchor: Anchor, environment: Environment) -> Declaration | None:
    target = _filled(yaml.get(node, "target"), environment)
    if target is None or not target.value.isdigit():
        return None
    place = located(target, "published here")
    if place is None:
        return None
    host = _filled(yaml.get(node, "published"), environment)
    address = _filled(yaml.get(node, "host_ip"), environment)
    protocol = _filled(yaml.get(node, "protocol"), environment)
    return Declaration(
        Says.PUBLISHED,
        int(target.value),
        target,
        place,
        anchor,
        published=int(host.value) if host and host.value.isdigit() else None,
        published_text=host,
        host_ip=address.value if address else None,
        protocol=protocol.value if protocol else "tcp",
    )


def _filled(node: yaml.Node | None, environment: Environment) -> Text | None:
    if node is None:
        return None
    node = yaml.deref(node)
    if not isinstance(node, yaml.Scalar):
        return None
    value = template(node.text).fill(environment)
    return value.text if value else None
