"""Where a Python operation works, in which style it writes, and proving what an edit made of the file.

May import edits and formats.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.edits import Refused, Replace
from stackfix.formats import python
from stackfix.text import Text, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stackfix.findings import Anchor
    from stackfix.formats.python import Module
    from stackfix.graph.library import Library

_COMMENT = re.compile(r"[ \t]*#[^\r\n]*")
_OPENING = re.compile(r"[rRbBuUfF]{0,2}('''|\"\"\"|'|\")")
_QUOTINGS = {"'": "python:single", '"': "python:double"}


@dataclass(frozen=True, slots=True)
class Splice:
    """Characters to put in place of `start` to `end` of a source, counted from 0."""

    start: int
    end: int
    new: str


def site(anchor: Anchor, library: Library) -> tuple[Module, ast.AST]:
    """The module and node that an anchor means. Refused where it is not there, or lies in another document."""
    if anchor.syntax != "python" or anchor.inner is not None:
        raise Refused("the source lies inside another file")
    module = library.get(anchor.path, python.read)
    node = None if module is None else python.resolve(module, anchor.steps)
    if module is None or node is None:
        raise Refused("the place is no longer there")
    return module, node


def spell(module: Module, value: str | int | bool, neighbours: Sequence[ast.expr]) -> str:
    """A literal in the quotes of its neighbours, else in those that the file has most of."""
    if not isinstance(value, str):
        return repr(value)
    mark = next((m for m in (_mark(module, n) for n in neighbours) if m is not None), None) or _usual(module)
    return mark + python.encode(_QUOTINGS[mark], value) + mark


def _mark(module: Module, node: ast.expr) -> str | None:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return None
    opening = _OPENING.match(module.source(node).value)
    return opening[1][0] if opening is not None else None


def _usual(module: Module) -> str:
    marks = [_mark(module, n) for n in ast.walk(module.tree) if isinstance(n, ast.expr)]
    return "'" if marks.count("'") > marks.count('"') else '"'


def replaced(module: Module, node: ast.expr, new: str) -> Splice:
    """A splice over a whole expression."""
    start, end = module.range(node)
    return Splice(start, end, new)


def appended(
    module: Module, open_at: int, close_at: int, items: Sequence[tuple[int, int]], more: Sequence[str]
) -> list[Splice]:
    """Put more items behind the last between two brackets, as the items before them stand.

    `open_at` is just past the opening bracket, `close_at` at the closing one; `items` are the present ones' characters.
    """
    source = module.text.value
    if not items:
        if source[open_at:close_at].strip():
            raise Refused("there is a comment in the empty brackets")
        return [Splice(open_at, open_at, ", ".join(more))]
    gap = _gap(source, open_at, items)
    new = f",{gap}".join(more)
    end = items[-1][1]
    tail = source[end:close_at]
    comma = re.match(r"\s*,", _without_comments(tail))
    comment = _COMMENT.match(source, end + (tail.index(",") + 1 if comma is not None and "," in tail else 0))
    if "\n" not in gap and "\r" not in gap:
        if "#" in tail:
            raise Refused("a comment stands behind the last item")
        return [Splice(end, end, f",{gap}{new}")]
    if comment is not None and comment.end() <= close_at:
        first = [] if comma is not None else [Splice(end, end, ",")]
        return [*first, Splice(comment.end(), comment.end(), gap + new + ("," if comma is not None else ""))]
    return [Splice(end, end, f",{gap}{new}")]


def _without_comments(text: str) -> str:
    return re.sub(r"#[^\r\n]*", "", text)


def _gap(source: str, open_at: int, items: Sequence[tuple[int, int]]) -> str:
    """The white space before an item, as its neighbours have it."""
    if len(items) > 1:
        between = _without_comments(source[items[-2][1] : items[-1][0]]).partition(",")[2]
    else:
        between = source[open_at : items[0][0]]
    found = re.search(r"(\r\n|\r|\n)[ \t]*\Z", between)
    if found is not None:
        return found[0]
    return between if len(items) > 1 and not between.strip() else " "


def edits(
    module: Module, splices: Sequence[Splice], holds: Callable[[Module], bool], within: ast.AST
) -> tuple[Replace, ...]:
    """The splices as edits of the file, proved: both parsers read the result, and only `within` says something else."""
    result = module.text.value
    for splice in sorted(splices, key=lambda s: s.start, reverse=True):
        result = result[: splice.start] + splice.new + result[splice.end :]
    try:
        after = python.read(Text.unwritten(result))
    except Unreadable:
        raise Refused("the result would be no Python") from None
    try:
        alone = holds(after) and _outside(module, within) == _outside(after, None, module.anchor(within).steps)
    except RecursionError:
        alone = False
    if not alone:
        raise Refused("the source can't be changed there alone")
    _read_by_libcst(result)
    return spliced(module, splices)


def spliced(module: Module, splices: Sequence[Splice]) -> tuple[Replace, ...]:
    """The splices as edits of the file, as they are."""
    return tuple(_edit(module, s) for s in _merged(splices))


def _merged(splices: Sequence[Splice]) -> list[Splice]:
    """Splices that touch, as one."""
    found: list[Splice] = []
    for splice in sorted(splices, key=lambda s: (s.start, s.end)):
        if found and found[-1].end == splice.start:
            found[-1] = Splice(found[-1].start, splice.end, found[-1].new + splice.new)
        else:
            found.append(splice)
    return found


def _outside(module: Module, node: ast.AST | None, steps: tuple[str | int, ...] = ()) -> str:
    """What a module says, with one node's own words left out."""
    hidden = node if node is not None else python.resolve(module, steps)
    return "" if hidden is None else ast.dump(_copied(module.tree, hidden))


def _copied(node: ast.AST, hidden: ast.AST) -> ast.AST:
    if node is hidden:
        return ast.Constant(value=...)
    fields: dict[str, object] = {}
    for name, value in ast.iter_fields(node):
        if isinstance(value, list):
            fields[name] = [_copied(v, hidden) if isinstance(v, ast.AST) else v for v in value]
        else:
            fields[name] = _copied(value, hidden) if isinstance(value, ast.AST) else value
    return type(node)(**fields)


def _read_by_libcst(source: str) -> None:
    """The second judge: it reads the result too, and gives back the same characters."""
    import libcst  # noqa: PLC0415 - takes longer to import than most runs take in all

    try:
        same = libcst.parse_module(source).code == source
    except (libcst.ParserSyntaxError, RecursionError):
        same = False
    if not same:
        raise Refused("the result would be no Python")


def _edit(module: Module, splice: Splice) -> Replace:
    text = module.slice(splice.start, splice.end)
    place = text.place
    if place is None or any(p.quoting for p in text.pieces):
        raise Refused("the source is not written in one place")
    return Replace(place[0], place[1], splice.new.encode())
