"""Put other characters where a text is written, spelled as all the syntaxes around it spell them.

May import edits, repairs and formats.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from stackfix.edits import Edit, Refused, Replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stackfix.graph.library import Library
    from stackfix.repairs.set_text import SetText
    from stackfix.text import Piece, Text


_READS = re.compile(rb"\$[A-Za-z_{]")
"""How a variable's reading begins; `$$` is a dollar."""


class _Speller(Protocol):
    """What this needs of a format module; `joined` is there where a stretch may begin and end in different quotings."""

    def encode(self, quoting: str, new: str) -> str: ...


def edits(repair: SetText, library: Library) -> tuple[Edit, ...]:
    """The one replacement that makes `text` read as `new`; none where it does already."""
    if repair.text.value == repair.new:
        return ()
    if _takes_in_a_variable(repair.text, library):
        raise Refused("the text takes in a variable, which would be lost")
    return (spelled(repair.text, repair.new),)


def _takes_in_a_variable(text: Text, library: Library) -> bool:
    """Whether part of what stands there is the value of a variable: `http://api:${PORT:-8080}/` read as one."""
    place, end = text.place, 0
    data = (library.sources.read(place[0]) if place is not None else None) or b""
    for piece in (p for p in text.pieces if p.length):
        if end and _READS.search(data, end, piece.span.start):
            return True
        end = piece.span.end
    return False


def spelled(text: Text, new: str) -> Replace:
    """Replace the bytes of `text` so that `new` is read in its place. Refused where that can't be done exactly."""
    place = text.place
    if place is None:
        raise Refused("the text is not written in one place")
    written = [piece for piece in text.pieces if piece.length] or list(text.pieces[:1])
    if any(piece.cut for piece in written):
        raise Refused("the text is part of what one escape or expansion spells")
    for quoting in reversed(_quotings(written) if text else written[0].quoting):
        new = _module(quoting).encode(quoting, new)
    try:
        return Replace(place[0], place[1], new.encode())
    except UnicodeEncodeError:
        raise Refused("the text can't be written as UTF-8") from None


def _quotings(written: Sequence[Piece]) -> tuple[str, ...]:
    """The quoting of the whole stretch, outermost first."""
    first, last = written[0].quoting, written[-1].quoting
    if any(len(piece.quoting) != len(first) for piece in written):
        raise Refused("the text is quoted in several ways")
    return tuple(_level([piece.quoting[depth] for piece in written]) for depth in range(len(last)))


def _level(names: Sequence[str]) -> str:
    """One quoting for a stretch of one or more pieces."""
    joined = getattr(_module(names[0]), "joined", None)
    if joined is None:
        if len(set(names)) > 1:
            raise Refused("the text is quoted in several ways")
        return names[0]
    one = cast("str | None", joined(tuple(names)))
    if one is None:
        raise Refused("the text is quoted in several ways")
    return one


def _module(quoting: str) -> _Speller:
    name = quoting.partition(":")[0]
    try:
        return cast("_Speller", import_module(f"stackfix.formats.{name}"))
    except ImportError:
        raise Refused(f"nothing knows how to spell {name}") from None
