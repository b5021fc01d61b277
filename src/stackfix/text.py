"""Decoded text that remembers which bytes of which files each of its characters was read from.

A document may lie inside another (nginx in a ConfigMap, a shell command in YAML, a URL in a scalar), and an effective
value may come from several files (a literal part, a default, a line of `.env`). Both are a `Text`: characters in order,
in pieces that each lie in one file. Slicing and joining keep the places, so a repair can edit the piece that is wrong,
where it is written.

May import spans alone.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters and the bytes that spell it.

    `length` counts characters. `path` is None for what is written nowhere (a tool's default), else `span` are the
    bytes. `quoting` names, outermost first, how the syntaxes around it spell characters: () is plain UTF-8;
    "yaml:double" then "shell:single" is a single-quoted shell word inside a double-quoted YAML scalar. `exact` says
    that every character is spelled by its own UTF-8 bytes, so that the piece may be cut anywhere; an escape sequence
    is a piece that is not.
    `cut` says that a slice left out some of the characters that an inexact piece spells: its bytes can't be edited
    alone.
    """

    length: int
    path: str | None
    span: Span
    quoting: tuple[str, ...] = ()
    exact: bool = True
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """Characters with their places. Offsets into a text count characters from 0."""

    value: str
    pieces: tuple[Piece, ...]

    @classmethod
    def of_file(cls, path: str, data: bytes) -> Text:
        """The whole of a UTF-8 file as one text, without its BOM. UnicodeDecodeError where it isn't UTF-8."""
        start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
        value = data[start:].decode("utf-8")
        if value.isascii():
            return cls(value, (Piece(len(value), path, Span(start, len(data))),))
        return cls(value, tuple(_ascii_runs(value, path, start)))

    @classmethod
    def unwritten(cls, value: str) -> Text:
        """A text that stands in no file: a known default."""
        return cls(value, (Piece(len(value), None, Span(0, 0)),) if value else ())

    @classmethod
    def join(cls, texts: Iterable[Text]) -> Text:
        """One text after another."""
        parts = tuple(texts)
        return cls("".join(t.value for t in parts), tuple(p for t in parts for p in t.pieces))

    def __len__(self) -> int:
        """Its length in characters."""
        return len(self.value)

    def __bool__(self) -> bool:
        """Whether it has a character."""
        return bool(self.value)

    def __add__(self, other: Text) -> Text:
        """The other text behind it."""
        return Text(self.value + other.value, self.pieces + other.pieces)

    def slice(self, start: int, end: int) -> Text:
        """Characters `start` to `end` with their places. A cut through an escape sequence keeps its whole place."""
        start, end, _ = slice(start, end).indices(len(self.value))
        if start >= end:
            return Text("", self._point(start))
        found = []
        at = 0
        for piece in self.pieces:
            here, at = at, at + piece.length
            if at <= start:
                continue
            if here >= end:
                break
            found.append(self.cut(piece, here, max(start, here), min(end, at)))
        return Text(self.value[start:end], tuple(found))

    def group(self, match: re.Match[str], group: int | str = 0) -> Text | None:
        """What a group of a match on `value` holds, or None where it took no part."""
        start, end = match.span(group)
        return None if start < 0 else self.slice(start, end)

    def strip(self) -> Text:
        """Without white space at both ends."""
        start = len(self.value) - len(self.value.lstrip())
        return self.slice(start, len(self.value.rstrip())) if self.value.strip() else self.slice(0, 0)

    @property
    def place(self) -> tuple[str, Span] | None:
        """Its file and bytes where it is written in one run of one file, else None."""
        written = [p for p in self.pieces if p.length or len(self.pieces) == 1]
        if not written or written[0].path is None:
            return None
        end = written[0].span.start
        for piece in written:
            if piece.path != written[0].path or piece.span.start < end:
                return None
            end = piece.span.end
        return written[0].path, Span(written[0].span.start, end)

    @property
    def first_place(self) -> tuple[str, Span] | None:
        """The file and bytes of the first piece that is written anywhere: the place to point at."""
        for piece in self.pieces:
            if piece.path is not None:
                return piece.path, piece.span
        return None

    def _point(self, at: int) -> tuple[Piece, ...]:
        """The empty piece at a character offset, so that an empty text still has a place to insert at."""
        here = 0
        for piece in self.pieces:
            if here <= at <= here + piece.length:
                return (self.cut(piece, here, at, at),)
            here += piece.length
        return ()

    def cut(self, piece: Piece, here: int, start: int, end: int) -> Piece:
        """The part from `start` to `end` of a piece that begins at `here` and holds both."""
        # Pieces are made outright: dataclasses.replace takes five times as long, and this is asked most of all.
        path, span, length = piece.path, piece.span, end - start
        if start == here and length == piece.length and length:
            return piece
        if path is None:
            return Piece(length, None, span, piece.quoting, piece.exact, piece.cut)
        if not piece.exact:
            return self._cut_inexact(piece, here, start, end)
        base = span.start
        if span.end - base == piece.length:
            cut = Span(base + start - here, base + end - here)
        else:
            first = base + len(self.value[here:start].encode())
            cut = Span(first, first + len(self.value[start:end].encode()))
        return Piece(length, path, cut, piece.quoting, exact=True, cut=piece.cut)

    @staticmethod
    def _cut_inexact(piece: Piece, here: int, start: int, end: int) -> Piece:
        if start != end:
            cut = piece.cut or end - start < piece.length
            return Piece(end - start, piece.path, piece.span, piece.quoting, exact=False, cut=cut)
        if here < start < here + piece.length:
            # Between characters that one escape spells there is no place to insert at.
            return Piece(0, None, piece.span, piece.quoting, exact=False, cut=piece.cut)
        point = piece.span.start if start == here else piece.span.end
        return Piece(0, piece.path, Span(point, point), piece.quoting, exact=False, cut=piece.cut)


def _ascii_runs(value: str, path: str, start: int) -> Iterable[Piece]:
    """Pieces of which each is all ASCII or has none, so that a cut in a large text stays cheap."""
    for match in re.finditer(r"[\x00-\x7f]+|[^\x00-\x7f]+", value):
        size = len(match.group().encode())
        yield Piece(len(match.group()), path, Span(start, start + size))
        start += size


class Slicer:
    """Cuts many slices out of one large text: each look-up of a piece is a bisection instead of a walk."""

    __slots__ = ("_ends", "_starts", "text")

    def __init__(self, text: Text) -> None:
        """Index the pieces once."""
        self.text = text
        self._starts: list[int] = []
        self._ends: list[int] = []
        at = 0
        for piece in text.pieces:
            self._starts.append(at)
            at += piece.length
            self._ends.append(at)

    def slice(self, start: int, end: int) -> Text:
        """The same as `text.slice(start, end)`."""
        if not 0 <= start < end:
            return self.text.slice(start, end)
        index = bisect_right(self._starts, start) - 1
        if index >= 0 and end <= self._ends[index]:
            here = self._starts[index]
            piece = self.text.pieces[index]
            span = piece.span
            base = span.start - here
            if piece.exact and piece.path is not None and span.end - span.start == piece.length:
                inside = Span(base + start, base + end)
                found = Piece(end - start, piece.path, inside, piece.quoting, exact=True, cut=piece.cut)
                return Text(self.text.value[start:end], (found,))
            return Text(self.text.value[start:end], (self.text.cut(piece, here, start, end),))
        first = min(bisect_left(self._ends, start), max(len(self._ends) - 1, 0))
        last = min(bisect_left(self._starts, end), len(self._starts))
        pieces: Sequence[Piece] = self.text.pieces[first : max(last, first + 1)]
        if not pieces:
            return self.text.slice(start, end)
        base = self._starts[first]
        stop = base + sum(p.length for p in pieces)
        return Text(self.text.value[base:stop], tuple(pieces)).slice(start - base, end - base)


class Unreadable(Exception):  # noqa: N818 - a state of the file, reported once and never fatal
    """A document that its reader can't take. `offset` counts characters from 0 where the place is known."""

    def __init__(self, reason: str, offset: int | None = None) -> None:
        """Say why in one clause, without the path."""
        super().__init__(reason)
        self.reason = reason
        self.offset = offset
