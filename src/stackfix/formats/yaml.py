"""YAML: bytes → documents of nodes whose every span is known.

Located with libyaml's events (1.1 grammar, 1.2 judged by scalar text and style, never by implicit types). Nodes and
documents count characters of the text that was read (`start`, `end`); spans are bytes, worked out when asked for.

May import spans, text, edits and the spelling of scalars.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast

from stackfix.formats.yaml_spelling import encode, joined, runs
from stackfix.spans import Span
from stackfix.text import Piece, Slicer, Text, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from collections.abc import Sequence as Many

__all__ = [
    "Alias",
    "Document",
    "Item",
    "Mapping",
    "Node",
    "Scalar",
    "Sequence",
    "Source",
    "deref",
    "encode",
    "find",
    "get",
    "is_template",
    "items",
    "joined",
    "own",
    "read",
    "resolve",
    "shared",
    "walk",
]

_DEPTH = 200
_STARTS = frozenset({"MappingStartEvent", "SequenceStartEvent"})
_ENDS = frozenset({"MappingEndEvent", "SequenceEndEvent"})
_STYLES = {"'": "single", '"': "double", "|": "literal", ">": "folded"}
_PROPERTIES = re.compile(
    r"(?:(?:!<[^>]*>|[&!][^\s,\[\]{}]*)"
    r"(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n|(?=[^ \t])|\Z)|[ \t]+)+)+"
)


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


def read(text: Text) -> tuple[Document, ...]:
    """The documents of a text. Raises Unreadable where it is no YAML, a template of it, or nested too deeply."""
    from yaml import YAMLError  # noqa: PLC0415 - 18 ms that a run without YAML needn't pay

    try:
        return tuple(_Builder(text).documents())
    except YAMLError as error:
        if "{{" in text.value or "{%" in text.value:
            raise Unreadable("a template, not plain YAML") from error
        mark = getattr(error, "problem_mark", None)
        offset = mark.index if mark is not None else getattr(error, "position", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "can't be parsed"
        raise Unreadable(f"not YAML: {problem}", offset) from error


class _Mark(Protocol):
    index: int


class _Event(Protocol):
    """What the parser's events have between them; which of it there is depends on the kind."""

    start_mark: _Mark
    end_mark: _Mark
    anchor: str | None
    tag: str | None
    value: str
    style: str | None
    flow_style: bool


class _Open:
    """A collection still being read."""

    __slots__ = ("children", "node")

    def __init__(self, node: Mapping | Sequence) -> None:
        self.node = node
        self.children: list[Node] = []


class _Builder:
    """Puts events together into documents."""

    def __init__(self, text: Text) -> None:
        self.source = Source(text)
        self.characters = text.value
        self.stack: list[_Open] = []
        self.anchors: dict[str, Scalar | Mapping | Sequence] = {}
        self.used: set[int] = set()
        self.root: Node | None = None
        self.template = False

    def documents(self) -> Iterator[Document]:
        """Each document, in order."""
        index = start = 0
        for event in _events(self.characters):
            kind = event.__class__.__name__
            if kind == "ScalarEvent":
                self._put(self._scalar(event))
            elif kind in _STARTS:
                self._open(event, kind == "MappingStartEvent")
            elif kind in _ENDS:
                self._close(event)
            elif kind == "AliasEvent":
                self._alias(event)
            elif kind == "DocumentStartEvent":
                self._begin()
                start = event.start_mark.index
            elif kind == "DocumentEndEvent":
                yield self._finish(index, start)
                index += 1

    def _begin(self) -> None:
        self.anchors = {}
        self.used = set()
        self.root = None
        self.template = False

    def _finish(self, index: int, start: int) -> Document:
        root = self.root
        if isinstance(root, Scalar) and root.head == root.end and root.style == "plain":
            root = None
        end = start if root is None else root.end
        if root is not None and root.head < start:
            start = root.head
        return Document(self.source, root, index, start, max(start, end), self.template, frozenset(self.used))

    def _put(self, node: Node) -> None:
        if self.stack:
            self.stack[-1].children.append(node)
        else:
            self.root = node

    def _scalar(self, event: _Event) -> Scalar:
        start, end = event.start_mark.index, event.end_mark.index
        head = start
        tag, anchor = event.tag, event.anchor
        if tag or anchor:
            start = _after_properties(self.characters, start, end)
        style = _STYLES.get(event.style or "", "plain")
        flow = bool(self.stack) and self.stack[-1].node.flow
        if style in {"literal", "folded"}:
            end = _block_end(self.characters, start, end)
        elif start == end:
            start = end = _empty_at(self.characters, start, self.stack)
            head = min(head, start)
        node = Scalar(self.source, event.value, start, end, style, head, flow, anchor, tag)
        if anchor:
            self.anchors[anchor] = node
        return node

    def _open(self, event: _Event, mapping: bool) -> None:
        if len(self.stack) >= _DEPTH:
            raise Unreadable("nested too deeply", event.start_mark.index)
        head, end = event.start_mark.index, event.end_mark.index
        flow = bool(event.flow_style)
        start = head
        if event.tag or event.anchor:
            start = end
            if end > head and self.characters[end - 1] in ("{[" if flow else "-"):
                start = end - 1
        node = (Mapping if mapping else Sequence)(self.source, (), start, end, flow, head, event.anchor, event.tag)
        self._put(node)
        self.stack.append(_Open(node))
        if event.anchor:
            self.anchors[event.anchor] = node

    def _close(self, event: _Event) -> None:
        opened = self.stack.pop()
        node, children = opened.node, opened.children
        if children and not (node.flow and event.end_mark.index > event.start_mark.index):
            node.end = max(child.end for child in children[-2:])
        else:
            node.end = event.end_mark.index if node.flow else node.start
        if isinstance(node, Sequence):
            node.items = tuple(children)
            return
        if children and not node.flow:
            node.start = children[0].head
        node.items = tuple(map(Item, children[::2], children[1::2]))
        self.template = self.template or is_template(node)

    def _alias(self, event: _Event) -> None:
        name = event.anchor or ""
        start, end = event.start_mark.index, event.end_mark.index
        target = self.anchors.get(name)
        if target is None:
            raise Unreadable(f"not YAML: no anchor is called {name}", start)
        self.used.add(id(target))
        self._put(Alias(self.source, name, start, end, target))


def _events(characters: str) -> Iterator[_Event]:
    import yaml  # noqa: PLC0415 - as in `read`

    loader = getattr(yaml, "CLoader", yaml.Loader)(characters)
    get_event = cast("Callable[[], _Event | None]", loader.get_event)
    try:
        while True:
            event = get_event()
            if event is None or event.__class__.__name__ == "StreamEndEvent":
                return
            yield event
    finally:
        loader.dispose()


def _after_properties(characters: str, start: int, end: int) -> int:
    match = _PROPERTIES.match(characters, start, end)
    return match.end() if match else end


def _block_end(characters: str, start: int, end: int) -> int:
    """The end of a block scalar's last line that says something; with `+` all its lines do."""
    first = characters.find("\n", start, end)
    header = characters[start : first if first >= 0 else end]
    body = characters[start:end]
    if "+" in header.partition("#")[0]:
        body = body.removesuffix("\n").removesuffix("\r")
        return start + len(body)
    return start + max(len(body.rstrip(" \t\r\n")), 1)


def _empty_at(characters: str, at: int, stack: Many[_Open]) -> int:
    """Where a value that is nothing would be written: right behind its colon or dash."""
    if not stack or not stack[-1].node.flow:
        return at
    back = at
    while back > 0 and characters[back - 1] in " \t\r\n":
        back -= 1
    return back if back > 0 and characters[back - 1] == ":" else at


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


def deref(node: Node) -> Scalar | Mapping | Sequence:
    """The node itself, or what an alias stands for."""
    return node.target if isinstance(node, Alias) else node


def own(node: Node | None, key: str) -> Item | None:
    """The item that a mapping itself writes under a key, the last of several; aliases resolved, merges not."""
    mapping = None if node is None else deref(node)
    if isinstance(mapping, Mapping):
        for item in reversed(mapping.items):
            name = deref(item.key)
            if isinstance(name, Scalar) and name.value == key:
                return item
    return None


def find(node: Node | None, key: str) -> Item | None:
    """The item under a key, through aliases and `<<` merges: what is written nearest wins."""
    if node is None:
        return None
    for mapping in _layers(node):
        item = own(mapping, key)
        if item is not None:
            return item
    return None


def items(node: Node | None) -> tuple[Item, ...]:
    """All items of a mapping, each key once: its own, then those that `<<` brings; () where it is no mapping."""
    if node is None:
        return ()
    seen: set[str] = set()
    found: list[Item] = []
    for mapping in _layers(node):
        layer: dict[str, Item] = {}
        for item in mapping.items:
            name = deref(item.key)
            if isinstance(name, Scalar) and not is_merge(item) and name.value not in seen:
                layer[name.value] = item
        seen.update(layer)
        found.extend(layer.values())
    return tuple(found)


def is_merge(item: Item) -> bool:
    """Whether an item is `<<: …`, which brings in the keys of other mappings."""
    return isinstance(item.key, Scalar) and item.key.style == "plain" and item.key.value == "<<"


def _layers(node: Node) -> Iterator[Mapping]:
    """A mapping and those merged into it, nearest first, each once: a cycle or a bomb of aliases ends."""
    seen: set[int] = set()
    waiting: list[Node] = [node]
    while waiting:
        mapping = deref(waiting.pop())
        if not isinstance(mapping, Mapping) or id(mapping) in seen:
            continue
        seen.add(id(mapping))
        yield mapping
        waiting.extend(reversed(_merged(mapping)))


def _merged(mapping: Mapping) -> list[Node]:
    found: list[Node] = []
    for item in mapping.items:
        if is_merge(item):
            value = deref(item.value)
            found.extend(value.items if isinstance(value, Sequence) else (value,))
    return found


def get(node: Node | None, *steps: str | int) -> Scalar | Mapping | Sequence | None:
    """The node reached by keys and indices, through aliases and merges, itself never an alias."""
    here = None if node is None else deref(node)
    for step in steps:
        if isinstance(here, Sequence) and isinstance(step, int):
            here = deref(here.items[step]) if 0 <= step < len(here.items) else None
        else:
            item = find(here, str(step))
            here = None if item is None else deref(item.value)
        if here is None:
            return None
    return here


def resolve(documents: Many[Document], steps: Many[str | int]) -> Scalar | Mapping | Sequence | None:
    """The node that an Anchor's steps lead to: the document's number, then keys and indices."""
    if not steps or not isinstance(steps[0], int) or not 0 <= steps[0] < len(documents):
        return None
    return get(documents[steps[0]].root, *steps[1:])


def walk(node: Node | None) -> Iterator[Node]:
    """A node and all nodes written inside it, in order; an alias is yielded and not followed."""
    waiting = [] if node is None else [node]
    while waiting:
        here = waiting.pop()
        yield here
        waiting.extend(reversed(list(_children(here))))


def _children(node: Node) -> Iterable[Node]:
    if isinstance(node, Mapping):
        for item in node.items:
            yield item.key
            yield item.value
    elif isinstance(node, Sequence):
        yield from node.items


def shared(document: Document, node: Node) -> bool:
    """Whether a node lies in (or is) an anchored node that some alias uses: an edit there changes every user."""
    here = deref(node)
    return any(
        top.head <= here.head and here.end <= top.end
        for top in walk(document.root)
        if not isinstance(top, Alias) and id(top) in document.used
    )


def is_template(node: Node) -> bool:
    """Whether a node is `{{ … }}` read as a mapping in a mapping: another tool fills it in first."""
    return (
        isinstance(node, Mapping)
        and node.flow
        and len(node.items) == 1
        and isinstance(node.items[0].key, Mapping)
        and node.source.text.value.startswith("{{", node.start)
    )
