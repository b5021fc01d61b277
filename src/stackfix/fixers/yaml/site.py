"""Where a YAML operation works: the documents that an anchor leads into, and proving what an edit made of them.

May import edits, formats, the fixers for any syntax.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from stackfix.edits import Edit, Refused
from stackfix.fixers.any.set_text import spelled
from stackfix.formats import yaml
from stackfix.text import Text, Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping as Table
    from collections.abc import Sequence as Many

    from stackfix.findings import Anchor
    from stackfix.graph.library import Library

# What YAML 1.1 or 1.2 reads as something else than a string: nothing, switches, numbers, dates, `<<`.
_OTHER = re.compile(
    r"~|null|true|false|yes|no|on|off|y|n|<<|=|"
    r"[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-f_]+|[0-9][0-9_]*(?::[0-5]?[0-9])*(?:\.[0-9_]*)?(?:e[-+]?[0-9]+)?|"
    r"\.[0-9_]+(?:e[-+]?[0-9]+)?|\.inf)|\.nan|"
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?|",
    re.IGNORECASE,
)
# A node as a nested tuple: two documents that say the same, type for type, have equal shapes.
Shape = tuple[object, ...]


class _Holder(Protocol):
    """A node of any syntax in which a document may lie."""

    @property
    def text(self) -> Text: ...


class _Format(Protocol):
    """What every format module offers."""

    def read(self, text: Text) -> object: ...
    def resolve(self, document: object, steps: Many[str | int]) -> _Holder | None: ...


@dataclass(frozen=True, slots=True)
class Site:
    """The documents of one text, the one that is meant, and the steps from its root to the node meant."""

    documents: tuple[yaml.Document, ...]
    document: yaml.Document
    steps: tuple[str | int, ...]

    @property
    def source(self) -> yaml.Source:
        """What the documents were read from."""
        return self.document.source

    @property
    def characters(self) -> str:
        """The characters of all the documents."""
        return self.document.source.text.value

    @property
    def feed(self) -> str:
        """How its lines end: as the first one does."""
        first = self.characters.find("\n")
        return "\r\n" if first > 0 and self.characters[first - 1] == "\r" else "\n"

    def node(self, steps: tuple[str | int, ...], *, shared: bool = False) -> yaml.Scalar | yaml.Mapping | yaml.Sequence:
        """The node at these steps, which an edit changes for itself alone; Refused where others share it.

        `shared`: the edit is meant for them all.
        """
        node = yaml.get(self.document.root, *steps)
        if node is None:
            raise Refused("the place is no longer there")
        if not shared and yaml.shared(self.document, node):
            raise Refused("others use it through an anchor")
        if yaml.is_template(node):
            raise Refused("a template fills it in")
        return node

    def line_start(self, at: int) -> int:
        """The first character of the line of a character."""
        return self.characters.rfind("\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        """The end of that line, before its line ending."""
        end = self.characters.find("\n", at)
        if end < 0:
            return len(self.characters)
        return end - 1 if end > at and self.characters[end - 1] == "\r" else end

    def column(self, at: int) -> int:
        """How many characters stand before it in its line."""
        return at - self.line_start(at)


def site(anchor: Anchor, library: Library) -> Site:
    """What an anchor leads to. Refused where the file isn't there or can't be read any more."""
    documents = _documents(anchor, library)
    steps = anchor.innermost.steps
    if not steps or not isinstance(steps[0], int) or not 0 <= steps[0] < len(documents):
        raise Refused("the document is no longer there")
    return Site(documents, documents[steps[0]], steps[1:])


def _documents(anchor: Anchor, library: Library) -> tuple[yaml.Document, ...]:
    module = _format(anchor.syntax)
    document = library.get(anchor.path, module.read)
    here = anchor
    while document is not None and here.inner is not None:
        holder = module.resolve(document, here.steps)
        if holder is None:
            raise Refused("the document is no longer there")
        here = here.inner
        module = _format(here.syntax)
        try:
            document = module.read(holder.text)
        except Unreadable as problem:
            raise Refused(problem.reason) from None
    if document is None or here.syntax != "yaml":
        raise Refused("the document can't be read")
    return cast("tuple[yaml.Document, ...]", document)


def _format(syntax: str) -> _Format:
    return cast("_Format", import_module(f"stackfix.formats.{syntax}"))


def shape(node: yaml.Node | None, swapped: Table[int, Shape] | None = None) -> Shape:
    """What a node says, with other shapes in place of the nodes (by id) in `swapped`."""
    if node is None:
        return ("text", None, None, "")
    if swapped and id(node) in swapped:
        return swapped[id(node)]
    match node:
        case yaml.Alias():
            return ("alias", node.name)
        case yaml.Scalar():
            return scalar_shape(node.value, plain=node.style == "plain", tag=node.tag, anchor=node.anchor)
        case yaml.Mapping():
            pairs = tuple((shape(item.key, swapped), shape(item.value, swapped)) for item in node.items)
            return ("mapping", node.tag, node.anchor, pairs)
        case yaml.Sequence():
            return ("sequence", node.tag, node.anchor, tuple(shape(item, swapped) for item in node.items))


def scalar_shape(value: str, *, plain: bool, tag: str | None = None, anchor: str | None = None) -> Shape:
    """The shape of a scalar; a plain one that is no text is told apart from the text of the same characters."""
    bare = plain and tag is None and not is_text(value)
    return ("plain" if bare else "text", tag, anchor, value)


def is_text(value: str) -> bool:
    """Whether a plain scalar is a string for YAML 1.1 and 1.2 alike."""
    return not _OTHER.fullmatch(value)


def prove(here: Site, start: int, end: int, new: str, swapped: Table[int, Shape]) -> tuple[Edit, ...]:
    """The edit that puts `new` for characters `start` to `end`, once the result says what it must and nothing else."""
    old = here.characters
    try:
        after = yaml.read(Text.unwritten(old[:start] + new + old[end:]))
    except Unreadable as problem:
        raise Refused(f"the edited document would not be read: {problem.reason}") from None
    if [shape(d.root) for d in after] != [shape(d.root, swapped) for d in here.documents]:
        raise Refused("the edited document would say something else")
    while start < end and new and old[start] == new[0]:
        start, new = start + 1, new[1:]
    while start < end and new and old[end - 1] == new[-1]:
        end, new = end - 1, new[:-1]
    if start == end and not new:
        return ()
    return (spelled(here.source.slice(start, end), new),)
