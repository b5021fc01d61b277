"""Have a web application tell how what it needs is doing, by a route beside the one that only tells that it lives.

May import edits, formats, repairs and its siblings' ground: site, structure, importing, raising.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import libcst as cst

from stackfix.edits import Refused
from stackfix.fixers.python import importing, raising, structure
from stackfix.fixers.python.site import site, spell
from stackfix.fixers.python.structure import Tree, Undone
from stackfix.formats.python import dotted

if TYPE_CHECKING:
    from stackfix.edits import Edit
    from stackfix.fixers.python.raising import Raised
    from stackfix.formats.python import Module
    from stackfix.graph.library import Library
    from stackfix.repairs.add_detailed_route import AddDetailedRoute, Dependency

_Def = ast.FunctionDef | ast.AsyncFunctionDef


def edits(repair: AddDetailedRoute, library: Library) -> tuple[Edit, ...]:
    """The edits that add the route, with the imports that it takes."""
    module, function = site(repair.anchor, library)
    _, decorator = site(repair.route, library)
    if not isinstance(function, _Def) or function not in module.tree.body or not isinstance(decorator, ast.Call):
        raise Refused("the route is no function of the module's top")
    modules = dict.fromkeys(d.module for d in repair.dependencies if d.module)
    brought = [
        raising.raised(module, m, tuple(sorted(d.name for d in repair.dependencies if d.module == m))) for m in modules
    ]
    asynchronous = any(d.asynchronous for d in repair.dependencies)
    if asynchronous and any(not d.asynchronous and d.kind == "database" for d in repair.dependencies):
        raise Refused("the clients wait in different ways")
    tree = Tree(module, library)
    source = _route(module, function, decorator, repair.dependencies, asynchronous=asynchronous)
    after = _behind(tree, function, source)
    for one in brought:
        after = raising.with_raised(tree, after, one)
    threads = asynchronous and not all(d.asynchronous for d in repair.dependencies)
    plain = [n for n in ("asyncio", "time") if (n == "time" or threads) and importing.known_as(module, n) != n]
    if any(importing.taken(module, name) for name in plain):
        raise Refused("time or asyncio means something else in this module")
    for name in plain:
        after = importing.with_import(tree, after, name)
    added = (source, *(f"import {name}" for name in plain), *(one.line for one in brought))
    return structure.edits(module, after, Undone(added, lambda node: _back(node, brought)))


def _back(node: ast.AST, brought: list[Raised]) -> ast.AST:
    for one in brought:
        node = raising.back(node, one)
    return node


def _route(
    module: Module, function: _Def, decorator: ast.Call, needed: tuple[Dependency, ...], *, asynchronous: bool
) -> str:
    """The function in the style of the one that it stands beside."""
    path = decorator.args[0] if decorator.args else None
    if not isinstance(path, ast.Constant) or not isinstance(path.value, str):
        raise Refused("the route's path can't be read")
    called = dotted(decorator.func) or ""
    owner, _, verb = called.rpartition(".")
    words = [spell(module, w, ()) for w in ("status", "ok", "checks", "healthy", "degraded", "unhealthy")]
    status, ok, checks, healthy, degraded, unhealthy = words
    where = spell(module, path.value.rstrip("/") + "/detailed", (path,))
    told = '    """Tell how each thing that the application needs is doing."""\n' if ast.get_docstring(function) else ""
    looks = "".join(_look(module, d, asynchronous=asynchronous) for d in needed)
    return (
        f"@{owner}.{'route' if verb == 'route' else 'get'}({where})\n"
        f"{'async ' if asynchronous else ''}def {_name(module, function)}(){' -> dict' if function.returns else ''}:\n"
        f"{told}"
        f"    checks = {{}}\n"
        f"{looks}"
        f"    failed = [check for check in checks.values() if check[{status}] != {ok}]\n"
        f"    status = {healthy}\n"
        f"    if failed:\n"
        f"        status = {unhealthy} if len(failed) == len(checks) else {degraded}\n"
        f"    return {{{status}: status, {checks}: checks}}\n"
    )


def _name(module: Module, function: _Def) -> str:
    for name in ("detailed_health", f"{function.name}_detailed", f"detailed_{function.name}"):
        if not importing.taken(module, name):
            return name
    raise Refused("no name is free for the route")


def _look(module: Module, one: Dependency, *, asynchronous: bool) -> str:
    """The lines that ask one client, and keep what came of it."""
    kind, status, ok, failed, latency, error = (
        spell(module, w, ()) for w in (one.kind, "status", "ok", "error", "latency_ms", "error")
    )
    took = "round((time.perf_counter() - started) * 1000, 1)"
    return (
        "    started = time.perf_counter()\n"
        "    try:\n"
        f"{_asked(module, one, asynchronous=asynchronous)}"
        f"        checks[{kind}] = {{{status}: {ok}, {latency}: {took}}}\n"
        "    except Exception as error:\n"
        f"        checks[{kind}] = {{{status}: {failed}, {error}: type(error).__name__}}\n"
    )


def _asked(module: Module, one: Dependency, *, asynchronous: bool) -> str:
    name = (importing.member_as(module, one.module, one.name) or one.name) if one.module else one.name
    if one.kind == "database":
        waits, enters = ("await ", "async ") if one.asynchronous else ("", "")
        query = spell(module, "SELECT 1", ())
        return (
            f"        {enters}with {name}.connect() as connection:\n"
            f"            {waits}connection.exec_driver_sql({query})\n"
        )
    command = spell(module, "ping", ())
    ways = {"kafka": ("list_topics", "timeout=5"), "mongodb": ("admin.command", command)}
    method, given = ways.get(one.kind, ("ping", ""))
    if one.asynchronous:
        return f"        await {name}.{method}({given})\n"
    if asynchronous:
        return f"        await asyncio.to_thread({name}.{method}{', ' + given if given else ''})\n"
    return f"        {name}.{method}({given})\n"


def _behind(tree: Tree, function: _Def, source: str) -> cst.Module:
    """The module with one more function behind another, as far apart as it stands from the next."""
    at = tree.root.body.index(tree.holder(function)) + 1
    body = list(tree.root.body)
    apart = [cst.EmptyLine(indent=False)] * 2
    if at < len(body):
        lines = list(getattr(body[at], "leading_lines", ()))
        blank = next((i for i, line in enumerate(lines) if line.comment is not None), len(lines))
        body[at] = body[at].with_changes(leading_lines=[*apart[: max(0, 2 - blank)], *lines])
    return tree.root.with_changes(body=[*body[:at], tree.written(source, apart), *body[at:]])
