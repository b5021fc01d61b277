"""The nodes of a YAML document, each with its characters in the text that was read and its bytes in the file.

May import spans, text and the spelling of scalars.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from stackfix.formats.yaml_spelling import runs
from stackfix.spans import Span
from stackfix.text import Piece, Slicer, Text


class Source:
    """The text that nodes were read from, and their way back to its bytes."""

    __slots__ = ("_base", "_slicer", "text")

    def __init__(self, text: Text) -> None:
        """Index nothing before a node of it is asked for its place."""
        self.text = text
        self._slicer: Slicer | None = None
        whole = text.pieces[0] if len(text.pieces) == 1 else None
        plain = whole is not None and whole.exact and whole.length == len(whole.span)
        self._base = whole.span.start if whole is not None and plain else None

    def slice(self, start: int, end: int) -> Text:
        """Characters `start` to `end` with their places."""
        if self._slicer is None:
            self._slicer = Slicer(self.text)
        return self._slicer.slice(start, end)

    def span(self, start: int, end: int) -> Span:
        """The bytes from the first to the last of these characters."""
        if self._base is not None:
            return Span(self._base + start, self._base + end)
        pieces = self.slice(start, end).pieces
        if not pieces:
            return Span(0, 0)
        return Span(pieces[0].span.start, max(pieces[-1].span.end, pieces[0].span.start))


# Nodes are written once by `read` and never after. They aren't frozen because a frozen dataclass takes three times as
# long to make, and an alias may stand inside the very node it names.


@dataclass(slots=True, eq=False)
class Scalar:
    """A scalar. `value` are the decoded characters; `text` holds them with their bytes; `start` to `end` is the token.

    `style` is "plain", "single", "double", "literal" or "folded". `head` is where its tag or anchor begins.
    """

    source: Source = field(repr=False)
    value: str
    start: int
    end: int
    style: str
    head: int
    flow: bool = False
    anchor: str | None = None
    tag: str | None = None
    _text: Text | None = field(default=None, repr=False)

    @property
    def text(self) -> Text:
        """The decoded characters, each with its bytes."""
        if self._text is None:
            self._text = _decoded(self)
        return self._text

    @property
    def span(self) -> Span:
        """The bytes of the token, quotes included, without tag, anchor and a block scalar's trailing blank lines."""
        return self.source.span(self.start, self.end)


@dataclass(slots=True, eq=False)
class Item:
    """One `key: value` of a mapping."""

    key: Node
    value: Node

    @property
    def span(self) -> Span:
        """The bytes from the key to the end of the value (comments not included)."""
        return self.key.source.span(self.start, self.end)

    @property
    def start(self) -> int:
        """Where its key begins, tag and anchor included."""
        return self.key.head

    @property
    def end(self) -> int:
        """Where its value ends; behind the key where the value is nothing."""
        return max(self.key.end, self.value.end)


@dataclass(slots=True, eq=False)
class Mapping:
    """A mapping, items as written (merge keys included, unmerged). In `[a: b]` it is flow and has no braces."""

    source: Source = field(repr=False)
    items: tuple[Item, ...]
    start: int
    end: int
    flow: bool
    head: int
    anchor: str | None = None
    tag: str | None = None

    @property
    def span(self) -> Span:
        """Its bytes without tag and anchor; a block mapping ends with its last leaf."""
        return self.source.span(self.start, self.end)


@dataclass(slots=True, eq=False)
class Sequence:
    """A sequence."""

    source: Source = field(repr=False)
    items: tuple[Node, ...]
    start: int
    end: int
    flow: bool
    head: int
    anchor: str | None = None
    tag: str | None = None

    @property
    def span(self) -> Span:
        """Its bytes without tag and anchor; a block sequence begins at its first dash and ends with its last leaf."""
        return self.source.span(self.start, self.end)


@dataclass(slots=True, eq=False)
class Alias:
    """`*name`, and the node it stands for."""

    source: Source = field(repr=False)
    name: str
    start: int
    end: int
    target: Scalar | Mapping | Sequence = field(repr=False)

    @property
    def span(self) -> Span:
        """The bytes of `*name`."""
        return self.source.span(self.start, self.end)

    @property
    def head(self) -> int:
        """Where it begins: an alias has neither tag nor anchor."""
        return self.start


Node = Scalar | Mapping | Sequence | Alias


@dataclass(slots=True, eq=False)
class Document:
    """One document of a stream. `root` is None where it is empty; `index` counts from 0.

    `template` says that a value is spelled `{{ … }}` without quotes, which another tool fills in before YAML is read.
    `used` are the anchored nodes that an alias names. `start` to `end` are characters, from `---` or the first token
    to the end of the last leaf.
    """

    source: Source = field(repr=False)
    root: Node | None
    index: int
    start: int
    end: int
    template: bool
    used: frozenset[int] = field(default_factory=frozenset, repr=False)

    @property
    def span(self) -> Span:
        """Its bytes."""
        return self.source.span(self.start, self.end)


def _decoded(node: Scalar) -> Text:
    source = node.source
    if node.start == node.end and node.style == "plain":
        return Text("", _quoted(source.slice(node.start, node.start), _void(node), exact=True))
    prefix = "yaml:flow-plain" if node.flow else "yaml:plain"
    quoting = prefix if node.style == "plain" else f"yaml:{node.style}"
    raw = source.text.value[node.start : _body_end(node)]
    pieces: list[Piece] = []
    for run in runs(node.style, raw, node.value, quoting):
        cut = source.slice(node.start + run.start, node.start + run.end)
        if run.exact:
            pieces.extend(_quoted(cut, run.quoting, exact=True))
        else:
            pieces.append(_inexact(cut, run.length, run.quoting))
    return Text(node.value, tuple(pieces))


def _void(node: Scalar) -> str:
    before = node.source.text.value[node.start - 1 : node.start]
    if before not in {":", "-"}:
        return "yaml:absent"
    return "yaml:flow-empty" if node.flow else "yaml:empty"


def _body_end(node: Scalar) -> int:
    """A block scalar's last line break belongs to its value though not to its span."""
    if node.style not in {"literal", "folded"}:
        return node.end
    rest = re.compile(r"[ \t]*(?:\r\n|\r|\n)?").match(node.source.text.value, node.end)
    return rest.end() if rest else node.end


def _quoted(text: Text, quoting: str, *, exact: bool) -> tuple[Piece, ...]:
    return tuple(Piece(p.length, p.path, p.span, (*p.quoting, quoting), exact and p.exact) for p in text.pieces)


def _inexact(text: Text, length: int, quoting: str) -> Piece:
    first, last = text.pieces[0], text.pieces[-1]
    path = first.path if all(p.path == first.path for p in text.pieces) else None
    end = max(first.span.start, last.span.end)
    return Piece(length, path, Span(first.span.start, end), (*first.quoting, quoting), exact=False)
