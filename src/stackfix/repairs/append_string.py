"""Add further strings to the list that a literal is the last element of; a literal alone becomes a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from stackfix.text import Text


@dataclass(frozen=True, slots=True)
class AppendString:
    """Put `values` after the literal whose characters `text` is, quoted as it is."""

    text: Text
    values: tuple[str, ...]
    syntax: ClassVar[str] = "javascript"

    @property
    def path(self) -> str:
        """The file that it changes."""
        place = self.text.place
        return place[0] if place else ""
