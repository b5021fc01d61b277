"""Give a list one more item, making the list where it is missing.

May import edits, formats, repairs and its siblings' ground: site, writing, insertion, and the setting of an entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused
from stackfix.fixers.yaml import writing
from stackfix.fixers.yaml.insertion import into
from stackfix.fixers.yaml.set_entry import make, set_in
from stackfix.fixers.yaml.site import Shape, Site, prove, shape, site
from stackfix.formats import yaml

if TYPE_CHECKING:
    from stackfix.graph.library import Library
    from stackfix.repairs.append_item import AppendItem
    from stackfix.repairs.set_entry import Plain


def edits(repair: AppendItem, library: Library) -> tuple[Edit, ...]:
    """The edit that appends the item."""
    here = site(repair.anchor, library)
    if repair.key is None:
        return append(here, here.steps, repair.value)
    holder = here.node(here.steps)
    item = yaml.find(holder, repair.key)
    if item is None:
        return set_in(here, here.steps, repair.key, (repair.value,))
    if yaml.own(holder, repair.key) is not item:
        raise Refused("the list is merged in from elsewhere")
    return append(here, (*here.steps, repair.key), repair.value)


def append(here: Site, steps: tuple[str | int, ...], value: Plain, after: int | None = None) -> tuple[Edit, ...]:
    """The edit that puts an item behind the one with index `after`, else at the end of the list at these steps."""
    holder = here.node(steps)
    if isinstance(holder, yaml.Sequence) and holder.items:
        at = len(holder.items) - 1 if after is None else after
        splice = into(here, holder, at, None, value)
        items = [shape(item) for item in holder.items]
        items.insert(at + 1, writing.plain_shape(value))
        swapped: dict[int, Shape] = {id(holder): ("sequence", holder.tag, holder.anchor, tuple(items))}
        return prove(here, splice.start, splice.end, splice.new, swapped)
    parent = yaml.own(here.node(steps[:-1]), str(steps[-1])) if steps else None
    if parent is None or isinstance(holder, yaml.Mapping):
        raise Refused("it is no list")
    return make(here, parent, (value,))
