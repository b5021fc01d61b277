"""Take a directive away, with its line where it has one of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused
from stackfix.fixers.nginx import change, inherited, place, style
from stackfix.fixers.nginx.change import Splice
from stackfix.fixers.nginx.place import Place
from stackfix.formats import nginx

if TYPE_CHECKING:
    from stackfix.graph.library import Library
    from stackfix.repairs.remove_directive import RemoveDirective


def edits(repair: RemoveDirective, library: Library) -> tuple[Edit, ...]:
    """The one deletion. Refused for blocks, and where outer headers would be inherited again."""
    found = place.find(repair.anchor, library)
    directive = found.directive
    if directive.block is not None or directive.code is not None:
        raise Refused("it is a block")
    _refuse_uncovering(found, library)
    if any(directive.start <= comment.start < directive.end for comment in found.document.comments):
        raise Refused("a comment stands between the arguments")
    index = directive.steps[-1]
    shape = nginx.shape(found.document.directives)
    expected = change.below(shape, directive.steps[:-1], lambda block: (*block[:index], *block[index + 1 :]))
    return change.done(found, (_gone(found.document.text.value, directive),), expected)


def _refuse_uncovering(found: Place, library: Library) -> None:
    directive = found.directive
    parent = nginx.resolve(found.document, directive.steps[:-1])
    if parent is None or parent.block is None:
        raise Refused("the place is no longer there")
    if [one.keyword for one in parent.block].count(directive.keyword) > 1 or not directive.steps[:-1]:
        return
    around = Place(found.document, parent, place.parent(found.anchor), found.embedded)
    if inherited.loses(around, directive.keyword, library):
        raise Refused(f"without it the block would inherit other {directive.keyword}")


def _gone(value: str, directive: nginx.Directive) -> Splice:
    """The whole line with its break, or the directive and the white space before it; a comment keeps its line."""
    start, end = directive.start, directive.end
    if not style.starts_line(value, start):
        before = len(value[:start].rstrip(" \t"))
        return Splice(before, end, "")
    rest = value[end : style.line_end(value, end)]
    if rest.strip(" \t"):
        return Splice(start, end + len(rest) - len(rest.lstrip(" \t")), "")
    # The break before goes rather than the one behind, so that a last line needs no case of its own.
    line = value.rfind("\n", 0, start) + 1
    if line:
        return Splice(line - (2 if value[line - 2 : line] == "\r\n" else 1), style.line_end(value, end), "")
    feed = value.find("\n", end)
    return Splice(0, len(value) if feed < 0 else feed + 1, "")
