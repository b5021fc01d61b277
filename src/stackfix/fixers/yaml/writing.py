"""Writing new values in the style of a document: its indentation, its dashes, its quotes.

May import formats, repairs and the site.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from stackfix.edits import Refused
from stackfix.fixers.yaml.site import Shape, is_text, scalar_shape
from stackfix.formats import yaml
from stackfix.formats.yaml_spelling import encode, is_plain
from stackfix.repairs.set_entry import Entries, Plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.fixers.yaml.site import Site

T = TypeVar("T")
_QUOTES = {"single": "'", "double": '"'}


@dataclass(frozen=True, slots=True)
class Style:
    """How a document is laid out.

    `width` is how far a mapping is indented under its key, `dash` how far a list's dashes are, `gap` how many spaces
    follow a dash. `quote` is used where a text needs quotes, and for `quoted` texts always; `under` says for the keys
    that neighbouring mappings have whether the texts under them are quoted always.
    """

    width: int
    dash: int
    gap: int
    quote: str
    quoted: bool
    under: tuple[tuple[str, bool], ...] = ()

    def below(self, name: str) -> Style:
        """The style of a value under a key."""
        return replace(self, quoted=dict(self.under).get(name, self.quoted))


def style(site: Site, neighbours: Iterable[yaml.Node]) -> Style:
    """The style of a document where the values beside the new one are `neighbours`."""
    widths: list[int] = []
    dashes: list[int] = []
    gaps: list[int] = []
    quotes: list[str] = []
    for node in (node for document in site.documents for node in yaml.walk(document.root)):
        match node:
            case yaml.Mapping(flow=False):
                _measure(site, node, widths, dashes)
            case yaml.Sequence(flow=False, items=members):
                gaps.extend(_gaps(site, members))
            case yaml.Scalar(style=("single" | "double") as kind):
                quotes.append(kind)
    beside, under = _scalars(neighbours)
    near = [node.style for nodes in (beside, *under.values()) for node in nodes if node.style in _QUOTES]
    return Style(
        width=_common(widths, 2),
        dash=_common(dashes, 2),
        gap=_common(gaps, 1),
        quote=_QUOTES[_common(near or quotes, "double")],
        quoted=_always(beside),
        under=tuple((name, _always(nodes)) for name, nodes in under.items()),
    )


def _scalars(neighbours: Iterable[yaml.Node]) -> tuple[list[yaml.Scalar], dict[str, list[yaml.Scalar]]]:
    """The neighbours that are scalars, and those under each key of the neighbours that are mappings."""
    beside: list[yaml.Scalar] = []
    under: dict[str, list[yaml.Scalar]] = {}
    for node in neighbours:
        if isinstance(node, yaml.Scalar):
            beside.append(node)
        elif isinstance(node, yaml.Mapping):
            for item in node.items:
                if isinstance(item.key, yaml.Scalar) and isinstance(item.value, yaml.Scalar):
                    under.setdefault(item.key.value, []).append(item.value)
    return beside, under


def _always(nodes: Iterable[yaml.Scalar]) -> bool:
    """Whether these texts are quoted even where they needn't be."""
    texts = [node for node in nodes if node.style in _QUOTES or is_text(node.value)]
    telling = [node for node in texts if _needless(node)] or (texts if len(texts) > 1 else [])
    return 2 * sum(node.style in _QUOTES for node in telling) > len(telling)


def _needless(node: yaml.Scalar) -> bool:
    return is_plain(node.value, flow=node.flow) and is_text(node.value)


def _measure(site: Site, node: yaml.Mapping, widths: list[int], dashes: list[int]) -> None:
    for item in node.items:
        value = item.value
        if isinstance(value, (yaml.Mapping, yaml.Sequence)) and not value.flow and value.items:
            into = dashes if isinstance(value, yaml.Sequence) else widths
            into.append(site.column(value.start) - site.column(item.start))


def _gaps(site: Site, members: Iterable[yaml.Node]) -> Iterator[int]:
    for member in members:
        before = site.characters[site.line_start(member.head) : member.head]
        if before.rstrip(" ").endswith("-") and member.head < member.end:
            yield len(before) - len(before.rstrip(" "))


def _common(values: list[T], otherwise: T) -> T:
    return max(values, key=values.count) if values else otherwise


def plain_shape(value: Plain) -> Shape:
    """The shape that a written value must be read as."""
    match value:
        case str():
            return ("text", None, None, value)
        case Entries():
            pairs = tuple((("text", None, None, key), plain_shape(inner)) for key, inner in value.pairs)
            return ("mapping", None, None, pairs)
        case tuple():
            return ("sequence", None, None, tuple(plain_shape(inner) for inner in value))
        case _:
            return scalar_shape(_bare(value), plain=True)


def _bare(value: bool | int | None) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def scalar(value: str | bool | int | None, look: Style, *, flow: bool) -> str:
    """A scalar within one line."""
    if not isinstance(value, str):
        return _bare(value)
    if not look.quoted and is_plain(value, flow=flow) and is_text(value):
        return value
    return quoted(value, look.quote)


def quoted(value: str, quote: str) -> str:
    """A text in quotes: in double ones where single ones can't hold it."""
    if quote == "'":
        try:
            return f"'{encode('yaml:single', value)}'"
        except Refused:
            pass
    return f'"{encode("yaml:double", value)}"'


def key(name: str, look: Style, *, flow: bool = False) -> str:
    """A key: without quotes where that reads as the same text."""
    if is_plain(name, flow=flow) and is_text(name):
        return name
    return quoted(name, look.quote)


def flow_value(value: Plain, look: Style, *, padded: bool = False) -> str:
    """A value written in braces and brackets."""
    pad = " " if padded else ""
    match value:
        case Entries():
            pairs = [(key(name, look, flow=True), flow_value(v, look.below(name))) for name, v in value.pairs]
            inner = ", ".join(f"{name}: {words}" for name, words in pairs)
            return f"{{{pad}{inner}{pad}}}" if inner else "{}"
        case tuple():
            return "[" + ", ".join(flow_value(v, look) for v in value) + "]"
        case _:
            return scalar(value, look, flow=True)


def entry(name: str, value: Plain, column: int, look: Style) -> list[str]:
    """The lines of `name: value` at a column; the first without its indentation."""
    head = key(name, look) + ":"
    look = look.below(name)
    if _is_block(value):
        inner = column + (look.dash if isinstance(value, tuple) else look.width)
        return [head, *(_indented(inner, line) for line in block(value, inner, look))]
    lines = _scalar_lines(value, column + look.width, look)
    return [f"{head} {lines[0]}", *lines[1:]]


def element(value: Plain, column: int, look: Style) -> list[str]:
    """The lines of `- value` with the dash at a column; the first without its indentation."""
    dash = "-" + " " * look.gap
    if _is_block(value):
        lines = block(value, column + len(dash), look)
        rest = [_indented(column + len(dash), line) for line in lines[1:]]
        return [dash + lines[0], *rest]
    lines = _scalar_lines(value, column + look.width, look)
    return [dash + lines[0], *lines[1:]]


def block(value: Plain, column: int, look: Style) -> list[str]:
    """The lines of a collection at a column, all without that indentation."""
    pairs = value.pairs if isinstance(value, Entries) else ()
    parts = [entry(name, inner, column, look) for name, inner in pairs]
    if isinstance(value, tuple):
        parts = [element(inner, column, look) for inner in value]
    found: list[str] = []
    for lines in parts:
        found.append(lines[0])
        found.extend(line[column:] for line in lines[1:])
    return found


def _is_block(value: Plain) -> bool:
    return bool(value.pairs) if isinstance(value, Entries) else isinstance(value, tuple) and bool(value)


def _indented(column: int, line: str) -> str:
    return " " * column + line if line else line


def _scalar_lines(value: Plain, column: int, look: Style) -> list[str]:
    """A scalar or an empty collection; a text of several lines as a block that keeps them."""
    if not isinstance(value, str) or "\n" not in value:
        return [flow_value(value, look) if isinstance(value, (Entries, tuple)) else scalar(value, look, flow=False)]
    body = value.rstrip("\n")
    try:
        spelled = encode(f"yaml:literal:{column}:first", body)
    except Refused:
        return [quoted(value, '"')]
    trailing = len(value) - len(body)
    chomp = {0: "-", 1: ""}.get(trailing, "+")
    return ["|" + chomp, " " * column + spelled.split("\n")[0], *spelled.split("\n")[1:], *[""] * max(trailing - 1, 0)]
