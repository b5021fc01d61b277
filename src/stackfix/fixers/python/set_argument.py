"""Give a call a named argument, or change the literal that it is given.

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
    from stackfix.repairs.set_argument import SetArgument


def edits(repair: SetArgument, library: Library) -> tuple[Edit, ...]:
    """The edit that makes the call give `keyword=value`; none where it does already."""
    module, node = site(repair.anchor, library)
    if not isinstance(node, ast.Call):
        raise Refused("it is no call")
    if not repair.keyword.isidentifier():
        raise Refused("the argument has no possible name")
    given = next((k.value for k in node.keywords if k.arg == repair.keyword), None)
    others = [k.value for k in node.keywords] + node.args
    new = spell(module, repair.value, [v for v in [given, *others] if v is not None])
    if given is None:
        splices = _added(module, node, f"{repair.keyword}={new}")
    elif not isinstance(given, ast.Constant):
        raise Refused("the argument is no literal")
    elif type(given.value) is type(repair.value) and given.value == repair.value:
        return ()
    else:
        splices = [replaced(module, given, new)]

    def holds(after: Module) -> bool:
        return _says(python.resolve(after, repair.anchor.steps), node, repair)

    return proved(module, splices, holds, node)


def _added(module: Module, node: ast.Call, new: str) -> list[Splice]:
    if any(k.arg is None for k in node.keywords) or any(isinstance(a, ast.Starred) for a in node.args):
        raise Refused("the call hands on arguments that can't be seen")
    if any(isinstance(a, ast.GeneratorExp) for a in node.args):
        raise Refused("a generator stands alone in the call")
    source = module.text.value
    open_at = source.index("(", module.range(node.func)[1]) + 1
    items = sorted([*map(module.range, node.args), *map(module.range, node.keywords)])
    return appended(module, open_at, module.range(node)[1] - 1, items, [new])


def _says(after: ast.AST | None, before: ast.Call, repair: SetArgument) -> bool:
    """Whether the call is the same but for the one argument."""
    if not isinstance(after, ast.Call) or ast.dump(after.func) != ast.dump(before.func):
        return False
    if [ast.dump(a) for a in after.args] != [ast.dump(a) for a in before.args]:
        return False
    old = {k.arg: ast.dump(k.value) for k in before.keywords}
    old[repair.keyword] = ast.dump(ast.Constant(repair.value))
    return {k.arg: ast.dump(k.value) for k in after.keywords} == old and len(after.keywords) == len(old)
