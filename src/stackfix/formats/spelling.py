"""Characters that one syntax spells inside another: how a reader marks what it has decoded.

May import text and spans.
"""

from __future__ import annotations

from stackfix.spans import Span
from stackfix.text import Piece, Text


def within(text: Text, quoting: str) -> Text:
    """The same characters, spelled as themselves inside one more quoting (the innermost)."""
    return Text(text.value, tuple(Piece(p.length, p.path, p.span, (*p.quoting, quoting), p.exact) for p in text.pieces))


def decoded(source: Text, value: str, quoting: str) -> Text:
    """`value`, which all characters of `source` together spell: an escape sequence. It can't be cut within."""
    if not value:
        return Text("", ())
    place = source.place
    if place is None:
        return Text.unwritten(value)
    outer = source.pieces[0].quoting if source.pieces else ()
    span = Span(place[1].start, place[1].end)
    return Text(value, (Piece(len(value), place[0], span, (*outer, quoting), exact=False),))
