"""Add a location to a server, or a map to http: a block beside its siblings, with their blank lines and braces."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused
from stackfix.fixers.nginx import change, place, style, variables
from stackfix.fixers.nginx.change import Splice
from stackfix.formats import nginx

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stackfix.fixers.nginx.place import Place
    from stackfix.graph.library import Library
    from stackfix.repairs.add_block import AddBlock


def edits(repair: AddBlock, library: Library) -> tuple[Edit, ...]:
    """The one insertion of the block; none where it is there already. Refused where another stands in its place."""
    found = place.find(repair.anchor, library)
    head, *directives = variables.written(((repair.name, *repair.args), *repair.directives), found, library)
    new = (head[0], head[1:], tuple((words[0], words[1:], None, None) for words in directives), None)
    for one in found.block:
        if one.keyword == head[0] and one.values == head[1:] and one.block is not None:
            if nginx.shape((one,)) == (new,):
                return ()
            raise Refused(f"there is a {' '.join(head)} already")
    index, splice = _position(found, head, directives, repair.before)
    shape = nginx.shape(found.document.directives)
    expected = change.below(shape, found.steps, lambda block: (*block[:index], new, *block[index:]))
    return change.done(found, (splice,), expected)


def _position(
    found: Place, head: Sequence[str], directives: Sequence[Sequence[str]], before: str | None
) -> tuple[int, Splice]:
    block = found.block
    named = [index for index, one in enumerate(block) if one.keyword == before and one.block is not None]
    if named:
        return named[0], _ahead(found, block[named[0]], head, directives)
    same = [index for index, one in enumerate(block) if one.keyword == head[0] and one.block is not None]
    if same and head[0] == "location" and block[same[-1]].values == ("/",):
        return same[-1], _ahead(found, block[same[-1]], head, directives)
    index = same[-1] if same else len(block) - 1
    return index + 1, _behind(found, index, head, directives)


def _lines(found: Place, head: Sequence[str], directives: Sequence[Sequence[str]], margin: str) -> str:
    """The block, from its name to its brace, its first line without the margin."""
    manner = style.style_of(found.document)
    siblings = [one for one in found.block if one.block is not None]
    kinds = {one[0] for one in directives}
    alike = [b.block for b in siblings if b.keyword == head[0] and b.block and kinds & {d.keyword for d in b.block}]
    models = alike[-1] if alike else ()
    words = " ".join((head[0], *(nginx.spell(one, manner.quote) for one in head[1:])))
    opening = words + style.brace(siblings, manner, margin) + "{"
    inner = [margin + manner.unit + style.written(one, models, manner) for one in directives]
    return manner.feed.join((opening, *inner, margin + "}"))


def _ahead(found: Place, sibling: nginx.Directive, head: Sequence[str], directives: Sequence[Sequence[str]]) -> Splice:
    """Before a sibling and the comments right above it."""
    value = found.document.text.value
    if not style.starts_line(value, sibling.start):
        raise Refused("the block that it would stand before doesn't begin its line")
    manner = style.style_of(found.document)
    margin = style.indent(value, sibling.start)
    at = _with_comments(found.document, sibling.start)
    blank = manner.feed if _spaced(found) else ""
    text = _lines(found, head, directives, margin) + manner.feed + blank + style.indent(value, at)
    return Splice(at, at, text)


def _behind(found: Place, index: int, head: Sequence[str], directives: Sequence[Sequence[str]]) -> Splice:
    value = found.document.text.value
    manner = style.style_of(found.document)
    if index < 0:
        return _only(found, head, directives)
    sibling = found.block[index]
    if not (style.starts_line(value, sibling.start) and style.ends_line(value, sibling.end)):
        raise Refused("the directive that it would stand behind shares its line")
    margin = style.indent(value, sibling.start)
    at = style.line_end(value, sibling.end)
    blank = manner.feed if sibling.block is None or _spaced(found) else ""
    return Splice(at, at, manner.feed + blank + margin + _lines(found, head, directives, margin))


def _only(found: Place, head: Sequence[str], directives: Sequence[Sequence[str]]) -> Splice:
    """In an empty block of several lines."""
    value = found.document.text.value
    node = found.directive
    assert node.opening is not None
    assert node.closing is not None
    inside = value[node.opening + 1 : node.closing]
    if "\n" not in inside:
        raise Refused("an empty block in one line has no room")
    manner = style.style_of(found.document)
    at = node.opening + 1 + len(inside.rstrip())
    margin = style.indent(value, node.start) + manner.unit
    return Splice(at, at, manner.feed + margin + _lines(found, head, directives, margin))


def _with_comments(document: nginx.Document, at: int) -> int:
    """The first character of the comment lines that stand right above a directive, else its own."""
    value = document.text.value
    starts = {comment.start for comment in document.comments}
    while True:
        line = value.rfind("\n", 0, at) + 1
        if not line:
            return at
        above = value.rfind("\n", 0, line - 1) + 1
        first = above + len(style.indent(value, above))
        if first not in starts:
            return at
        at = first


def _spaced(found: Place) -> bool:
    """Whether blocks here are set apart by an empty line: they are where only one stands."""
    value = found.document.text.value
    block = found.block
    gaps = [
        value[one.end : _with_comments(found.document, other.start)]
        for one, other in pairwise(block)
        if one.block is not None and other.block is not None
    ]
    return not gaps or any(re.search(r"\n[ \t]*\r?\n", gap) for gap in gaps)
