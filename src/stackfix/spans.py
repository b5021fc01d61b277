"""Where something stands in a file: half-open ranges of bytes, and the lines and columns people read.

May not import anything of stackfix.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

_ENDING = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of bytes, counted from 0: `data[start:end]`. An insertion point is an empty span."""

    start: int
    end: int

    def __post_init__(self) -> None:
        """Refuse a range that runs backwards or begins before the file."""
        if not 0 <= self.start <= self.end:
            msg = f"not a span: {self.start}..{self.end}"
            raise ValueError(msg)

    def __len__(self) -> int:
        """Its length in bytes."""
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        """Whether both claim a byte, or one is an insertion strictly inside the other."""
        if self.start == self.end or other.start == other.end:
            return self.start < other.end and other.start < self.end and self != other
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """Whether every byte of `other` is its own too."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Position:
    """A place as people read it: line from 1, column from 1 in characters (a BOM is no character of line 1)."""

    line: int
    column: int


class Lines:
    """The lines of one file's bytes. A line ends at LF, CR LF or a lone CR, as in Python and YAML."""

    __slots__ = ("_data", "_starts")

    def __init__(self, data: bytes) -> None:
        """Index the starts of all lines once, for many look-ups."""
        self._data = data
        self._starts = [0, *(match.end() for match in _ENDING.finditer(data))]

    def position(self, offset: int) -> Position:
        """The line and column of a byte offset from 0."""
        index = bisect_right(self._starts, offset) - 1
        start = self._starts[index]
        before = self._data[start:offset]
        if start == 0:
            before = before.removeprefix(b"\xef\xbb\xbf")
        return Position(index + 1, len(before.decode("utf-8", "replace")) + 1)

    def span(self, line: int) -> Span:
        """The bytes of a line, counted from 1, without its line ending. IndexError where there is no such line."""
        if line < 1:
            raise IndexError(line)
        start = self._starts[line - 1]
        end = self._starts[line] if line < len(self._starts) else len(self._data)
        return Span(start, start + len(self._data[start:end].rstrip(b"\r\n")))

    def __len__(self) -> int:
        """How many lines there are; what follows a last line ending counts as one."""
        return len(self._starts)
