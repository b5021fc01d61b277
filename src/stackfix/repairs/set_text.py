"""Put other characters where a text is written, spelled as its surroundings spell them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.text import Text


@dataclass(frozen=True, slots=True)
class SetText:
    """Replace all of `text`, written in one run of one file, with `new`.

    An empty `text` with a place is an insertion.
    """

    text: Text
    new: str

    @property
    def path(self) -> str:
        """The file that it changes; "" where the text is written nowhere, which the fixer refuses."""
        place = self.text.place
        return place[0] if place else ""
