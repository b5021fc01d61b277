"""Give an entry of a mapping another key, quoted as the old one was.

May import edits, formats, repairs and its siblings' ground: site, writing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused
from stackfix.fixers.yaml import writing
from stackfix.fixers.yaml.site import prove, site
from stackfix.formats import yaml

if TYPE_CHECKING:
    from stackfix.graph.library import Library
    from stackfix.repairs.rename_key import RenameKey


def edits(repair: RenameKey, library: Library) -> tuple[Edit, ...]:
    """The edit that renames the entry."""
    here = site(repair.anchor, library)
    if not here.steps:
        raise Refused("a document has no key")
    holder = here.node(here.steps[:-1])
    item = yaml.own(holder, str(here.steps[-1]))
    if item is None or not isinstance(item.key, yaml.Scalar) or not isinstance(holder, yaml.Mapping):
        raise Refused("the entry is not written here")
    if yaml.find(holder, repair.new) is not None:
        raise Refused(f"there is an entry called {repair.new} already")
    old = item.key
    if id(old) in here.document.used:
        raise Refused("others use it through an anchor")
    look = replace(writing.style(here, (old,)), quoted=old.style != "plain")
    words = writing.quoted(repair.new, look.quote) if look.quoted else writing.key(repair.new, look, flow=old.flow)
    swapped = {id(old): ("text", old.tag, old.anchor, repair.new)}
    return prove(here, old.start, old.end, words, swapped)
