"""What makes a location let a WebSocket's handshake through: the directives that lack, and the map that they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.graph.proxy_facts import dollar
from stackfix.graph.proxy_websocket import Connection, handshake
from stackfix.repairs.add_block import AddBlock
from stackfix.repairs.add_directives import AddDirectives
from stackfix.repairs.set_directive import SetDirective

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Repair
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.proxy_blocks import Block, Said
    from stackfix.graph.proxy_facts import NginxFacts, ProxyLocation

_VARIABLE = "connection_upgrade"
_HEADER = 2
"""A header directive has a name and a value."""


def upgrade_variable(
    graph: Graph, workload: Workload, facts: NginxFacts, plain: str = "close"
) -> tuple[str, Repair | None] | None:
    """The variable that gives the Connection header, and the map that must be added for it, if one must.

    All configurations of one nginx share it. `plain` is what a new map gives plain requests. None where there is no
    place for a map, or the name is taken.
    """
    for one in (facts, *graph.proxies(workload)):
        if one.upgrade_map is not None:
            return "$" + one.upgrade_map.variable, None
    if facts.map_block is None or any(_VARIABLE in one.defined for one in graph.proxies(workload)):
        return None
    block = next((b for b in _outer(facts) if b.anchor == facts.map_block), facts.root)
    before = None if block.all("map") else next((k for k in ("upstream", "server") if _has(block, k)), None)
    entries = (("default", "upgrade"), ("", plain))
    return f"${_VARIABLE}", AddBlock(facts.map_block, "map", ("$http_upgrade", f"${_VARIABLE}"), entries, before)


def _outer(facts: NginxFacts) -> Iterator[Block]:
    yield facts.root
    yield from (said.block for said in facts.root.said if said.block is not None)


def _has(block: Block, keyword: str) -> bool:
    return any(said.block is not None and said.anchor.path == block.path for said in block.all(keyword))


def repairs(location: ProxyLocation, facts: NginxFacts, connection: str) -> tuple[Repair, ...]:
    """What completes a location's handshake: what it says otherwise is set, what lacks is added. Nothing else."""
    found = handshake(location, facts)
    wanted = {
        "proxy_http_version": ("proxy_http_version", "1.1"),
        "Upgrade": ("proxy_set_header", "Upgrade", "$http_upgrade"),
        "Connection": ("proxy_set_header", "Connection", connection),
    }
    added: list[tuple[str, ...]] = []
    changed: list[Repair] = []
    for name in found.missing:
        own = _own(location.block, *wanted[name][:-1])
        if own is None:
            added.append(wanted[name])
        else:
            changed.append(SetDirective(own.anchor, (*own.values[:-1], wanted[name][-1])))
    adding = (AddDirectives(location.anchor, tuple(added)),) if added else ()
    return (*changed, *adding)


def _own(block: Block, keyword: str, header: str | None = None) -> Said | None:
    for said in block.all(keyword):
        if header is None or (len(said.values) == _HEADER and said.values[0].lower() == header.lower()):
            return said
    return None


def keeps_alive(location: ProxyLocation, facts: NginxFacts) -> bool:
    """Whether the location empties the Connection header to keep connections to its upstream open."""
    if handshake(location, facts).connection is not Connection.OTHER:
        return False
    said = [s for s in location.block.effective("proxy_set_header").said if s.values[:1] == ("Connection",)]
    return any(dollar(s.values[-1]) == "" for s in said)
