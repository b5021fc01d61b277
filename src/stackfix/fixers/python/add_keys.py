"""Give a dict that is written out further keys, which stand as those before them stand.

May import edits, formats, repairs and its siblings' ground: site.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused
from stackfix.fixers.python.site import appended, site, spell
from stackfix.fixers.python.site import edits as proved
from stackfix.formats import python

if TYPE_CHECKING:
    from stackfix.formats.python import Module
    from stackfix.graph.library import Library
    from stackfix.repairs.add_keys import AddKeys


def edits(repair: AddKeys, library: Library) -> tuple[Edit, ...]:
    """The edit that makes the dict say these pairs too; none for those that it says already."""
    module, node = site(repair.anchor, library)
    if not isinstance(node, ast.Dict):
        raise Refused("it is no dict written out")
    keys = [k for k in node.keys if k is not None]
    said = {k.value for k in keys if isinstance(k, ast.Constant)}
    coming = [(key, value) for key, value in repair.pairs if key not in said]
    if not coming:
        return ()
    if len(keys) != len(node.keys):
        raise Refused("the dict takes in another one")
    start, end = module.range(node)
    items = [(module.range(k)[0], module.range(v)[1]) for k, v in zip(keys, node.values, strict=True)]
    colon = _colon(module, node)
    new = [spell(module, key, keys) + colon + spell(module, value, []) for key, value in coming]
    splices = appended(module, start + 1, end - 1, items, new)

    def holds(after: Module) -> bool:
        return _says(python.resolve(after, repair.anchor.steps), node, coming)

    return proved(module, splices, holds, node)


def _colon(module: Module, node: ast.Dict) -> str:
    """What stands between a key and its value here."""
    for key, value in zip(node.keys, node.values, strict=True):
        if key is not None:
            between = module.text.value[module.range(key)[1] : module.range(value)[0]]
            return between if re.fullmatch(r"[ \t]*:[ \t]*", between) else ": "
    return ": "


def _says(after: ast.AST | None, before: ast.Dict, coming: list[tuple[str, str | int | bool]]) -> bool:
    """Whether the dict says what it said, and the pairs behind that."""
    if not isinstance(after, ast.Dict):
        return False
    whole = ast.Dict(
        keys=[*before.keys, *(ast.Constant(key) for key, _ in coming)],
        values=[*before.values, *(ast.Constant(value) for _, value in coming)],
    )
    return ast.dump(after) == ast.dump(whole)
