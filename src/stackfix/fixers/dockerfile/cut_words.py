"""Take the last words of a COPY or ADD away, with the white space before them.

May import edits, formats, repairs and site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused, Replace
from stackfix.findings import Anchor
from stackfix.fixers.dockerfile.site import shape, site
from stackfix.formats.dockerfile import Form
from stackfix.spans import Span

if TYPE_CHECKING:
    from stackfix.graph.library import Library
    from stackfix.repairs.cut_words import CutWords

_LEAST = 2  # a source and the destination


def edits(repair: CutWords, library: Library) -> tuple[Edit, ...]:
    """The edit that removes the words; Refused where no source and destination would be left."""
    *steps, number = repair.anchor.steps
    here = site(Anchor(repair.anchor.path, repair.anchor.syntax, tuple(steps)), library)
    copy = here.instruction
    if copy.name not in {"COPY", "ADD"} or not isinstance(number, int) or not _LEAST <= number < len(copy.words):
        raise Refused("too little would be left of it")
    kept, last = copy.words[number - 1].raw.place, copy.words[-1].raw.place
    if copy.form is Form.EXEC or kept is None or last is None:
        raise Refused("the words lie in no one place")
    span = Span(kept[1].end, last[1].end)
    if b"#" in here.data[span.start : span.end]:
        raise Refused("a comment stands between the words")
    changed = list(shape(copy))
    changed[3] = tuple((w.value, w.dollars) for w in copy.words[:number])
    expected = here.shapes()
    expected[here.document.instructions.index(copy)] = tuple(changed)
    return here.proved([Replace(here.path, span, b"")], expected)
