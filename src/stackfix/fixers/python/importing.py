"""Which modules a file imports at its top, and where one more import stands, in the file's own order.

May import edits and its siblings' ground: structure.
"""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

import libcst as cst

from stackfix.edits import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.fixers.python.structure import Tree
    from stackfix.formats.python import Module

_Line = cst.SimpleStatementLine | cst.BaseCompoundStatement


def known_as(module: Module, name: str) -> str | None:
    """What a module is called in a file that imports it at its top, in whole."""
    for node in module.tree.body:
        if isinstance(node, ast.Import):
            for one in node.names:
                if one.name == name:
                    return one.asname or one.name
    return None


def member_as(module: Module, origin: str, member: str) -> str | None:
    """What a name that is imported from a module at the file's top is called there."""
    for node in module.tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == origin and not node.level:
            for one in node.names:
                if one.name == member:
                    return one.asname or one.name
    return None


def taken(module: Module, name: str) -> bool:
    """Whether a file uses a name anywhere."""
    return any(
        name in {getattr(node, field, None) for field in ("id", "arg", "name", "asname")}
        for node in ast.walk(module.tree)
    )


def with_import(tree: Tree, after: cst.Module, name: str) -> cst.Module:
    """The module with `import name` among the others of its kind."""
    body = list(after.body)
    line = tree.written(f"import {name}")
    assert isinstance(line, cst.SimpleStatementLine)
    plain = [i for i in _first_block(body) if isinstance(_imported(body[i]), cst.Import)]
    if plain and _standard(body[plain[0]]):
        return _among(after, body, line, plain, name)
    at = next(_imports(body), None)
    if at is None:
        return _alone(after, body, line)
    first = body[at]
    assert isinstance(first, cst.SimpleStatementLine)
    blank = [] if _standard(first) else [cst.EmptyLine(indent=False)]
    comments = [e for e in first.leading_lines if e.comment is not None]
    head = list(first.leading_lines) if not comments else [e for e in first.leading_lines if e.comment is None][:1]
    body[at] = first.with_changes(leading_lines=[*blank, *comments])
    body.insert(at, line.with_changes(leading_lines=head))
    return after.with_changes(body=body)


def without_import(after: cst.Module, name: str) -> cst.Module:
    """The module without its line `import name`; comments above it stay."""
    body = list(after.body)
    for at, line in enumerate(body):
        if isinstance(_imported(line), cst.Import) and _name(line) == name:
            assert isinstance(line, cst.SimpleStatementLine)
            if line.trailing_whitespace.comment is not None or at + 1 == len(body):
                raise Refused("a comment goes with an import that would go")
            behind = body[at + 1]
            lines = (*line.leading_lines, *getattr(behind, "leading_lines", ()))
            body[at : at + 2] = [behind.with_changes(leading_lines=lines)]
            return after.with_changes(body=body)
    return after


def _among(
    after: cst.Module, body: list[_Line], line: cst.SimpleStatementLine, plain: list[int], name: str
) -> cst.Module:
    """Before the first that sorts behind it, where they are sorted; else behind the last."""
    names = [_name(body[i]) for i in plain]
    later = [i for i in plain if _name(body[i]) > name] if names == sorted(names) else []
    if not later:
        body.insert(plain[-1] + 1, line)
        return after.with_changes(body=body)
    first = body[later[0]]
    assert isinstance(first, cst.SimpleStatementLine)
    blank = [e for e in first.leading_lines if e.comment is None]
    head = blank if later[0] == plain[0] else []
    kept = [e for e in first.leading_lines if not head or e.comment is not None]
    body[later[0]] = first.with_changes(leading_lines=kept)
    body.insert(later[0], line.with_changes(leading_lines=head))
    return after.with_changes(body=body)


def _alone(after: cst.Module, body: list[_Line], line: cst.SimpleStatementLine) -> cst.Module:
    """First in the file, behind what the file says of itself and what the future brings."""
    at = 0
    while at < len(body) and (_is_docstring(body[at]) or _is_future(body[at])):
        at += 1
    gap = [cst.EmptyLine(indent=False)] if at else []
    if at < len(body):
        first = body[at]
        assert isinstance(first, cst.SimpleStatementLine | cst.FunctionDef | cst.ClassDef | cst.BaseCompoundStatement)
        lines = list(getattr(first, "leading_lines", ()))
        body[at] = first.with_changes(leading_lines=lines if at else [cst.EmptyLine(indent=False), *lines])
    body.insert(at, line.with_changes(leading_lines=gap))
    return after.with_changes(body=body)


def _imported(line: cst.CSTNode) -> cst.Import | cst.ImportFrom | None:
    only = line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else None
    return only if isinstance(only, cst.Import | cst.ImportFrom) else None


def _imports(body: list[_Line]) -> Iterator[int]:
    """The imports of the top level, those of the future left out."""
    for index, line in enumerate(body):
        if _imported(line) is not None and not _is_future(line):
            yield index


def _first_block(body: list[_Line]) -> list[int]:
    """The imports that stand together first, without a blank line between."""
    found: list[int] = []
    for index in _imports(body):
        line = body[index]
        assert isinstance(line, cst.SimpleStatementLine)
        apart = any(e.comment is None for e in line.leading_lines)
        if found and (apart or index != found[-1] + 1):
            break
        found.append(index)
    return found


def _name(line: cst.CSTNode) -> str:
    found = _imported(line)
    if isinstance(found, cst.Import):
        return found.names[0].evaluated_name
    node = found.module if found is not None else None
    return "" if node is None else cst.Module([]).code_for_node(node)


def _standard(line: cst.CSTNode) -> bool:
    found = _imported(line)
    relative = isinstance(found, cst.ImportFrom) and bool(found.relative)
    return not relative and _name(line).partition(".")[0] in sys.stdlib_module_names


def _is_future(line: cst.CSTNode) -> bool:
    return isinstance(_imported(line), cst.ImportFrom) and _name(line) == "__future__"


def _is_docstring(line: cst.CSTNode) -> bool:
    only = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
    return isinstance(only, cst.Expr) and isinstance(only.value, cst.SimpleString | cst.ConcatenatedString)
