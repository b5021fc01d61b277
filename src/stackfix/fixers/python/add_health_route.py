"""Have a web application tell that it lives, in the style of the routes that it has.

May import edits, formats, repairs and its siblings' ground: site, structure, importing.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from stackfix.edits import Refused
from stackfix.fixers.python import importing, structure
from stackfix.fixers.python.site import site, spell
from stackfix.fixers.python.structure import Tree, Undone
from stackfix.formats.python import dotted

if TYPE_CHECKING:
    from stackfix.edits import Edit
    from stackfix.formats.python import Module
    from stackfix.graph.library import Library
    from stackfix.repairs.add_health_route import AddHealthRoute

_Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement
_Def = ast.FunctionDef | ast.AsyncFunctionDef
_METHODS = {"get", "post", "put", "delete", "patch", "route", "websocket", "api_route"}


@dataclass(frozen=True, slots=True)
class _Style:
    """How the routes of an application are written."""

    decorator: str
    asynchronous: bool
    annotated: bool
    documented: bool


def edits(repair: AddHealthRoute, library: Library) -> tuple[Edit, ...]:
    """The edits that add the routes; none where there is nothing to add."""
    module, call = site(repair.anchor, library)
    assigned = module.parent(call)
    target = assigned.targets[0] if isinstance(assigned, ast.Assign) else getattr(assigned, "target", None)
    if not isinstance(target, ast.Name) or assigned not in module.tree.body:
        raise Refused("the application is not made at the top of its module")
    tree = Tree(module, library)
    style = _style(module, target.id, repair.framework)
    names: list[str] = []
    sources = []
    for path in repair.paths:
        names.append(_name(module, path, names))
        sources.append(_route(module, target.id, style, path, names[-1]))
    after = _inserted(tree, _last(module, target.id), sources)
    return structure.edits(module, after, Undone(sources, lambda node: node))


def _style(module: Module, app: str, framework: str) -> _Style:
    """As the last route, else as the framework's documentation has it."""
    routes = [(f, d) for f in module.tree.body if isinstance(f, _Def) for d in f.decorator_list if _is_route(d, app)]
    plain = "route" if framework in {"flask", "quart"} and not any(_verb(d) == "get" for _, d in routes) else "get"
    if not routes:
        functions = [n for n in ast.walk(module.tree) if isinstance(n, _Def)]
        return _Style(plain, framework != "flask", any(f.returns is not None for f in functions), documented=False)
    last = routes[-1][0]
    documented = all(ast.get_docstring(f) is not None for f, _ in routes)
    return _Style(plain, isinstance(last, ast.AsyncFunctionDef), last.returns is not None, documented)


def _is_route(node: ast.expr, app: str) -> bool:
    return isinstance(node, ast.Call) and dotted(node.func) in {f"{app}.{m}" for m in _METHODS}


def _verb(node: ast.expr) -> str:
    return (dotted(getattr(node, "func", node)) or "").rpartition(".")[2]


def _name(module: Module, path: str, given: list[str]) -> str:
    """A free name for a function, after the path's last word."""
    word = re.sub(r"\W+", "_", path.strip("/").rpartition("/")[2]).strip("_").lower() or "health"
    for name in (word, f"{word}_check", f"{word}_route", f"get_{word}"):
        if name.isidentifier() and name not in given and not importing.taken(module, name):
            return name
    raise Refused("no name is free for the route")


def _route(module: Module, app: str, style: _Style, path: str, name: str) -> str:
    quoted = [spell(module, word, ()) for word in (path, "status", "ok")]
    answer = f"{{{quoted[1]}: {quoted[2]}}}"
    if importing.member_as(module, "flask", "jsonify") is not None:
        answer = f"{importing.member_as(module, 'flask', 'jsonify')}({answer})"
    gives = " -> dict[str, str]" if style.annotated and not answer.endswith(")") else ""
    told = '    """Tell that the application lives."""\n' if style.documented else ""
    return (
        f"@{app}.{style.decorator}({quoted[0]})\n"
        f"{'async ' if style.asynchronous else ''}def {name}(){gives}:\n"
        f"{told}"
        f"    return {answer}\n"
    )


def _last(module: Module, app: str) -> ast.stmt:
    """The last statement of the module that adds something to the application, before any that starts it."""
    found = [s for s in module.tree.body if _adds(s, app)]
    return found[-1]


def _adds(node: ast.stmt, app: str) -> bool:
    if isinstance(node, _Def):
        return any((dotted(getattr(d, "func", d)) or "").startswith(f"{app}.") for d in node.decorator_list)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        name = dotted(node.value.func) or ""
        return name.startswith(f"{app}.") and name != f"{app}.run"
    if isinstance(node, ast.Assign):
        return any(isinstance(t, ast.Name) and t.id == app for t in node.targets)
    return isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == app


def _inserted(tree: Tree, last: ast.stmt, sources: list[str]) -> cst.Module:
    """The module with functions behind a statement, two blank lines around each."""
    at = tree.root.body.index(tree.holder(last)) + 1
    body = list(tree.root.body)
    apart = [cst.EmptyLine(indent=False)] * 2
    new = [tree.written(source, apart) for source in sources]
    if at < len(body):
        body[at] = _apart(body[at])
    return tree.root.with_changes(body=[*body[:at], *new, *body[at:]])


def _apart(node: _Statement) -> _Statement:
    """A statement with two blank lines before it at least."""
    lines = list(getattr(node, "leading_lines", ()))
    blank = next((i for i, line in enumerate(lines) if line.comment is not None), len(lines))
    more = [cst.EmptyLine(indent=False)] * max(0, 2 - blank)
    return node.with_changes(leading_lines=[*more, *lines])
