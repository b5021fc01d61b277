"""Say which texts a list holds: what stays keeps its place and comments, what comes stands as its neighbours stand.

May import edits, formats, repairs and its siblings' ground: site.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused
from stackfix.fixers.python.site import Splice, appended, replaced, site, spell
from stackfix.fixers.python.site import edits as proved
from stackfix.formats import python

if TYPE_CHECKING:
    from stackfix.formats.python import Module
    from stackfix.graph.library import Library
    from stackfix.repairs.set_list import SetList

_Display = ast.List | ast.Tuple | ast.Set


def edits(repair: SetList, library: Library) -> tuple[Edit, ...]:
    """The edits that make the list hold just the texts asked for; none where it does already."""
    module, node = site(repair.anchor, library)
    if not isinstance(node, _Display):
        raise Refused("it is no list written out")
    if not all(isinstance(e, ast.Constant) and isinstance(e.value, str) for e in node.elts):
        raise Refused("the list holds more than texts")
    if not repair.items or len(set(repair.items)) != len(repair.items):
        raise Refused("nothing to put into the list")
    present = [(e, e.value) for e in node.elts if isinstance(e, ast.Constant)]
    gone = [e for e, value in present if value not in repair.items]
    coming = [i for i in repair.items if i not in {value for _, value in present}]
    if not gone and not coming:
        return ()
    splices = _splices(module, node, gone, coming)

    def holds(after: Module) -> bool:
        found = python.resolve(after, repair.anchor.steps)
        if not isinstance(found, type(node)):
            return False
        values = [e.value for e in found.elts if isinstance(e, ast.Constant)]
        return len(values) == len(found.elts) and sorted(map(str, values)) == sorted(repair.items)

    return proved(module, splices, holds, node)


def _splices(module: Module, node: _Display, gone: list[ast.Constant], coming: list[str]) -> list[Splice]:
    """Each text that comes takes the place of one that goes; the rest is appended or cut out."""
    spelled = [spell(module, text, [*gone, *node.elts]) for text in coming]
    found = [replaced(module, old, new) for old, new in zip(gone, spelled, strict=False)]
    cut = gone[len(spelled) :]
    found.extend(_cut(module, node, old, cut) for old in cut)
    rest = spelled[len(gone) :]
    if rest:
        found.extend(_appended(module, node, rest))
    return found


def _appended(module: Module, node: _Display, rest: list[str]) -> list[Splice]:
    start, end = module.range(node)
    if module.text.value[start] not in "[({":
        raise Refused("the list has no brackets of its own")
    items = [module.range(e) for e in node.elts]
    return appended(module, start + 1, end - 1, items, rest)


def _cut(module: Module, node: _Display, old: ast.Constant, cut: list[ast.Constant]) -> Splice:
    """An item with the comma and white space that go with it: those before it where no item stays behind it."""
    index = node.elts.index(old)
    start, end = module.range(old)
    source = module.text.value
    if any(e not in cut for e in node.elts[index + 1 :]):
        until = module.range(node.elts[index + 1])[0]
        gap = source[end:until]
    elif index:
        until = end
        start = module.range(node.elts[index - 1])[1]
        gap = source[start : module.range(old)[0]]
    else:
        raise Refused("nothing would be left of the list")
    if "#" in gap:
        raise Refused("a comment goes with a text that would go")
    return Splice(start, until, "")
