"""Make a mapping of a list of names, each on its own line.

May import edits, formats, repairs and its siblings' ground: site, writing, insertion, set_entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused
from stackfix.fixers.yaml import writing
from stackfix.fixers.yaml.insertion import first
from stackfix.fixers.yaml.set_entry import replace_value
from stackfix.fixers.yaml.site import Site, prove, site
from stackfix.formats import yaml
from stackfix.repairs.set_entry import Entries

if TYPE_CHECKING:
    from stackfix.graph.library import Library
    from stackfix.repairs.key_items import KeyItems


def edits(repair: KeyItems, library: Library) -> tuple[Edit, ...]:
    """The edit that turns the list into a mapping. Refused where an item is no plain name."""
    here = site(repair.anchor, library)
    holder = here.node(here.steps, shared=repair.shared)
    parent = _holding(here, holder)
    if not isinstance(holder, yaml.Sequence) or parent is None or len(holder.items) != len(repair.values):
        raise Refused("it is not the list that was read")
    names = tuple(_name(item) for item in holder.items)
    value = Entries(tuple(zip((n.value for n in names), repair.values, strict=True)))
    if len({n.value for n in names}) != len(names):
        raise Refused("a name is listed twice")
    if holder.flow:
        return replace_value(here, parent, value)
    marked = holder.head != holder.start
    if holder.tag is not None or (marked and "\n" not in here.characters[holder.head : holder.start]):
        raise Refused("the list has a tag or an anchor beside its items")
    return _rewritten(here, holder, names, value, here.column(parent.start))


def _holding(here: Site, holder: yaml.Node) -> yaml.Item | None:
    """The entry that a value is written in; Refused where it is used under another key, too."""
    key = here.steps[-1] if here.steps else None
    nodes = tuple(yaml.walk(here.document.root))
    items = [item for node in nodes if isinstance(node, yaml.Mapping) for item in node.items]
    uses = [item for item in items if isinstance(item.value, yaml.Alias) and yaml.deref(item.value) is holder]
    others = [node for node in nodes if isinstance(node, yaml.Alias) and yaml.deref(node) is holder]
    if len(uses) != len(others) or any(not isinstance(u.key, yaml.Scalar) or u.key.value != key for u in uses):
        raise Refused("the list is used for something else, too")
    return next((item for item in items if item.value is holder), None)


def _name(item: yaml.Node) -> yaml.Scalar:
    if not isinstance(item, yaml.Scalar) or item.head != item.start or "$" in item.value or "\n" in item.value:
        raise Refused("an item is no plain name")
    return item


def _rewritten(
    here: Site, holder: yaml.Sequence, names: tuple[yaml.Scalar, ...], value: Entries, outer: int
) -> tuple[Edit, ...]:
    """Every dash taken away, every name made a key, and what belongs to it put below; the lines between stay."""
    look = writing.style(here, ())
    dash = here.column(first(here, holder, holder.items[0]))
    column = dash if dash > outer else outer + look.width
    start = here.line_start(first(here, holder, holder.items[0]))
    parts, at = [], start
    for name, (_, inner) in zip(names, value.pairs, strict=True):
        mark = first(here, holder, name)
        line = here.line_start(mark)
        if here.characters[line:mark].strip(" "):
            raise Refused("an item is not at the start of its line")
        end = here.line_end(name.end)
        spelled = here.characters[name.start : name.end]
        below = writing.block(inner, column + look.width, look)
        parts += [here.characters[at:line], " " * column, spelled, ":", here.characters[name.end : end]]
        parts += [here.feed + " " * (column + look.width) + row for row in below]
        at = end
    pairs = writing.plain_shape(value)[3]
    return prove(here, start, at, "".join(parts), {id(holder): ("mapping", holder.tag, holder.anchor, pairs)})
