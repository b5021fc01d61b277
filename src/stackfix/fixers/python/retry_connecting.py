"""Have a coroutine try again, later and later, to open a connection.

May import edits, formats, repairs and its siblings' ground: site, structure, importing, raising, logs.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import libcst as cst

from stackfix.edits import Refused
from stackfix.fixers.python import importing, raising, structure
from stackfix.fixers.python.logs import warned
from stackfix.fixers.python.site import site
from stackfix.fixers.python.structure import Tree, Undone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stackfix.edits import Edit
    from stackfix.fixers.python.structure import Change
    from stackfix.formats.python import Module
    from stackfix.graph.library import Library
    from stackfix.repairs.retry_connecting import RetryConnecting

_Simple = ast.Assign | ast.AnnAssign | ast.Expr | ast.Return
_WORDS = "No connection, trying again in {} seconds: {}"


def edits(repair: RetryConnecting, library: Library) -> tuple[Edit, ...]:
    """The edits that put the statements into a loop, with the imports that it takes."""
    module, call = site(repair.anchor, library)
    _, behind = site(repair.last, library)
    function, statements = _statements(module, call, behind)
    used = {n for node in ast.walk(function) for n in (getattr(node, "id", ""), getattr(node, "arg", ""))}
    if used & {"delay", "error"}:
        raise Refused("the function has another use for the names delay and error")
    tree = Tree(module, library)
    lines = [tree.line(s) for s in statements]
    raised = raising.raised(module, repair.module, repair.names)
    asyncio = importing.known_as(module, "asyncio")
    log, more = warned(module, _WORDS, ("delay", "error"))
    begin = f"delay = {repair.first}"
    loop = _loop(tree, repair, log, (*repair.builtin, *raised.spelled), asyncio or "asyncio")
    block = tree.block(lines[0])

    def looped(node: cst.CSTNode) -> Change:
        assert isinstance(node, cst.IndentedBlock)
        at = block.body.index(lines[0])
        inner = node.body[at : at + len(lines)]
        above = list(getattr(inner[0], "leading_lines", ()))
        blank = next((i for i, line in enumerate(above) if line.comment is not None), len(above))
        first = tree.written(begin, above[:blank])
        inner = [inner[0].with_changes(leading_lines=above[blank:]), *inner[1:]]
        tries = loop.visit(_Filling(inner, leaves=isinstance(statements[-1], ast.Return)))
        assert isinstance(tries, cst.While)
        return node.with_changes(body=[*node.body[:at], first, tries, *node.body[at + len(lines) :]])

    after = raising.with_raised(tree, structure.exchanged(tree, {block: looped}), raised)
    plain = (*(("asyncio",) if asyncio is None else ()), *more)
    for name in plain:
        after = importing.with_import(tree, after, name)
    added = (begin, *(f"import {name}" for name in plain), raised.line)
    return structure.edits(module, after, Undone(added, lambda node: _straight(raising.back(node, raised))))


def _statements(module: Module, call: ast.AST, behind: ast.AST) -> tuple[ast.AsyncFunctionDef, Sequence[ast.stmt]]:
    """The function, and its statements from the one of the first call to the one of the last."""
    first, last = _statement(module, call), _statement(module, behind)
    holder = module.parent(first)
    bodies = [getattr(holder, field, None) for field in ("body", "orelse", "finalbody")]
    body = next((b for b in bodies if isinstance(b, list) and first in b and last in b), None)
    above: ast.AST | None = first
    while above is not None and not isinstance(above, ast.AsyncFunctionDef | ast.FunctionDef):
        above = module.parent(above)
    if body is None or not isinstance(above, ast.AsyncFunctionDef):
        raise Refused("the connection is opened in more than one place")
    found = body[body.index(first) : body.index(last) + 1]
    if not all(isinstance(s, _Simple) for s in found) or any(isinstance(s, ast.Return) for s in found[:-1]):
        raise Refused("other statements stand between those that open the connection")
    return above, found


def _statement(module: Module, node: ast.AST) -> ast.stmt:
    above: ast.AST | None = node
    while above is not None and not isinstance(above, ast.stmt):
        above = module.parent(above)
    if not isinstance(above, _Simple):
        raise Refused("the connection is opened inside a larger statement")
    return above


def _loop(tree: Tree, repair: RetryConnecting, log: str, kinds: tuple[str, ...], asyncio: str) -> cst.While:
    """The loop with `pass` where the statements go."""
    caught = kinds[0] if len(kinds) == 1 else f"({', '.join(kinds)})"
    made = cst.parse_statement(
        "while True:\n"
        "    try:\n"
        "        pass\n"
        "        break\n"
        f"    except {caught} as error:\n"
        f"        {log}\n"
        f"        await {asyncio}.sleep(delay)\n"
        f"        delay = min(delay * 2, {repair.longest})\n",
        tree.root.config_for_parsing,
    )
    assert isinstance(made, cst.While)
    return made


class _Filling(cst.CSTTransformer):
    """Puts statements in the place of `pass`, and takes `break` away where they leave the loop themselves."""

    def __init__(self, inner: Sequence[cst.BaseStatement], *, leaves: bool) -> None:
        super().__init__()
        self.inner = inner
        self.leaves = leaves

    def leave_SimpleStatementLine(  # noqa: N802 - named by libcst
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement] | cst.RemovalSentinel:
        """One line of the loop."""
        if isinstance(original_node.body[0], cst.Pass):
            return cst.FlattenSentinel(self.inner)
        if self.leaves and isinstance(original_node.body[0], cst.Break):
            return cst.RemoveFromParent()
        return updated_node


def _straight(node: ast.AST) -> ast.AST | list[ast.stmt]:
    """What a loop repeats."""
    if not isinstance(node, ast.While) or len(node.body) != 1 or not isinstance(node.body[0], ast.Try):
        return node
    tried = node.body[0].body
    return tried[:-1] if isinstance(tried[-1], ast.Break) else tried
