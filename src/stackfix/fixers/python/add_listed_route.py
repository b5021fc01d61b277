"""Have an application whose routes are a list tell that it lives: an item of the list, and the function that answers.

May import edits, formats, repairs and its siblings' ground: site, importing.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.edits import Refused
from stackfix.fixers.python import importing
from stackfix.fixers.python.site import Splice, appended, site, spell, spliced
from stackfix.formats import python
from stackfix.formats.python import dotted
from stackfix.text import Text, Unreadable

if TYPE_CHECKING:
    from stackfix.edits import Edit
    from stackfix.formats.python import Module
    from stackfix.graph.library import Library
    from stackfix.repairs.add_listed_route import AddListedRoute

_ANSWERS = {
    "starlette": ("starlette.responses", "JSONResponse", "PlainTextResponse"),
    "django": ("django.http", "JsonResponse", "HttpResponse"),
}
"""Where a framework's answers come from: as JSON, as text."""
_ENTRIES = {"starlette": ("starlette.routing", "Route"), "django": ("django.urls", "path")}


@dataclass(frozen=True, slots=True)
class _Place:
    """The list of routes, the statement of the top level that holds it, and the call that its entries are made by."""

    routes: ast.List
    statement: ast.stmt
    entry: str


def edits(repair: AddListedRoute, library: Library) -> tuple[Edit, ...]:
    """The edits that add the routes. Refused where the list is put together otherwise."""
    module, node = site(repair.anchor, library)
    here = _place(module, node, repair.framework)
    answer, imported = _answer(module, repair.framework)
    names: list[str] = []
    for path in repair.paths:
        names.append(_name(module, path, names))
    items = [_item(module, here, repair.framework, *pair) for pair in zip(repair.paths, names, strict=True)]
    start, end = module.range(here.routes)
    ranges = [module.range(e) for e in here.routes.elts]
    splices = [
        *appended(module, start + 1, end - 1, ranges, items),
        _functions(module, here, [_function(module, repair.framework, name, answer) for name in names]),
        *imported,
    ]
    _prove(module, here, splices, names, len(imported))
    return spliced(module, splices)


# --- where -----------------------------------------------------------------------------------------------------------


def _place(module: Module, node: ast.AST, framework: str) -> _Place:
    routes = _list_at(module, node)
    statement = next((s for s in module.tree.body if routes is not None and routes in ast.walk(s)), None)
    if routes is None or statement is None or not routes.elts:
        raise Refused("the routes are no list at the top of their module")
    origin, member = _ENTRIES[framework]
    known = importing.member_as(module, origin, member)
    if known is None or not any(isinstance(e, ast.Call) and dotted(e.func) == known for e in routes.elts):
        raise Refused(f"no entry of the list is made by {member}")
    return _Place(routes, statement, known)


def _list_at(module: Module, node: ast.AST) -> ast.List | None:
    """The list that a node stands in, or that the call of an application is given as its routes."""
    given = node
    if isinstance(node, ast.Call):
        given = next((k.value for k in node.keywords if k.arg == "routes"), node)
    if isinstance(given, ast.Name):
        assigned = (s for s in module.tree.body if isinstance(s, ast.Assign | ast.AnnAssign))
        bound = [s.value for s in assigned if _binds(s, given.id)]
        given = bound[0] if len(bound) == 1 and bound[0] is not None else given
    above: ast.AST | None = given
    while above is not None and not isinstance(above, ast.List | ast.stmt):
        above = module.parent(above)
    return above if isinstance(above, ast.List) else None


def _binds(statement: ast.Assign | ast.AnnAssign, name: str) -> bool:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return any(isinstance(t, ast.Name) and t.id == name for t in targets)


# --- what ------------------------------------------------------------------------------------------------------------


def _answer(module: Module, framework: str) -> tuple[str, list[Splice]]:
    """What says that all is well, and the import that it takes."""
    origin, structured, plain = _ANSWERS[framework]
    status, fine = spell(module, "status", ()), spell(module, "ok", ())
    known = importing.member_as(module, origin, structured)
    if known is not None:
        return f"{known}({{{status}: {fine}}})", []
    known = importing.member_as(module, origin, plain)
    if known is not None:
        return f"{known}({fine})", []
    if importing.taken(module, structured):
        raise Refused(f"{structured} is something else here")
    return f"{structured}({{{status}: {fine}}})", [_import(module, origin, structured)]


def _import(module: Module, origin: str, member: str) -> Splice:
    """The import of a name, in order among those of its package."""
    package = origin.partition(".")[0]
    found = [n for n in module.tree.body if isinstance(n, ast.ImportFrom) and not n.level and _of(n, package)]
    if not found:
        raise Refused(f"nothing is imported from {package}")
    line = f"from {origin} import {member}{_feed(module)}"
    later = next((n for n in found if (n.module or "") > origin), None)
    if later is not None:
        at = _line_start(module, module.range(later)[0])
        return Splice(at, at, line)
    end = module.text.value.find("\n", module.range(found[-1])[1]) + 1
    if not end:
        raise Refused("the import ends the file")
    return Splice(end, end, line)


def _of(node: ast.ImportFrom, package: str) -> bool:
    return (node.module or "").partition(".")[0] == package


def _item(module: Module, here: _Place, framework: str, path: str, name: str) -> str:
    neighbours = [e.args[0] for e in here.routes.elts if isinstance(e, ast.Call) and e.args]
    said = spell(module, path if framework == "starlette" else path.removeprefix("/"), neighbours)
    calls = [e for e in here.routes.elts if isinstance(e, ast.Call) and dotted(e.func) == here.entry]
    named = all(any(k.arg == "name" for k in call.keywords) for call in calls)
    more = f", name={spell(module, name, neighbours)}" if named else ""
    return f"{here.entry}({said}, {name}{more})"


def _function(module: Module, framework: str, name: str, answer: str) -> str:
    functions = [n for n in module.tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    waits = framework == "starlette" and not any(isinstance(f, ast.FunctionDef) for f in functions)
    feed = _feed(module)
    return f"{'async ' if waits else ''}def {name}(request):{feed}    return {answer}{feed}"


def _functions(module: Module, here: _Place, sources: list[str]) -> Splice:
    """Functions above a statement and the comments that stand on it, two blank lines around each."""
    source, feed = module.text.value, _feed(module)
    at = _line_start(module, module.range(here.statement)[0])
    while at > 0 and source[_line_start(module, at - 1) : at].lstrip().startswith("#"):
        at = _line_start(module, at - 1)
    before = re.search(r"(?:\r?\n[ \t]*)*\Z", source[:at])
    blank = before[0].count("\n") if before is not None and at else 3
    return Splice(at, at, feed * max(0, 3 - blank) + "".join(text + feed + feed for text in sources))


def _name(module: Module, path: str, given: list[str]) -> str:
    """A free name for a function, after the path's last word."""
    word = re.sub(r"\W+", "_", path.strip("/").rpartition("/")[2]).strip("_").lower() or "health"
    for name in (word, f"{word}_check", f"{word}_view"):
        if name.isidentifier() and name not in given and not importing.taken(module, name):
            return name
    raise Refused("no name is free for the route")


def _feed(module: Module) -> str:
    return "\r\n" if "\r\n" in module.text.value else "\n"


def _line_start(module: Module, at: int) -> int:
    return module.text.value.rfind("\n", 0, at) + 1


# --- proof -----------------------------------------------------------------------------------------------------------


def _prove(module: Module, here: _Place, splices: list[Splice], names: list[str], imported: int) -> None:
    """Without what has come, the result says what the source said."""
    result = module.text.value
    for splice in sorted(splices, key=lambda s: s.start, reverse=True):
        result = result[: splice.start] + splice.new + result[splice.end :]
    try:
        after = python.read(Text.unwritten(result))
    except Unreadable:
        raise Refused("the result would be no Python") from None
    body = [s for s in after.tree.body if getattr(s, "name", None) not in names]
    before = {ast.dump(s) for s in module.tree.body}
    new = [s for s in body if isinstance(s, ast.ImportFrom) and ast.dump(s) not in before]
    wanted = len(here.routes.elts) + len(names)
    kept = [s for s in body if s not in new]
    longer = [n for s in kept for n in ast.walk(s) if isinstance(n, ast.List) and len(n.elts) == wanted]
    for one in longer:
        if all(_answers_by(e, name) for e, name in zip(one.elts[-len(names) :], names, strict=True)):
            del one.elts[-len(names) :]
    if len(new) != imported or list(map(ast.dump, kept)) != list(map(ast.dump, module.tree.body)):
        raise Refused("the source can't be changed there alone")


def _answers_by(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Call) and len(node.args) > 1 and dotted(node.args[1]) == name
