"""Have a coroutine wait for a call without holding its event loop: in a thread, or by the loop's own sleep.

May import edits, formats, repairs and its siblings' ground: site, structure, importing.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import libcst as cst

from stackfix.edits import Refused
from stackfix.fixers.python import importing, structure
from stackfix.fixers.python.site import site
from stackfix.fixers.python.structure import Tree, Undone
from stackfix.formats.python import dotted

if TYPE_CHECKING:
    from stackfix.edits import Edit
    from stackfix.fixers.python.structure import Change
    from stackfix.formats.python import Module
    from stackfix.graph.library import Library
    from stackfix.repairs.await_call import AwaitCall

_MODULE = "asyncio"
_CLOSED = (
    ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.JoinedStr, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip


def edits(repair: AwaitCall, library: Library) -> tuple[Edit, ...]:
    """The edits that await the call, with the import that it takes."""
    module, call = site(repair.anchor, library)
    if not isinstance(call, ast.Call):
        raise Refused("it is no call")
    if not _may_await(module, call):
        raise Refused("nothing can be awaited there")
    if any(isinstance(a, ast.GeneratorExp) for a in call.args) and len(call.args) == 1 and not call.keywords:
        raise Refused("a generator stands alone in the call")
    tree = Tree(module, library)
    node = tree.find(call, cst.Call)
    known = importing.known_as(module, _MODULE) or _local(module, call)
    member = importing.member_as(module, _MODULE, "sleep" if repair.sleeps else "to_thread")
    name = member or f"{known or _MODULE}.{'sleep' if repair.sleeps else 'to_thread'}"

    def awaited(found: cst.CSTNode) -> Change:
        assert isinstance(found, cst.Call)
        made = _slept(found, name) if repair.sleeps else _in_thread(found, name)
        return _await(made, _needs_parentheses(module, call))

    after = structure.exchanged(tree, {node: awaited})
    imports = () if member or known else (f"import {_MODULE}",)
    if imports:
        after = importing.with_import(tree, after, _MODULE)
    if not repair.sleeps:
        return structure.edits(module, after, Undone(imports, lambda n: _back(n, name)))
    gone = _unused(module, call)
    after = after if gone is None else importing.without_import(after, gone)
    imports = imports if gone is None else (*imports, f"import {gone}")
    return structure.edits(module, after, Undone(imports, lambda n: _awake(n, name, call)))


def _unused(module: Module, call: ast.Call) -> str | None:
    """The module of the call, where nothing else in the file is left to use it."""
    head = dotted(call.func) or ""
    name = head.partition(".")[0]
    uses = [n for n in ast.walk(module.tree) if isinstance(n, ast.Name) and n.id == name]
    alone = any(isinstance(n, ast.Import) and ast.unparse(n) == f"import {name}" for n in module.tree.body)
    return name if "." in head and len(uses) == 1 and alone else None


def _may_await(module: Module, call: ast.Call) -> bool:
    """Whether the innermost function is asynchronous, and nothing between closes the call in."""
    above = module.parent(call)
    while above is not None:
        if isinstance(above, ast.AsyncFunctionDef):
            return True
        if isinstance(above, _CLOSED):
            return False
        above = module.parent(above)
    return False


def _local(module: Module, call: ast.Call) -> str | None:
    """What the function around a call imports asyncio as."""
    above = module.parent(call)
    while above is not None and not isinstance(above, ast.AsyncFunctionDef):
        above = module.parent(above)
    for node in above.body if above is not None else ():
        for one in node.names if isinstance(node, ast.Import) else ():
            if one.name == _MODULE and node.lineno < call.lineno:
                return one.asname or one.name
    return None


def _needs_parentheses(module: Module, call: ast.Call) -> bool:
    parent = module.parent(call)
    inner = isinstance(parent, ast.Attribute | ast.Subscript | ast.Await) and parent.value is call
    return inner or (isinstance(parent, ast.Call) and parent.func is call) or isinstance(parent, ast.BinOp)


def _await(call: cst.Call, closed: bool) -> cst.Await:
    own = (cst.LeftParen(),), (cst.RightParen(),)
    before, behind = (call.lpar, call.rpar) if call.lpar else own if closed else ((), ())
    return cst.Await(call.with_changes(lpar=(), rpar=()), lpar=before, rpar=behind)


def _named(name: str) -> cst.BaseExpression:
    return cst.parse_expression(name)


def _slept(call: cst.Call, name: str) -> cst.Call:
    return call.with_changes(func=_named(name))


def _in_thread(call: cst.Call, name: str) -> cst.Call:
    """The call as the first argument of another, as the arguments behind it stand."""
    gap = call.whitespace_before_args
    apart: cst.BaseParenthesizableWhitespace = cst.SimpleWhitespace(" ")
    if isinstance(gap, cst.ParenthesizedWhitespace):
        apart = gap.with_changes(first_line=cst.TrailingWhitespace(newline=gap.first_line.newline))
        gap = gap.with_changes(empty_lines=())
    elif not call.args:
        gap = cst.SimpleWhitespace("")
    comma = cst.Comma(whitespace_after=apart) if call.args else cst.MaybeSentinel.DEFAULT
    first = cst.Arg(call.func, comma=comma)
    return call.with_changes(func=_named(name), whitespace_before_args=gap, args=[first, *call.args])


def _back(node: ast.AST, name: str) -> ast.AST:
    """A call as it was before it went to a thread."""
    inner = node.value if isinstance(node, ast.Await) else None
    if not isinstance(node, ast.Await) or not isinstance(inner, ast.Call) or ast.unparse(inner.func) != name:
        return node
    return ast.Call(inner.args[0], inner.args[1:], inner.keywords) if inner.args else node


def _awake(node: ast.AST, name: str, call: ast.Call) -> ast.AST:
    """A sleep as it was before the loop's own took its place."""
    inner = node.value if isinstance(node, ast.Await) else None
    if isinstance(inner, ast.Call) and ast.unparse(inner.func) == name:
        return ast.Call(call.func, inner.args, inner.keywords)
    return node
