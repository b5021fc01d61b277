"""Add directives to a block, behind the last of their kind, in the neighbours' indentation and columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused
from stackfix.fixers.nginx import change, inherited, place, style, variables
from stackfix.fixers.nginx.change import Splice
from stackfix.formats import nginx

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stackfix.fixers.nginx.place import Place
    from stackfix.graph.library import Library
    from stackfix.repairs.add_directives import AddDirectives

# Directives that a block may hold many of; of all others it may hold one.
_MANY = frozenset(
    {
        "proxy_set_header",
        "add_header",
        "grpc_set_header",
        "fastcgi_param",
        "uwsgi_param",
        "scgi_param",
        "set",
        "rewrite",
        "include",
        "error_page",
        "access_log",
        "limit_req",
        "limit_conn",
        "listen",
        "server",
        "allow",
        "deny",
        "sub_filter",
        "proxy_hide_header",
        "proxy_pass_header",
    }
)
_NAMED = frozenset({"proxy_set_header", "grpc_set_header", "fastcgi_param", "uwsgi_param", "scgi_param"})


def edits(repair: AddDirectives, library: Library) -> tuple[Edit, ...]:
    """The one insertion that adds what isn't there yet. Refused where a directive stands there with another meaning."""
    found = place.find(repair.anchor, library)
    asked = variables.written(repair.directives, found, library)
    wanted = [words for words in asked if not _there(words, found.block)]
    if not wanted:
        return ()
    copied = inherited.copies(found, wanted, library)
    lines, words = _written(found, wanted, copied)
    index, splice = _position(found, lines, tuple(one[0] for one in wanted), repair.beside)
    new = tuple((one[0], one[1:], None, None) for one in words)
    shape = nginx.shape(found.document.directives)
    expected = change.below(shape, found.steps, lambda block: (*block[:index], *new, *block[index:]))
    return change.done(found, (splice,), expected)


def _written(
    found: Place, wanted: Sequence[tuple[str, ...]], copied: Sequence[nginx.Directive]
) -> tuple[list[str], list[tuple[str, ...]]]:
    """The lines to insert and their words: of each kind the inherited ones first, which set the columns."""
    manner = style.style_of(found.document)
    one_line = "\n" not in found.document.text.value[_inside(found.node)]
    siblings = [one for one in found.block if one.block is None] + ([] if one_line else list(copied))
    lines: list[str] = []
    words: list[tuple[str, ...]] = []
    for kind in dict.fromkeys(one[0] for one in wanted):
        for source in copied:
            if source.keyword == kind:
                lines.append(style.collapsed(source) if one_line else style.verbatim(source))
                words.append((kind, *source.values))
        for one in wanted:
            if one[0] == kind:
                lines.append(style.written(one, siblings, manner))
                words.append(one)
    return lines, words


def _inside(node: nginx.Document | nginx.Directive) -> slice:
    return slice(node.opening, node.closing) if isinstance(node, nginx.Directive) else slice(None)


def _there(words: Sequence[str], block: Sequence[nginx.Directive]) -> bool:
    """Whether the block says just that; Refused where it says something else in its place."""
    for one in block:
        if one.keyword != words[0]:
            continue
        if one.values == tuple(words[1:]):
            return True
        rival = words[0] not in _MANY
        named = words[0] in _NAMED and one.values[:1] and one.values[0].lower() == words[1].lower()
        if rival or named:
            raise Refused(f"the block has another {' '.join(words[:2] if named else words[:1])} already")
    return False


def _position(found: Place, lines: Sequence[str], kinds: Sequence[str], beside: str | None) -> tuple[int, Splice]:
    """The child index that the new directives get, and the insertion."""
    block = found.block
    simple = [index for index, one in enumerate(block) if one.block is None and one.code is None]
    families = tuple(kind.partition("_")[0] + "_" for kind in kinds)
    for chosen in (
        [index for index in simple if block[index].keyword == beside],
        [index for index in simple if block[index].keyword in kinds],
        [index for index in simple if block[index].keyword.startswith(families)],
        simple,
    ):
        if chosen:
            return chosen[-1] + 1, _behind(found, block[chosen[-1]], lines)
    return 0, _at_start(found, lines)


def _behind(found: Place, sibling: nginx.Directive, lines: Sequence[str]) -> Splice:
    value = found.document.text.value
    if style.starts_line(value, sibling.start) and style.ends_line(value, sibling.end):
        at = style.line_end(value, sibling.end)
        margin = style.style_of(found.document).feed + style.indent(value, sibling.start)
        return Splice(at, at, "".join(margin + line for line in lines))
    return Splice(sibling.end, sibling.end, "".join(" " + line for line in lines))


def _at_start(found: Place, lines: Sequence[str]) -> Splice:
    """Behind the `{`, where the block has no directive of its own."""
    value = found.document.text.value
    node = found.node
    if not isinstance(node, nginx.Directive) or node.opening is None or node.closing is None:
        raise Refused("the file has no directive to stand beside")
    manner = style.style_of(found.document)
    inside = value[node.opening + 1 : node.closing]
    if "\n" not in inside:
        if inside.strip():
            raise Refused("a block in one line holds nothing but blocks")
        blank = "" if re.match(r"[ \t]", inside) else " "
        return Splice(node.opening + 1, node.opening + 1, "".join(" " + line for line in lines) + blank)
    if not style.ends_line(value, node.opening + 1):
        raise Refused("something follows the block's brace on its line")
    at = style.line_end(value, node.opening + 1)
    first = node.block[0].start if node.block else None
    outer = style.indent(value, node.start)
    margin = style.indent(value, first) if first is not None else outer + manner.unit
    return Splice(at, at, "".join(manner.feed + margin + line for line in lines))
