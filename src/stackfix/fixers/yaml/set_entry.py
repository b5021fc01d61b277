"""Give a mapping an entry, or the entry that it has another value.

May import edits, formats, repairs and its siblings' ground: site, writing, insertion.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused
from stackfix.fixers.yaml import writing
from stackfix.fixers.yaml.insertion import Splice, fill, has_comment, into
from stackfix.fixers.yaml.site import Shape, Site, prove, shape, site
from stackfix.formats import yaml
from stackfix.repairs.set_entry import Entries, Plain, SetEntry

if TYPE_CHECKING:
    from stackfix.graph.library import Library


def edits(repair: SetEntry, library: Library) -> tuple[Edit, ...]:
    """The edit that sets the entry; none where it says so already."""
    here = site(repair.anchor, library)
    return set_in(here, here.steps, repair.key, repair.value, repair.beside)


def set_in(
    here: Site, steps: tuple[str | int, ...], key: str, value: Plain, beside: str | None = None
) -> tuple[Edit, ...]:
    """The edit that gives the mapping at these steps an entry."""
    holder = here.node(steps)
    if isinstance(holder, yaml.Mapping) and holder.items:
        present = yaml.own(holder, key)
        if present is not None:
            return replace_value(here, present, value)
        return _add(here, holder, key, value, beside)
    if isinstance(holder, yaml.Sequence) or (isinstance(holder, yaml.Scalar) and not is_null(holder)):
        raise Refused("it is no mapping")
    entries = Entries(((key, value),))
    parent = yaml.own(here.node(steps[:-1]), str(steps[-1])) if steps else None
    if parent is None:
        raise Refused("the empty mapping is not the value of a key")
    return make(here, parent, entries)


def make(here: Site, parent: yaml.Item, value: Plain) -> tuple[Edit, ...]:
    """The edit that puts a collection in place of a value that is null or empty."""
    old = parent.value
    if is_null(old) or (isinstance(old, (yaml.Mapping, yaml.Sequence)) and old.flow and not old.items):
        in_flow = isinstance(parent.key, yaml.Scalar) and parent.key.flow
        if in_flow or (isinstance(old, yaml.Scalar) and old.start < old.end):
            return replace_value(here, parent, value)
        splice = fill(here, parent, value)
        return prove(here, splice.start, splice.end, splice.new, {id(old): writing.plain_shape(value)})
    raise Refused("there is something else already")


def is_null(node: yaml.Node) -> bool:
    """Whether a value is written as nothing, `~` or `null`."""
    return isinstance(node, yaml.Scalar) and node.style == "plain" and node.value.lower() in {"", "~", "null"}


def _add(here: Site, holder: yaml.Mapping, key: str, value: Plain, beside: str | None) -> tuple[Edit, ...]:
    at = len(holder.items) - 1
    if beside is not None:
        item = yaml.own(holder, beside)
        at = next((n for n, other in enumerate(holder.items) if other is item), at)
    splice = into(here, holder, at, key, value)
    pairs = [(shape(item.key), shape(item.value)) for item in holder.items]
    pairs.insert(at + 1, (("text", None, None, key), writing.plain_shape(value)))
    swapped: dict[int, Shape] = {id(holder): ("mapping", holder.tag, holder.anchor, tuple(pairs))}
    return prove(here, splice.start, splice.end, splice.new, swapped)


def replace_value(here: Site, item: yaml.Item, value: Plain) -> tuple[Edit, ...]:
    """The edit that puts another value under a key."""
    old = item.value
    wanted = writing.plain_shape(value)
    if shape(old) == wanted:
        return ()
    if old.head != old.start or yaml.is_template(old):
        raise Refused("the old value has a tag or an anchor, or is filled in by a template")
    if not isinstance(old, (yaml.Scalar, yaml.Alias)) and old.items and has_comment(here, old.start, old.end):
        raise Refused("the old value has comments in it")
    splice = _replacement(here, item, value)
    return prove(here, splice.start, splice.end, splice.new, {id(old): wanted})


def _replacement(here: Site, item: yaml.Item, value: Plain) -> Splice:
    old = item.value
    listed = old.items if isinstance(old, yaml.Sequence) else ()
    look = writing.style(here, (old,) if isinstance(old, yaml.Scalar) else listed)
    flow = isinstance(item.key, yaml.Scalar) and item.key.flow
    if isinstance(old, yaml.Sequence) and old.flow and isinstance(value, tuple):
        return Splice(old.start, old.end, _relisted(here, old, value, look))
    one_line = flow or not isinstance(value, (Entries, tuple, str)) or (isinstance(value, str) and "\n" not in value)
    if one_line and here.line_start(item.key.end) == here.line_start(old.start):
        space = " " if old.start == old.end and here.characters[old.start - 1] == ":" else ""
        return Splice(old.start, old.end, space + writing.flow_value(value, look))
    start = here.characters.find(":", item.key.end) + 1
    rest = here.characters[old.end : here.line_end(old.end)]
    if flow or rest.strip() or here.characters[start : old.start].strip():
        raise Refused("the old value is not alone on its lines")
    lines = writing.entry("k", value, here.column(item.start), look)
    return Splice(start, old.end, here.feed.join([lines[0].removeprefix("k:"), *lines[1:]]))


def _relisted(here: Site, old: yaml.Sequence, value: tuple[Plain, ...], look: writing.Style) -> str:
    """A list in brackets with other items: the space inside the brackets and between the items stays."""
    if not old.items or not value:
        return writing.flow_value(value, look)
    written = here.characters
    first, last = written[old.start + 1 : old.items[0].head], written[old.items[-1].end : old.end - 1]
    gaps = {written[one.end : other.head] for one, other in pairwise(old.items)}
    gap = gaps.pop() if len(gaps) == 1 else ", "
    return f"[{first}{gap.join(writing.flow_value(v, look) for v in value)}{last}]"
