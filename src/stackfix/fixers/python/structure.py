"""Changes of a module's structure, made by libcst in the file's own style, told as the smallest edits, and proved.

May import edits, formats and its siblings' ground: site.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, TypeVar

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

from stackfix.edits import Refused
from stackfix.fixers.python.site import Splice, spliced
from stackfix.formats import python
from stackfix.text import Text, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from stackfix.edits import Replace
    from stackfix.formats.python import Module
    from stackfix.graph.library import Library

Node = TypeVar("Node", bound=cst.CSTNode)
Change = cst.CSTNode | cst.FlattenSentinel[cst.CSTNode]


@dataclass(frozen=True, slots=True)
class _Placed:
    """What libcst reads of a file, by place: bytes from its start, and how many. `lines` are those of one statement."""

    root: cst.Module
    at: Mapping[tuple[int, int], tuple[cst.CSTNode, ...]]
    lines: Mapping[int, cst.SimpleStatementLine]


def read_placed(text: Text) -> _Placed:
    """A file as libcst reads it. Unreadable where it can't, or would not write the same."""
    try:
        wrapper = MetadataWrapper(cst.parse_module(text.value), unsafe_skip_copy=True)
    except (cst.ParserSyntaxError, RecursionError):
        raise Unreadable("not read by libcst") from None
    if wrapper.module.code != text.value:
        raise Unreadable("not read by libcst")
    spans = wrapper.resolve(ByteSpanPositionProvider)
    at: dict[tuple[int, int], tuple[cst.CSTNode, ...]] = {}
    lines: dict[int, cst.SimpleStatementLine] = {}
    for node, span in spans.items():
        at[span.start, span.length] = (*at.get((span.start, span.length), ()), node)
        if isinstance(node, cst.SimpleStatementLine) and node.body:
            lines[spans[node.body[0]].start] = node
    return _Placed(wrapper.module, at, lines)


class Tree:
    """A module as libcst reads it, with the nodes of `ast` found in it by their place."""

    def __init__(self, module: Module, library: Library) -> None:
        """Take what libcst reads of a file. Refused where it can't, or would not write the same."""
        placed = library.get(module.path, read_placed)
        if placed is None:
            raise Refused("the source can't be read by libcst")
        self.module = module
        self.root = placed.root
        self._placed = placed

    def find(self, node: ast.expr | ast.stmt, kind: type[Node]) -> Node:
        """The node of a kind that stands where a node of `ast` does."""
        start, end = self.module.range(node)
        source = self.module.text.value
        begin, length = len(source[:start].encode()), len(source[start:end].encode())
        found = next((n for n in self._placed.at.get((begin, length), ()) if isinstance(n, kind)), None)
        if found is None:
            raise Refused("the place is no longer there")
        return found

    def line(self, node: ast.stmt) -> cst.SimpleStatementLine:
        """The line that one simple statement has for itself."""
        begin = len(self.module.text.value[: self.module.range(node)[0]].encode())
        found = self._placed.lines.get(begin)
        if found is None or len(found.body) != 1:
            raise Refused("the statement shares its line with another")
        return found

    def block(self, line: cst.BaseStatement) -> cst.IndentedBlock:
        """The block that a statement is one of."""
        for nodes in self._placed.at.values():
            for found in nodes:
                if isinstance(found, cst.IndentedBlock) and any(s is line for s in found.body):
                    return found
        raise Refused("the statement stands in no block of its own")

    def holder(self, node: ast.AST) -> cst.CSTNode:
        """The statement of the module's top level that a node stands in."""
        above: ast.AST | None = node
        while above is not None and above not in self.module.tree.body:
            above = self.module.parent(above)
        assert isinstance(above, ast.stmt)
        return self.root.body[self.module.tree.body.index(above)] if self._aligned() else self._at(above)

    def _aligned(self) -> bool:
        """Whether each top-level statement has a line for itself."""
        return len(self.root.body) == len(self.module.tree.body)

    def _at(self, node: ast.stmt) -> cst.CSTNode:
        raise Refused(f"two statements share a line near line {node.lineno}")

    def written(self, source: str, leading: Sequence[cst.EmptyLine] = ()) -> cst.SimpleStatementLine | cst.FunctionDef:
        """A statement in the file's own indentation and line ends."""
        made = cst.parse_statement(source, self.root.config_for_parsing)
        assert isinstance(made, cst.SimpleStatementLine | cst.FunctionDef)
        return made.with_changes(leading_lines=list(leading))


class _Exchange(cst.CSTTransformer):
    """Puts other nodes in the place of some, by identity."""

    def __init__(self, changes: Mapping[cst.CSTNode, Callable[[cst.CSTNode], Change]]) -> None:
        super().__init__()
        self.changes = {id(node): change for node, change in changes.items()}

    def on_leave(  # type: ignore[override] # libcst's own type is a union over all kinds of node
        self, original_node: cst.CSTNode, updated_node: cst.CSTNode
    ) -> Change:
        change = self.changes.get(id(original_node))
        return updated_node if change is None else change(updated_node)


def exchanged(tree: Tree, changes: Mapping[cst.CSTNode, Callable[[cst.CSTNode], Change]]) -> cst.Module:
    """The module with some nodes changed: each successor is made from the node with what changed below it."""
    found = tree.root.visit(_Exchange(changes))
    assert isinstance(found, cst.Module)
    return found


class Undone(ast.NodeTransformer):
    """Takes a repair back: statements that it added go, others become again what they were."""

    def __init__(self, added: Iterable[str], back: Callable[[ast.AST], ast.AST | list[ast.stmt]]) -> None:
        """`added` is the source of what was added; `back` makes of a node what it was."""
        statements = [s for source in added for s in ast.parse(source).body]
        self.added = {ast.dump(s) for s in statements}
        self.kinds = tuple({type(s) for s in statements})
        self.back = back

    def visit(self, node: ast.AST) -> ast.AST | list[ast.stmt] | None:
        """The node without what was added below it."""
        if isinstance(node, self.kinds) and ast.dump(node) in self.added:
            return None
        self.generic_visit(node)
        return self.back(node)


def edits(module: Module, after: cst.Module, undone: Undone) -> tuple[Replace, ...]:
    """What turns the file into `after`, proved: both parsers read it, and taken back it says what it said before."""
    new = after.code
    try:
        result = python.read(Text.unwritten(new)).tree
        before = python.read(module.text).tree
        same = _dump(undone.visit(result)) == _dump(undone.visit(before)) and cst.parse_module(new).code == new
    except (Unreadable, cst.ParserSyntaxError, RecursionError):
        raise Refused("the result would be no Python") from None
    if not same:
        raise Refused("the source can't be changed there alone")
    return spliced(module, _splices(module.text.value, new))


def _dump(node: ast.AST | list[ast.stmt] | None) -> str:
    return ast.dump(node) if isinstance(node, ast.AST) else ""


def _splices(old: str, new: str) -> list[Splice]:
    """The lines that differ, each run of them cut down to the characters that do."""
    before, after = re.split(r"(?<=\n)", old), re.split(r"(?<=\n)", new)
    starts = [0]
    for line in before:
        starts.append(starts[-1] + len(line))
    found = [
        _cut(starts[i1], "".join(before[i1:i2]), "".join(after[j1:j2]))
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        if tag != "equal"
    ]
    return [_held(old, splice) for splice in found]


def _held(old: str, splice: Splice) -> Splice:
    """An insertion with the character before it: what two repairs both need, an import, is then one edit of theirs.

    Among blank lines it could stand at several places, and stands at the first.
    """
    if splice.start != splice.end or not splice.start:
        return splice
    at, new = splice.start, splice.new
    for end in ("\r\n", "\n"):
        while new.endswith(end) and old.endswith(end + end, 0, at):
            at, new = at - len(end), end + new.removesuffix(end)
    return Splice(at - 1, at, old[at - 1] + new)


def _cut(start: int, old: str, new: str) -> Splice:
    least = min(len(old), len(new))
    head = next((i for i in range(least) if old[i] != new[i]), least)
    tail = next((i for i in range(least - head) if old[-1 - i] != new[-1 - i]), least - head)
    return Splice(start + head, start + len(old) - tail, new[head : len(new) - tail])
