"""Write a piece of a file once more, with one value in it another, spelled as the syntaxes around it spell it.

May import edits, repairs and its sibling that spells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused, Replace
from stackfix.fixers.any.set_text import spelled

if TYPE_CHECKING:
    from stackfix.graph.library import Library
    from stackfix.repairs.repeat import Repeat


def edits(repair: Repeat, library: Library) -> tuple[Edit, ...]:
    """The one insertion."""
    whole, at = repair.whole.place, repair.at.place
    if whole is None or at is None or at[0] != whole[0]:
        raise Refused("what would be repeated is not written in one place")
    data = library.sources.read(whole[0])
    changed = spelled(repair.part, repair.new)
    outer, inner = whole[1], changed.span
    if data is None or changed.path != whole[0] or not outer.start <= inner.start <= inner.end <= outer.end:
        raise Refused("the value doesn't lie in what would be repeated")
    copy = data[outer.start : inner.start] + changed.replacement + data[inner.end : outer.end]
    return (Replace(at[0], at[1], repair.before.encode() + copy + repair.after.encode()),)
