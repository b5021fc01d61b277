"""Give a directive other arguments, each in the quotes that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused
from stackfix.fixers.nginx import change, place, style, variables
from stackfix.fixers.nginx.change import Splice
from stackfix.formats import nginx

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stackfix.graph.library import Library
    from stackfix.repairs.set_directive import SetDirective


def edits(repair: SetDirective, library: Library) -> tuple[Edit, ...]:
    """The replacements of the arguments that differ; where their number changes, of all of them."""
    found = place.find(repair.anchor, library)
    directive = found.directive
    if directive.code is not None:
        raise Refused("a block of Lua is not rewritten")
    if directive.values == repair.args:
        return ()
    (args,) = variables.written((repair.args,), found, library)
    index = directive.steps[-1]

    def changed(block: change.Shape) -> change.Shape:
        name, _, inner, code = change.entry(block[index])
        return (*block[:index], (name, args, inner, code), *block[index + 1 :])

    expected = change.below(nginx.shape(found.document.directives), directive.steps[:-1], changed)
    splices = (
        _same_number(directive, args) if len(args) == len(directive.values) else _all(directive, args, found.document)
    )
    return change.done(found, tuple(splices), expected)


def _same_number(directive: nginx.Directive, args: Sequence[str]) -> Iterator[Splice]:
    value = directive.source.text.value
    for (start, end), old, new in zip(directive.words[1:], directive.values, args, strict=True):
        if old != new:
            quoted = value[start] in "\"'"
            yield Splice(start, end, nginx.spell(new, value[start] if quoted else '"', bare=not quoted))


def _all(directive: nginx.Directive, args: Sequence[str], document: nginx.Document) -> Iterator[Splice]:
    start, end = directive.words[0][1], directive.words[-1][1]
    if any(start <= comment.start < end for comment in document.comments):
        raise Refused("a comment stands between the arguments")
    quote = style.style_of(document).quote
    yield Splice(start, end, "".join(" " + nginx.spell(one, quote) for one in args))
