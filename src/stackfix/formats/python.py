"""Python: text → the standard library's syntax tree, with every literal's characters and their places.

Located with `ast` (columns in UTF-8 bytes of a line; lines end at LF, CR LF and lone CR). A node is addressed by what
it is called, not by where it stands: scopes, assigned names, calls by name, decorators, keywords, elements.
"""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING

from stackfix.findings import Anchor, Location, located
from stackfix.formats.python_literals import encode, inexact, parts, quoted
from stackfix.spans import Span
from stackfix.text import Slicer, Text, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Module", "children", "dotted", "encode", "prefilter", "read", "resolve", "walk"]

Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

_TELLING = (
    b"environ", b"getenv", b"://", b"Settings", b"CORS", b".run(", b"FastAPI", b"Flask", b"route",
    b"server", b"localhost", b"urlpatterns", b"_host", b"_HOST", b"_app", b"decouple", b"environs",
)  # fmt: skip
_PLAIN = frozenset(
    ("ctx", "op", "ops", "id", "attr", "name", "arg", "kind", "type_comment", "conversion", "simple", "level", "module")
)
"""Fields that never hold a node with a place."""
_NAMED = {("TypeAlias", "name")}
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {ast.Constant: (), ast.Name: (), ast.alias: ()}
_ENDS = frozenset(_FIELDS)
"""Kinds of nodes with nothing below them, which most nodes are."""
_SCOPES = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef})
_LINE = re.compile(r"\r\n|\r|\n")
_EXCEPT = re.compile(r"^[ \t]*except[ \t]+[\w.]+(?:[ \t]*,[ \t]*[\w.]+)+[ \t]*:", re.MULTILINE)


class Module:
    """One file's tree, with what is needed to say where each node stands. Made by `read`; never changed."""

    __slots__ = ("_addresses", "_ascii", "_below", "_lines", "_parents", "_slicer", "starts", "text", "tree")

    def __init__(self, text: Text, tree: ast.Module) -> None:
        """Index the lines of the text once."""
        self.text = text
        self.tree = tree
        self.starts = [0, *(m.end() for m in _LINE.finditer(text.value))]
        self._ascii = text.value.isascii()
        self._slicer = Slicer(text)
        self._lines: dict[int, bytes] = {}
        self._below: dict[ast.AST, list[ast.AST]] = {}
        self._parents: dict[ast.AST, ast.AST] = {}
        self._addresses: dict[ast.AST, dict[ast.AST, tuple[str | int, ...]]] = {}

    @property
    def path(self) -> str:
        """The file that it lies in, "" where in none."""
        place = self.text.first_place
        return place[0] if place else ""

    def offset(self, line: int, column: int) -> int:
        """The character offset of a line counted from 1 and a column in UTF-8 bytes from 0."""
        start = self.starts[min(line, len(self.starts)) - 1]
        if self._ascii:
            return start + column
        if line not in self._lines:
            end = self.starts[line] if line < len(self.starts) else len(self.text.value)
            self._lines[line] = self.text.value[start:end].encode("utf-8", "surrogatepass")
        return start + len(self._lines[line][:column].decode("utf-8", "replace"))

    def range(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        """The characters of a node, half-open; decorators of a definition are not in it."""
        end_line, end_column = node.end_lineno, node.end_col_offset
        assert end_line is not None
        assert end_column is not None
        return self.offset(node.lineno, node.col_offset), self.offset(end_line, end_column)

    def source(self, node: ast.expr | ast.stmt | ast.keyword) -> Text:
        """A node as it is written."""
        return self._slicer.slice(*self.range(node))

    def slice(self, start: int, end: int) -> Text:
        """Characters `start` to `end` of the source."""
        return self._slicer.slice(start, end)

    def location(self, node: ast.expr | ast.stmt | ast.keyword, note: str = "") -> Location:
        """Where a node stands."""
        return located(self.source(node), note) or Location(self.path, Span(0, 0), note)

    def string(self, node: ast.expr) -> Text | None:
        """The characters of a string or bytes literal (Latin-1) with their places; None for anything else."""
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str | bytes):
            return None
        meant = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
        found = parts(self._slicer, *self.range(node))
        text = Text.join(p for p in found if p is not None) if found is not None else None
        if text is not None and text.value == meant and None not in (found or []):
            return text
        return self._whole(node, meant)

    def joined(self, node: ast.JoinedStr) -> tuple[Text | ast.FormattedValue, ...]:
        """An f-string's texts and expressions in order. Texts that can't be placed exactly point at the whole."""
        found = parts(self._slicer, *self.range(node)) or []
        texts = [p.value if p is not None else None for p in found]
        meant = [v.value if isinstance(v, ast.Constant) else None for v in node.values]
        if texts == meant:
            pairs = [t or v for t, v in zip(found, node.values, strict=True)]
            return tuple(v for v in pairs if isinstance(v, Text | ast.FormattedValue))
        return tuple(
            self._whole(node, str(v.value)) if isinstance(v, ast.Constant) else v
            for v in node.values
            if isinstance(v, ast.Constant | ast.FormattedValue)
        )

    def number(self, node: ast.expr) -> Text | None:
        """An integer or float literal in decimal; it may be edited where it is an integer. None for anything else."""
        if not isinstance(node, ast.Constant) or type(node.value) not in {int, float}:
            return None
        source = self.source(node)
        meant = str(node.value)
        if source.value == meant:
            return quoted(source, "python:number" if isinstance(node.value, int) else "python:float")
        return inexact(source, meant, "python:number" if isinstance(node.value, int) else "python:float")

    def anchor(self, node: ast.AST) -> Anchor:
        """A node's address: what `resolve` finds it by."""
        return Anchor(self.path, "python", self._address(node))

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node that holds it, None for the module."""
        if not self._parents:
            parents = self._parents
            stack: list[ast.AST] = [self.tree]
            while stack:
                above = stack.pop()
                below = self.below(above)
                for one in below:
                    parents[one] = above
                stack += below
        return self._parents.get(node)

    def below(self, node: ast.AST) -> Sequence[ast.AST]:
        """`children` of one of its nodes, worked out once."""
        if node.__class__ in _ENDS:
            return ()
        found = self._below.get(node)
        if found is None:
            found = self._below[node] = children(node)
        return found

    def inside(self, holder: ast.AST) -> Iterator[ast.AST]:
        """Everything below a node in the order of the source, without what lies inside further scopes."""
        stack = [*reversed(self.below(holder))]
        while stack:
            node = stack.pop()
            yield node
            if node.__class__ not in _SCOPES:
                below = self.below(node)
                if below:
                    stack += below[::-1]

    def _whole(self, node: ast.expr, meant: str) -> Text:
        return inexact(self.source(node), meant, "python:unknown")

    def _address(self, node: ast.AST) -> tuple[str | int, ...]:
        steps: list[tuple[str | int, ...]] = []
        while not isinstance(node, ast.Module):
            step, holder = self._direct(node)
            if holder is None:
                holder = self._holder(node)
                step = self._numbered(holder)[node]
            steps.append(step)
            node = holder
        return tuple(s for step in reversed(steps) for s in step)

    def _holder(self, node: ast.AST) -> ast.AST:
        """The nearest node above that has an address of its own."""
        above = self.parent(node)
        while above is not None and not isinstance(above, ast.Module | Scope | ast.Call):
            if self._direct(above)[1] is not None:
                break
            above = self.parent(above)
        assert above is not None
        return above

    def _direct(self, node: ast.AST) -> tuple[tuple[str | int, ...], ast.AST | None]:
        """The step from a node's holder to it where it has a fixed part in it: an argument, an element, a value."""
        parent = self.parent(node)
        if isinstance(parent, ast.keyword) and parent.arg is not None:
            return (f"keyword:{parent.arg}",), self.parent(parent)
        if isinstance(parent, ast.Call) and node in parent.args:
            return ("argument", parent.args.index(node)), parent
        if isinstance(parent, ast.List | ast.Tuple | ast.Set) and node in parent.elts:
            return ("element", parent.elts.index(node)), parent
        if isinstance(parent, Scope) and node in parent.decorator_list:
            return ("decorator", parent.decorator_list.index(node)), parent
        if isinstance(parent, ast.Dict) and node in parent.values:
            key = parent.keys[parent.values.index(node)]
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                return (f"key:{key.value}",), parent
        return (), None

    def _numbered(self, holder: ast.AST) -> dict[ast.AST, tuple[str | int, ...]]:
        if holder not in self._addresses:
            counts: dict[str, int] = {}
            found: dict[ast.AST, tuple[str | int, ...]] = {}
            for node in self.inside(holder):
                for name in _names(node):
                    at = counts.get(name, 0)
                    counts[name] = at + 1
                    target = node.value if name.startswith("assign:") else node  # type: ignore[attr-defined]
                    if target is not None:
                        found.setdefault(target, (name, at))
            self._addresses[holder] = found
        return self._addresses[holder]


def read(text: Text) -> Module:
    """Parse source. Unreadable where it is no Python of this version, or nested too deeply to be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = _parse(text.value)
    except SyntaxError as error:
        lines = [0, *(m.end() for m in _LINE.finditer(text.value))]
        line = min(max(error.lineno or 1, 1), len(lines))
        raise Unreadable(f"not Python: {error.msg}", lines[line - 1]) from None
    except (RecursionError, MemoryError):
        raise Unreadable("nested too deeply") from None
    except ValueError as error:
        raise Unreadable(f"not Python: {error}") from None
    return Module(text, tree)


def _parse(source: str) -> ast.Module:
    """The tree. `except A, B:` (3.14) is read by older versions too: nothing in it matters but that it is there."""
    try:
        return ast.parse(source)
    except SyntaxError as error:
        if not str(error.msg).startswith("multiple exception types"):
            raise
    return ast.parse(_EXCEPT.sub(lambda m: m[0].replace(",", "|"), source))


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes right below a node in the order of the source.

    Without contexts and operators, which are shared objects and have no place. `ast.iter_child_nodes` takes four times
    as long, which is most of the time of a run over much source.
    """
    found: list[ast.AST] = []
    kind = node.__class__
    fields = _FIELDS.get(kind)
    if fields is None:
        fields = _FIELDS[kind] = tuple(f for f in kind._fields if f not in _PLAIN or (kind.__name__, f) in _NAMED)
    for field in fields:
        value = getattr(node, field, None)
        if value.__class__ is list:
            if value and value[0].__class__ is not str:
                found += value if None not in value else [inner for inner in value if inner is not None]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """A node and everything below it, the upper before the lower, as `ast.walk`."""
    level = [node]
    while level:
        yield from level
        level = [below for above in level for below in children(above)]


def prefilter(data: bytes) -> bool:
    """Whether a file can hold anything that wiring depends on: a quick look that may say yes too often, never no."""
    return any(word in data for word in _TELLING)


def dotted(node: ast.AST) -> str | None:
    """A chain of names as written: `a.b.c`; a call without arguments in it is `a().b`. None for anything else."""
    tail: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            tail.append("." + node.attr)
            node = node.value
        elif isinstance(node, ast.Call) and not node.args and not node.keywords:
            tail.append("()")
            node = node.func
        elif isinstance(node, ast.Name):
            return node.id + "".join(reversed(tail))
        else:
            return None


def resolve(document: Module, steps: tuple[str | int, ...]) -> ast.AST | None:
    """The node that an Anchor's steps lead to, or None where there is no such node any more."""
    node: ast.AST | None = document.tree
    at = 0
    while at < len(steps) and node is not None:
        step = str(steps[at])
        index = steps[at + 1] if at + 1 < len(steps) else None
        if step.startswith(("keyword:", "key:")):
            node = _named_value(node, step)
            at += 1
            continue
        if not isinstance(index, int):
            return None
        node = _indexed(document, node, step, index)
        at += 2
    return node


def _named_value(node: ast.AST, step: str) -> ast.AST | None:
    kind, _, name = step.partition(":")
    if kind == "keyword" and isinstance(node, ast.Call):
        return next((k.value for k in node.keywords if k.arg == name), None)
    if kind == "key" and isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return next((v for k, v in pairs if isinstance(k, ast.Constant) and k.value == name), None)
    return None


def _indexed(document: Module, node: ast.AST, step: str, index: int) -> ast.AST | None:
    if step == "argument":
        return node.args[index] if isinstance(node, ast.Call) and index < len(node.args) else None
    if step == "decorator":
        decorators = node.decorator_list if isinstance(node, Scope) else []
        return decorators[index] if index < len(decorators) else None
    if step == "element":
        elements = node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else []
        return elements[index] if index < len(elements) else None
    for inner in document.inside(node):
        if step in _names(inner):
            if index == 0:
                return inner.value if step.startswith("assign:") else inner  # type: ignore[attr-defined]
            index -= 1
    return None


_KINDS: dict[type[ast.AST], tuple[str, ...]] = {}
"""What nodes are called that have no name of their own, by type."""


def _spelled(target: ast.Name | ast.Attribute) -> str:
    return target.id if isinstance(target, ast.Name) else ast.unparse(target)


def _names(node: ast.AST) -> tuple[str, ...]:
    """What a node is called among those below one holder."""
    plain = _KINDS.get(type(node))
    if plain is not None:
        return plain
    kind = f"node:{type(node).__name__}"
    if isinstance(node, Scope):
        return (f"{'class' if isinstance(node, ast.ClassDef) else 'def'}:{node.name}",)
    if isinstance(node, ast.Call):
        return (f"call:{dotted(node.func) or '?'}",)
    if isinstance(node, ast.Assign):
        return (*(f"assign:{_spelled(t)}" for t in node.targets if isinstance(t, ast.Name | ast.Attribute)), kind)
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        return (f"assign:{ast.unparse(node.target)}", kind)
    if not isinstance(node, ast.AnnAssign):
        _KINDS[type(node)] = (kind,)
    return (kind,)
