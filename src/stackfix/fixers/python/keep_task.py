"""Have a program keep a task, and log what the task raises.

May import edits, formats, repairs and its siblings' ground: site, structure, importing, logs.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from stackfix.edits import Refused
from stackfix.fixers.python import importing, structure
from stackfix.fixers.python.logs import logged
from stackfix.fixers.python.site import site
from stackfix.fixers.python.structure import Tree, Undone
from stackfix.formats.python import dotted

if TYPE_CHECKING:
    from stackfix.edits import Edit
    from stackfix.fixers.python.structure import Change
    from stackfix.formats.python import Module
    from stackfix.graph.library import Library
    from stackfix.repairs.keep_task import KeepTask

_KEPT, _DONE = "_background_tasks", "_task_done"
_Def = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class _Ground:
    """What the module must hold for its tasks: `kept` and `done` are the names, `added` what isn't there yet."""

    kept: str
    done: str
    added: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()


def edits(repair: KeepTask, library: Library) -> tuple[Edit, ...]:
    """The edits that keep the task: the statement's own, and the set and callback of the module."""
    module, call = site(repair.anchor, library)
    statement = module.parent(call)
    if not isinstance(call, ast.Call) or not isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign):
        raise Refused("the task is made inside a larger expression")
    tree = Tree(module, library)
    line, ground = tree.line(statement), _ground(module)
    local = _local(module, statement)
    more = (f"{ground.kept}.add({local})", f"{local}.add_done_callback({ground.done})")

    def keep(node: cst.CSTNode) -> Change:
        assert isinstance(node, cst.SimpleStatementLine)
        return cst.FlattenSentinel([_assigned(node, local), *(tree.written(m) for m in more)])

    after = structure.exchanged(tree, {line: keep})
    after = _with_ground(tree, after, ground, call)
    for name in ground.imports:
        after = importing.with_import(tree, after, name)
    added = (*more, *ground.added, *(f"import {name}" for name in ground.imports))
    return structure.edits(module, after, Undone(added, lambda node: _back(node, call, local)))


def _assigned(line: cst.SimpleStatementLine, local: str) -> cst.SimpleStatementLine:
    only = line.body[0]
    if not isinstance(only, cst.Expr):
        return line
    return line.with_changes(body=[cst.Assign([cst.AssignTarget(cst.Name(local))], only.value)])


def _back(node: ast.AST, call: ast.Call, local: str) -> ast.AST:
    """A statement as it was: without the name that was given."""
    if isinstance(node, ast.Assign) and ast.dump(node.targets[0]) == ast.dump(ast.Name(local, ast.Store())):
        return ast.Expr(node.value) if ast.dump(node.value) == ast.dump(call) else node
    return node


def _local(module: Module, statement: ast.Expr | ast.Assign | ast.AnnAssign) -> str:
    """The name that the task has, else one that its function doesn't use."""
    target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
    if target is not None:
        assert isinstance(target, ast.Name)
        return target.id
    above = module.parent(statement)
    while above is not None and not isinstance(above, _Def):
        above = module.parent(above)
    used = {n for node in ast.walk(above or module.tree) for n in (getattr(node, "id", ""), getattr(node, "arg", ""))}
    free = next((n for n in ("task", "background_task", "started_task", "kept_task") if n not in used), None)
    if free is None:
        raise Refused("no name is free for the task")
    return free


def _ground(module: Module) -> _Ground:
    """The set and callback that the module has, or those that it gets."""
    kept = next((name for name in _sets(module) if _adds(module, name)), None)
    done = next((f.name for f in module.tree.body if kept and isinstance(f, _Def) and _observes(f, kept)), None)
    if kept is not None and done is not None:
        return _Ground(kept, done)
    if (kept is None and importing.taken(module, _KEPT)) or importing.taken(module, _DONE):
        raise Refused(f"{_KEPT} or {_DONE} means something else in this module")
    asyncio = importing.known_as(module, "asyncio")
    hints = asyncio is not None and any(_is_annotated(n) for n in ast.walk(module.tree))
    task = f"task: {asyncio}.Task" if hints else "task"
    error, imports = logged(module, "error", "Background task failed", "task.exception()")
    made = f"{_KEPT}: set[{asyncio}.Task] = set()" if hints else f"{_KEPT} = set()"
    callback = (
        f"def {_DONE}({task}){' -> None' if hints else ''}:\n"
        f"    {kept or _KEPT}.discard(task)\n"
        "    if not task.cancelled() and task.exception() is not None:\n"
        f"        {error}\n"
    )
    return _Ground(kept or _KEPT, _DONE, (callback,) if kept else (made, callback), imports)


def _is_annotated(node: ast.AST) -> bool:
    return isinstance(node, _Def) and (node.returns is not None or any(a.annotation for a in node.args.args))


def _sets(module: Module) -> list[str]:
    """The sets that the module makes at its top."""
    found = []
    for node in module.tree.body:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(value, ast.Call) and dotted(value.func) == "set" and isinstance(target, ast.Name):
            found.append(target.id)
    return found


def _adds(module: Module, name: str) -> bool:
    """Whether tasks are put into a set and taken out again."""
    called = {dotted(n.func) for n in ast.walk(module.tree) if isinstance(n, ast.Call)}
    given = {dotted(a) for n in ast.walk(module.tree) if isinstance(n, ast.Call) for a in n.args}
    return f"{name}.add" in called and f"{name}.discard" in called | given


def _observes(function: _Def, kept: str) -> bool:
    called = {dotted(n.func) or "" for n in ast.walk(function) if isinstance(n, ast.Call)}
    return f"{kept}.discard" in called and any(c.endswith(".exception") for c in called)


def _with_ground(tree: Tree, after: cst.Module, ground: _Ground, call: ast.Call) -> cst.Module:
    """The module with what its tasks need, above the definition that starts the first of them."""
    if not ground.added:
        return after
    first = _first(tree.module, call)
    at = tree.root.body.index(tree.holder(first))
    body = list(after.body)
    holder = body[at]
    lines = list(getattr(holder, "leading_lines", ()))
    comments = next((i for i, e in enumerate(lines) if e.comment is not None), len(lines))
    blank = lines[:comments] or [cst.EmptyLine(indent=False)] * 2
    apart = [cst.EmptyLine(indent=False)] * 2
    body[at] = holder.with_changes(leading_lines=[*apart, *lines[comments:]])
    new = [tree.written(source, blank if not i else apart) for i, source in enumerate(ground.added)]
    return after.with_changes(body=[*body[:at], *new, *body[at:]])


def _first(module: Module, call: ast.Call) -> ast.AST:
    """The first place of the module that makes a task in the same way."""
    name = dotted(call.func)
    made = [n for n in ast.walk(module.tree) if isinstance(n, ast.Call) and dotted(n.func) == name]
    return min(made, key=lambda n: (n.lineno, n.col_offset), default=call)
