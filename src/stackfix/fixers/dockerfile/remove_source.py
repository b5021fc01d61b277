"""Take one source out of a COPY or ADD that has several, with the white space or comma that parts it.

May import edits, formats, repairs and site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused, Replace
from stackfix.findings import Anchor
from stackfix.fixers.dockerfile.site import shape, site
from stackfix.spans import Span

if TYPE_CHECKING:
    from stackfix.graph.library import Library
    from stackfix.repairs.remove_source import RemoveSource

_LEAST = 3  # two sources and the destination


def edits(repair: RemoveSource, library: Library) -> tuple[Edit, ...]:
    """The edit that removes the source; Refused where it is the only one."""
    *steps, number = repair.anchor.steps
    here = site(Anchor(repair.anchor.path, repair.anchor.syntax, tuple(steps)), library)
    copy = here.instruction
    if copy.name not in {"COPY", "ADD"} or not isinstance(number, int) or not 0 <= number < len(copy.words) - 1:
        raise Refused("it is no source of COPY or ADD")
    if len(copy.words) < _LEAST:
        raise Refused("it is the only source")
    gone, following = copy.words[number].raw.place, copy.words[number + 1].raw.place
    if gone is None or following is None:
        raise Refused("the source lies in no one place")
    span = Span(gone[1].start, following[1].start)
    if b"#" in here.data[gone[1].end : following[1].start]:
        raise Refused("a comment stands behind the source")
    changed = list(shape(copy))
    changed[3] = tuple((w.value, w.dollars) for i, w in enumerate(copy.words) if i != number)
    expected = here.shapes()
    expected[here.document.instructions.index(copy)] = tuple(changed)
    return here.proved([Replace(here.path, span, b"")], expected)
