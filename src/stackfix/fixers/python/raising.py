"""What a file calls the exceptions of a module, and the import that brings those that it doesn't know yet.

May import edits and its siblings' ground: structure, importing.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from stackfix.edits import Refused
from stackfix.fixers.python import importing

if TYPE_CHECKING:
    from stackfix.fixers.python.structure import Tree
    from stackfix.formats.python import Module


@dataclass(frozen=True, slots=True)
class Raised:
    """Exceptions as the file spells them. `more` are to be added to `from origin import …`, or to a line of their own.

    `line` is that line, "" where the file imports other names from the same module.
    """

    origin: str
    spelled: tuple[str, ...]
    more: tuple[str, ...] = ()
    line: str = ""


def raised(module: Module, origin: str, names: tuple[str, ...]) -> Raised:
    """How a file names exceptions of a module."""
    known = {name: importing.member_as(module, origin, name) for name in names}
    root = importing.known_as(module, origin.partition(".")[0])
    if root is not None:
        rest = origin.partition(".")[2]
        whole = f"{root}.{rest}" if rest else root
        return Raised(origin, tuple(known[n] or f"{whole}.{n}" for n in names))
    more = tuple(n for n in names if known[n] is None)
    if any(importing.taken(module, n) for n in more):
        raise Refused("an exception's name means something else in this module")
    extends = any(_is_from(node, origin) for node in module.tree.body)
    line = f"from {origin} import {', '.join(more)}" if more and not extends else ""
    return Raised(origin, tuple(known[n] or n for n in names), more, line)


def _is_from(node: ast.AST, origin: str) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == origin and not node.level


def with_raised(tree: Tree, after: cst.Module, found: Raised) -> cst.Module:
    """The module with the import that the exceptions need."""
    if not found.more:
        return after
    body, near = list(after.body), list[int]()
    for at, line in enumerate(body):
        only = line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else None
        if not isinstance(only, cst.ImportFrom | cst.Import) or not isinstance(line, cst.SimpleStatementLine):
            continue
        if not found.line and isinstance(only, cst.ImportFrom) and _module(only) == found.origin:
            body[at] = line.with_changes(body=[_extended(only, found.more)])
            return after.with_changes(body=body)
        if found.line and _module(only).partition(".")[0] == found.origin.partition(".")[0]:
            near.append(at)
    if not near:
        raise Refused("nothing shows where the import belongs")
    names = [_module(_only(body[at])) for at in near]
    later = [at for at, name in zip(near, names, strict=True) if name > found.origin]
    if not later or names != sorted(names):
        body.insert(near[-1] + 1, tree.written(found.line))
        return after.with_changes(body=body)
    first = body[later[0]]
    body[later[0]] = first.with_changes(leading_lines=())
    body.insert(later[0], tree.written(found.line, getattr(first, "leading_lines", ())))
    return after.with_changes(body=body)


def _only(line: cst.CSTNode) -> cst.ImportFrom | cst.Import:
    assert isinstance(line, cst.SimpleStatementLine)
    only = line.body[0]
    assert isinstance(only, cst.ImportFrom | cst.Import)
    return only


def _module(node: cst.ImportFrom | cst.Import) -> str:
    if isinstance(node, cst.Import):
        return node.names[0].evaluated_name
    return "" if node.module is None or node.relative else cst.Module([]).code_for_node(node.module)


def _extended(node: cst.ImportFrom, more: tuple[str, ...]) -> cst.ImportFrom:
    """More names where they sort among the others, as these stand."""
    if isinstance(node.names, cst.ImportStar):
        raise Refused("all names are imported")
    names = list(node.names)
    for name in more:
        spelled = [n.evaluated_name for n in names]
        later = [i for i, s in enumerate(spelled) if s > name] if spelled == sorted(spelled) else []
        at = later[0] if later else len(names)
        if at == len(names):
            names = _appended(names, name)
        else:
            comma = names[at - 1].comma if at else names[at].comma
            plain = comma if isinstance(comma, cst.Comma) else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
            names.insert(at, cst.ImportAlias(cst.Name(name), comma=_without_comment(plain)))
    return node.with_changes(names=names)


def _appended(names: list[cst.ImportAlias], name: str) -> list[cst.ImportAlias]:
    last = names[-1]
    gap = names[-2].comma if len(names) > 1 else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    if len(names) == 1 and isinstance(last.comma, cst.Comma):
        raise Refused("the names of the import stand on lines of their own")
    assert isinstance(gap, cst.Comma)
    moved = last.with_changes(comma=_without_comment(gap))
    return [*names[:-1], moved, cst.ImportAlias(cst.Name(name), comma=last.comma)]


def _without_comment(comma: cst.Comma) -> cst.Comma:
    gap = comma.whitespace_after
    if isinstance(gap, cst.ParenthesizedWhitespace) and (gap.first_line.comment or gap.empty_lines):
        raise Refused("comments stand between the names of the import")
    return comma


def back(node: ast.AST, found: Raised) -> ast.AST:
    """An import without the exceptions."""
    if found.more and not found.line and isinstance(node, ast.ImportFrom) and _is_from(node, found.origin):
        node.names = [n for n in node.names if n.name not in found.more]
    return node
