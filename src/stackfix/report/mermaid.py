"""The wiring as a mermaid flowchart, as GitHub, GitLab and Gitea draw it in markdown: broken wires stand out.

Only what some findings touch is drawn, with its direct neighbours. Names are written in quotes, with an entity code for
every character that mermaid or HTML might take for more than itself.

May import the wiring as a value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.report.paint import shown
from stackfix.wiring import Kind, Wiring

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from stackfix.wiring import Fault, Node, Repaired, Wire

MOST_NODES = 40
"""So many are drawn at most: mermaid draws more, and nobody reads them."""
MOST_WIRES = 80
MOST_RULES = 8
"""So many are named on one node."""
MOST_CHARACTERS = 30_000
"""Of one flowchart: mermaid draws none of more than 50,000, and two must fit into a body. Odd names take so many."""
_LONGEST = 60
_MORE = re.compile(
    r"[^\w ,/:._→…✗-]|ﬂ|\d(?<![0-9])|(?<![A-Za-z0-9])[_.-]|[_.-](?![A-Za-z0-9])|:(?![0-9])|(?<=www)\.|(?<=direction) ",
    re.IGNORECASE,
)
"""What may be more than itself: to mermaid, to HTML, or to the markdown that mermaid takes its labels for."""
_SHAPES = {
    Kind.COMPONENT: ('["', '"]'),
    Kind.SERVICE: ('(["', '"])'),
    Kind.DOOR: ('(("', '"))'),
    Kind.LOST: ('{{"', '"}}'),
}
_RED = "#d1242f"


@dataclass(frozen=True, slots=True)
class Pictures:
    """The part of the wiring that findings touch, before and after their repair, as two flowcharts.

    `left_out` is how many nodes are too many to be drawn. `broken`: something of it still is, afterwards.
    """

    before: str
    after: str
    left_out: int = 0
    broken: bool = False


def pictures(wiring: Repaired, selected: AbstractSet[str]) -> Pictures | None:
    """What the findings of these fingerprints touch. None where they touch no wiring, or it can't be drawn."""
    drawn, left_out = _around(wiring.before, selected)
    if not drawn.nodes:
        return None
    later = _after(wiring, drawn, selected)
    before, after = flowchart(drawn), flowchart(later)
    if max(len(before), len(after)) > MOST_CHARACTERS:
        return None
    broken = any(node.broken for node in later.nodes) or any(wire.broken for wire in later.wires)
    return Pictures(before, after, left_out, broken)


def _around(wiring: Wiring, selected: AbstractSet[str]) -> tuple[Wiring, int]:
    """The touched nodes and wires with the direct neighbours, and how many of these are left out."""
    ill = {wire.key for wire in wiring.wires if _has(wire.faults, selected)}
    touched = {node.key for node in wiring.nodes if _has(node.faults, selected)}
    touched |= {end for wire in wiring.wires if wire.key in ill for end in (wire.start, wire.end)}
    close = ill | _near(wiring, touched, selected)
    near = [wire for wire in wiring.wires if wire.key in close]
    order = sorted(near, key=lambda wire: (wire.key not in ill, not wire.broken))
    first = [node.key for node in wiring.nodes if node.key in touched][:MOST_NODES]
    room: dict[str, None] = dict.fromkeys(first)
    kept: set[str] = set()
    for wire in order:
        more = {wire.start, wire.end} - room.keys()
        if len(kept) < MOST_WIRES and (not more or len(room) + len(more) <= MOST_NODES):
            room.update(dict.fromkeys(sorted(more)))
            kept.add(wire.key)
    nodes = tuple(node for node in wiring.nodes if node.key in room)
    beyond = touched.union(*((wire.start, wire.end) for wire in near)) - room.keys()
    return Wiring(nodes, tuple(wire for wire in near if wire.key in kept)), len(beyond)


def _near(wiring: Wiring, touched: AbstractSet[str], selected: AbstractSet[str]) -> frozenset[str]:
    """The wires to direct neighbours. A Service is no neighbour but a way to one; a way in is one of what is at fault.

    One that is only touched by a broken wire has others on its far side, which say nothing about it.
    """
    kinds = {node.key: node.kind for node in wiring.nodes}
    faulty = {node.key for node in wiring.nodes if _has(node.faults, selected)}
    services = {key for key in touched if kinds[key] is Kind.SERVICE}
    near: dict[str, None] = {}
    for wire in (wire for wire in wiring.wires if not wire.waits):
        ends = {wire.start, wire.end}
        if kinds[wire.start] is Kind.DOOR and not ends & (faulty | services):
            continue
        if ends & touched:
            near[wire.key] = None
            services |= {end for end in ends if kinds[end] is Kind.SERVICE}
    near |= dict.fromkeys(wire.key for wire in wiring.wires if wire.end in services and not wire.waits)
    return frozenset(near)


def _has(faults: Iterable[Fault], selected: AbstractSet[str]) -> bool:
    return any(fault.fingerprint in selected for fault in faults)


def _after(wiring: Repaired, drawn: Wiring, selected: AbstractSet[str]) -> Wiring:
    """The same part once the selected findings are repaired, and none of the others."""
    later = {wire.key: wire for wire in wiring.after.wires}
    wires = []
    for wire in drawn.wires:
        others = _others(wire.faults, selected)
        if others:
            wires.append(replace(wire, faults=others))
        elif wire.key in later:
            wires.append(later[wire.key])
    known = {wire.key for wire in wiring.before.wires}
    ends = {node.key for node in drawn.nodes}
    ill = {end for wire in drawn.wires if _has(wire.faults, selected) for end in (wire.start, wire.end)}
    wires += [w for w in wiring.after.wires if w.key not in known and {w.start, w.end} & ends and _is_new(w, ends, ill)]
    met = {end for wire in wires for end in (wire.start, wire.end)}
    return Wiring(tuple(_nodes(wiring, drawn, selected, met)), tuple(wires))


def _is_new(wire: Wire, ends: AbstractSet[str], ill: AbstractSet[str]) -> bool:
    """Whether a wire that was not there before belongs to the picture: a wait only between two touched ends."""
    return {wire.start, wire.end} <= ends if wire.waits else bool({wire.start, wire.end} & {*ill, *ends})


def _nodes(wiring: Repaired, drawn: Wiring, selected: AbstractSet[str], met: AbstractSet[str]) -> Iterator[Node]:
    later = {node.key: node for node in wiring.after.nodes}
    seen = set()
    for node in drawn.nodes:
        seen.add(node.key)
        if node.kind in {Kind.LOST, Kind.DOOR} and node.key not in met:
            continue
        others = _others(node.faults, selected)
        yield replace(node, faults=others) if others or node.key not in later else later[node.key]
    yield from (node for node in wiring.after.nodes if node.key in met and node.key not in seen)


def _others(faults: Iterable[Fault], selected: AbstractSet[str]) -> tuple[Fault, ...]:
    return tuple(fault for fault in faults if fault.fingerprint not in selected)


# --- the language ----------------------------------------------------------------------------------------------------


def flowchart(wiring: Wiring) -> str:
    """A wiring in mermaid's language, without a final newline."""
    names = {node.key: f"n{number}" for number, node in enumerate(wiring.nodes)}
    lines = ["flowchart LR", *_boxes(wiring, names)]
    wires = [wire for wire in wiring.wires if wire.start in names and wire.end in names]
    lines += [f"    {names[wire.start]} {_arrow(wire)} {names[wire.end]}" for wire in wires]
    ill = [str(number) for number, wire in enumerate(wires) if wire.broken]
    if ill:
        lines.append(f"    linkStyle {','.join(ill)} stroke:{_RED},stroke-width:3px,color:{_RED}")
    broken = [names[node.key] for node in wiring.nodes if node.broken]
    if broken:
        lines.append(f"    classDef broken stroke:{_RED},stroke-width:3px")
        lines.append(f"    class {','.join(broken)} broken")
    return "\n".join(lines)


def _boxes(wiring: Wiring, names: dict[str, str]) -> Iterator[str]:
    """The nodes; those of each deployment in a box of their own, where there are several."""
    groups = dict.fromkeys(node.group for node in wiring.nodes)
    boxed = len([group for group in groups if group]) > 1
    for number, group in enumerate(groups):
        inside = boxed and bool(group)
        if inside:
            yield f'    subgraph g{number}["{label(group)}"]'
        for node in wiring.nodes:
            if node.group == group:
                yield f"    {'    ' if inside else ''}{names[node.key]}{_node(node)}"
        if inside:
            yield "    end"


def _node(node: Node) -> str:
    opened, closed = _SHAPES[node.kind]
    rules = list(dict.fromkeys(f"{'✗' if fault.grave else '·'} {label(fault.rule)}" for fault in node.faults))
    if len(rules) > MOST_RULES:
        rules[MOST_RULES:] = [f"and {len(rules) - MOST_RULES} more"]
    lines = [label(node.name), label(node.says) if node.says else "", *rules]
    if node.kind is Kind.LOST:
        lines.append("nothing answers")
    return opened + "<br>".join(filter(None, lines)) + closed


def _arrow(wire: Wire) -> str:
    words = label(wire.label) if wire.label else ""
    if wire.broken:
        return f'--x|"✗ {words}"|' if words else '--x|"✗"|'
    arrow = "-.->" if wire.waits else "-->"
    return f'{arrow}|"{words}"|' if words else arrow


def label(text: str) -> str:
    """Words between quotes: all but letters, digits and harmless signs as entity codes."""
    plain = shown(" ".join(text.split()))
    if len(plain) > _LONGEST:
        plain = plain[: _LONGEST - 1] + "…"
    return _MORE.sub(lambda found: f"#{ord(found.group())};", plain) or " "
