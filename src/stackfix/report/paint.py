"""Characters on a terminal: colours, widths, and nothing from a file that the terminal would obey.

May not import anything of stackfix.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}
_TAB = "    "
_WIDEST = 140
"""So many columns of a line are shown; a minified file has one line of a million."""
_LEAD = 50


@dataclass(frozen=True, slots=True)
class Paint:
    """Colours where they are `on`."""

    on: bool

    def __call__(self, text: str, *styles: str) -> str:
        """The text in the named styles."""
        if not self.on or not text:
            return text
        return f"\x1b[{';'.join(_CODES[style] for style in styles)}m{text}\x1b[0m"


def shown(text: str) -> str:
    """Text without what a terminal obeys: control characters and those that turn the direction of reading."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_character, text))


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of a file as it is shown: `cells` holds what stands for each of its characters."""

    source: str
    cells: tuple[str, ...]

    @classmethod
    def of(cls, line: str) -> Shown:
        """The line, character by character."""
        return cls(line, tuple(map(_character, line)))

    def window(self, start: int, end: int) -> tuple[str, int, int]:
        """The part of the line about characters `start` to `end`, the columns before them, and those they take."""
        first = 0 if width("".join(self.cells)) <= _WIDEST else max(0, start - _LEAD)
        text = "".join(self.cells[first:])
        head = "…" if first else ""
        cut = head + _cut(text, _WIDEST)
        before = width(head + "".join(self.cells[first:start]))
        return cut, before, max(1, min(width("".join(self.cells[start:end])), width(cut) - before))


def width(text: str) -> int:
    """How many columns a terminal takes for it."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _cut(text: str, most: int) -> str:
    if width(text) <= most:
        return text
    taken = 0
    for index, character in enumerate(text):
        taken += _columns(character)
        if taken >= most:
            return text[:index] + "…"
    return text


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _character(character: str) -> str:
    if character == "\t":
        return _TAB
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}:
        return "\N{REPLACEMENT CHARACTER}"
    return character
