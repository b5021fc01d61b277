"""YAML: bytes → documents of nodes whose every span is known.

Located with libyaml's events (1.1 grammar, 1.2 judged by scalar text and style, never by implicit types). Nodes and
documents count characters of the text that was read (`start`, `end`); spans are bytes, worked out when asked for.

May import text, the nodes and the spelling of scalars.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol, cast

from stackfix.formats.yaml_nodes import Alias, Document, Item, Mapping, Node, Scalar, Sequence, Source
from stackfix.formats.yaml_spelling import encode, joined
from stackfix.text import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from collections.abc import Sequence as Many

    from stackfix.text import Text

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
    "is_merge",
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
_BLOCKS = frozenset({"literal", "folded"})
_STYLES = {"'": "single", '"': "double", "|": "literal", ">": "folded"}
_PROPERTIES = re.compile(
    r"(?:(?:!<[^>]*>|[&!][^\s,\[\]{}]*)"
    r"(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n|(?=[^ \t])|\Z)|[ \t]+)+)+"
)


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
        if "nesting depth" in problem:  # libyaml's own limit, where it has one
            raise Unreadable("nested too deeply", offset) from error
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
        style = "plain" if event.style is None else _STYLES.get(event.style, "plain")
        flow = bool(self.stack) and self.stack[-1].node.flow
        if style in _BLOCKS:
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
