"""YAML nodes that know their own address, so that objects put together from several files stay located.

A Kustomize patch lays nodes of one file over nodes of another: each node here carries its own Anchor. Aliases and merge
keys are followed once, when a document is taken in.

May import findings, text and the YAML reader.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import Anchor, Location
from stackfix.formats import yaml
from stackfix.spans import Span
from stackfix.text import Text, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# A manifest that is larger than this is an alias bomb; the largest real CRDs have about 60,000 nodes.
_MOST_NODES = 400_000
_TEMPLATE = re.compile(r"\$\{|\$[A-Za-z_]|\{\{|\{%|<%")
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?\Z")
_SHARED_NAME = re.compile(r"(?:[-a-z0-9.]|\$\{\w+\})+\Z")
_NOWHERE = Span(0, 0)
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A scalar. `nothing` is a null, which deletes where it is laid over something.

    `shared`: parameters that it still holds are the same in every object of its template, so that it can be compared.
    """

    value: str
    anchor: Anchor
    written: yaml.Scalar | Text
    shared: bool = False

    @property
    def text(self) -> Text:
        """The decoded characters, each with its bytes."""
        return self.written if isinstance(self.written, Text) else self.written.text

    @property
    def location(self) -> Location:
        """Where it is written; the file's beginning where it is written in several places."""
        if isinstance(self.written, yaml.Scalar):
            return _located(self.written, self.anchor)
        place = self.written.place or self.written.first_place
        return Location(*place) if place else Location(self.anchor.path, _NOWHERE)

    @property
    def nothing(self) -> bool:
        """Whether it is YAML's null."""
        return isinstance(self.written, yaml.Scalar) and self.written.style == "plain" and self.value in _NOTHING

    @property
    def plain(self) -> Text | None:
        """Its text, None where a tool fills something in first or it is null."""
        return None if self.nothing or (is_template(self.value) and not self.shared) else self.text


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """What stands under a key of a mapping. `place` is where the key and the value are, worked out when asked for."""

    value: Node
    place: Place

    @property
    def location(self) -> Location:
        """The whole of it, key included."""
        return _located(self.place, self.value.anchor)


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """A mapping; each key once."""

    entries: Mapping[str, Entry]
    anchor: Anchor
    place: Place

    @property
    def location(self) -> Location:
        """The whole of it, as the base has it where patches are laid over it."""
        return _located(self.place, self.anchor)


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A sequence."""

    items: tuple[Node, ...]
    anchor: Anchor
    place: Place

    @property
    def location(self) -> Location:
        """The whole of it."""
        return _located(self.place, self.anchor)


Node = Leaf | Branch | Row
Place = yaml.Node | yaml.Item | Location


def take(node: yaml.Node, anchor: Anchor, only: frozenset[str] | None = None) -> Node:
    """A YAML node with all below it, or with these keys only. Unreadable where aliases multiply it beyond reason."""
    return _Taker(only).take(node, anchor, 0)


class _Taker:
    """Counts nodes, since a few lines of aliases may stand for millions."""

    def __init__(self, only: frozenset[str] | None) -> None:
        self.count = 0
        self.only = only

    def take(self, node: yaml.Node, anchor: Anchor, depth: int) -> Node:
        self.count += 1
        if self.count > _MOST_NODES or depth > 200:  # noqa: PLR2004 - the YAML reader's own bound; aliases may be cyclic
            raise Unreadable("aliases make it too large", node.start)
        here = yaml.deref(node)
        if isinstance(here, yaml.Scalar):
            return Leaf(here.value, anchor, here)
        if isinstance(here, yaml.Sequence):
            items = tuple(self.take(item, anchor.child(i), depth + 1) for i, item in enumerate(here.items))
            return Row(items, anchor, here)
        entries = {}
        for item in yaml.items(here):
            key = yaml.deref(item.key)
            if isinstance(key, yaml.Scalar) and (depth or self.only is None or key.value in self.only):
                value = self.take(item.value, anchor.child(key.value), depth + 1)
                entries[key.value] = Entry(value, item)
        return Branch(entries, anchor, here)


def get(node: Node | None, *steps: str | int) -> Node | None:
    """The node reached by keys and indices, None where there is none."""
    for step in steps:
        if isinstance(node, Branch):
            entry = node.entries.get(str(step))
            node = entry.value if entry else None
        elif isinstance(node, Row) and isinstance(step, int) and 0 <= step < len(node.items):
            node = node.items[step]
        else:
            return None
    return node


def leaf(node: Node | None, *steps: str | int) -> Leaf | None:
    """The scalar reached, None where there is none or it is null."""
    found = get(node, *steps)
    return found if isinstance(found, Leaf) and not found.nothing else None


def text(node: Node | None, *steps: str | int) -> Text | None:
    """The plain text reached, None where there is none or a tool fills something in."""
    found = leaf(node, *steps)
    return found.plain if found else None


def value(node: Node | None, *steps: str | int) -> str | None:
    """The plain characters reached, as `text`."""
    found = text(node, *steps)
    return found.value if found is not None else None


def name(node: Node | None, *steps: str | int) -> Text | None:
    """The text reached where it can be the name of an object: placeholders of any tool can't."""
    found = leaf(node, *steps)
    plain = found.plain if found is not None else None
    if found is None or plain is None:
        return None
    return plain if (_SHARED_NAME if found.shared else _NAME).match(plain.value) else None


def branches(node: Node | None, *steps: str | int) -> tuple[Branch, ...]:
    """The mappings of the sequence reached."""
    found = get(node, *steps)
    return tuple(i for i in found.items if isinstance(i, Branch)) if isinstance(found, Row) else ()


def leaves(node: Node | None, *steps: str | int) -> tuple[Leaf, ...]:
    """The scalars of the sequence reached."""
    found = get(node, *steps)
    return tuple(i for i in found.items if isinstance(i, Leaf)) if isinstance(found, Row) else ()


def entries(node: Node | None, *steps: str | int) -> Iterable[tuple[str, Entry]]:
    """The keys of the mapping reached, with what stands under them."""
    found = get(node, *steps)
    return found.entries.items() if isinstance(found, Branch) else ()


def texts(node: Node | None, *steps: str | int) -> dict[str, Text]:
    """The plain texts of the mapping reached, by key."""
    found = {}
    for key, entry in entries(node, *steps):
        plain = entry.value.plain if isinstance(entry.value, Leaf) else None
        if plain is not None:
            found[key] = plain
    return found


def number(node: Node | None, *steps: str | int) -> int | None:
    """The port number reached, None where it is a name or a template."""
    found = value(node, *steps)
    return int(found) if found is not None and re.fullmatch(r"[0-9]{1,5}", found) else None


def is_template(characters: str) -> bool:
    """Whether another tool (envsubst, Helm, Jinja, an OpenShift Template) fills something in first."""
    return bool(_TEMPLATE.search(characters))


def is_name(characters: str) -> bool:
    """Whether it can be the name of an object."""
    return bool(_NAME.match(characters))


def changed(node: Branch, key: str, new: Node | None, entry: Entry | None = None) -> Branch:
    """The mapping with another value under a key, None for without it. `entry` tells the place of a new key."""
    kept = dict(node.entries)
    if new is None:
        kept.pop(key, None)
        return Branch(kept, node.anchor, node.place)
    old = entry or kept.get(key)
    kept[key] = Entry(new, old.place if old else new.location)
    return Branch(kept, node.anchor, node.place)


def put(node: Node, steps: tuple[str | int, ...], new: Node) -> Node:
    """The tree with another node at a path of keys and indices; mappings on the way are made where there are none."""
    if not steps:
        return new
    step, rest = steps[0], steps[1:]
    if isinstance(node, Row) and isinstance(step, int) and 0 <= step < len(node.items):
        items = (*node.items[:step], put(node.items[step], rest, new), *node.items[step + 1 :])
        return Row(items, node.anchor, node.place)
    if not isinstance(node, Branch):
        return node
    key = str(step)
    below = get(node, key) or Branch({}, node.anchor.child(key), new.location)
    return changed(node, key, put(below, rest, new))


def _located(place: Place, anchor: Anchor) -> Location:
    """Where a node's bytes lie: a document inside another has the outer's file."""
    if isinstance(place, Location):
        return place
    source = (place.key if isinstance(place, yaml.Item) else place).source
    pieces = source.text.pieces
    return Location((pieces[0].path if pieces else None) or anchor.path, place.span)
