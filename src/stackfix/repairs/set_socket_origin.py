"""Open a WebSocket at the page's own origin in place of the one that its address begins with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from stackfix.text import Text


@dataclass(frozen=True, slots=True)
class SetSocketOrigin:
    """`text` is what a literal begins with; its first `length` characters become the origin and `path_of_page`."""

    text: Text
    length: int
    path_of_page: str
    syntax: ClassVar[str] = "javascript"

    @property
    def path(self) -> str:
        """The file that it changes."""
        place = self.text.place
        return place[0] if place else ""
