"""What moves together: a reference's value with every copy of it that would go on naming the old place.

When a repair changes where a deployed variable points, the source defaults and example lines of that variable that
named the same host follow it. They move together or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph import references
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Address, Reference


@dataclass(frozen=True, slots=True)
class Target:
    """Where a reference shall point: None keeps the part."""

    host: str | None = None
    port: int | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """The repairs of a reference and its copies, and where the copies are."""

    repairs: tuple[SetText, ...]
    copies: tuple[Location, ...]


def move(graph: Graph, reference: Reference, target: Target) -> Move:
    """Point a reference somewhere else, and with it its copies."""
    repairs = dict.fromkeys(_repoint(reference.address, reference.address, target))
    copies = []
    for address in _copies(graph, reference):
        changed = tuple(_repoint(address, reference.address, target))
        place = located(address.host, "a copy of the same address")
        if changed and place and not set(changed) <= set(repairs):
            repairs.update(dict.fromkeys(changed))
            copies.append(place)
    return Move(tuple(repairs), tuple(copies))


def _repoint(address: Address, old: Address, target: Target) -> Iterator[SetText]:
    """The texts to set; a copy's port follows only where it was the same wrong one."""
    host = target.host if target.host is not None else address.host.value
    bare = address.port_text is None and address.scheme is not None
    if bare and target.port not in {None, address.default_port} and address.default_port == old.default_port:
        host = f"{host}:{target.port}"
    if host != address.host.value:
        yield SetText(address.host, host)
    if target.port is not None and address.port_text is not None and address.port == old.port != target.port:
        yield SetText(address.port_text, str(target.port))


def _copies(graph: Graph, reference: Reference) -> Iterator[Address]:
    """The addresses with the same host in defaults and example lines of the same variable."""
    if reference.workload is None or reference.variable is None:
        return
    for text in graph.copies(reference.workload, reference.variable):
        for _, address in references.addresses(reference.variable, text):
            if address.host.value == reference.address.host.value:
                yield address
