"""Write a piece of a file once more with one of its values another: the line, the option, the word beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.text import Text


@dataclass(frozen=True, slots=True)
class Repeat:
    """Put a copy of `whole` at `at`, an empty text, with `part` of it reading `new`, between `before` and `after`.

    `whole` and `part` are written in one run of one file; `before` and `after` are the line ends or blanks that such
    pieces have between them.
    """

    whole: Text
    part: Text
    new: str
    at: Text
    before: str = ""
    after: str = ""

    @property
    def path(self) -> str:
        """The file that it changes; "" where the text is written nowhere, which the fixer refuses."""
        place = self.at.place
        return place[0] if place else ""
