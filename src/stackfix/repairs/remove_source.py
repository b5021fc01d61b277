"""Take one source out of a COPY or ADD that has several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor


@dataclass(frozen=True, slots=True)
class RemoveSource:
    """Remove the word that `anchor` addresses; the other sources and the destination stay."""

    anchor: Anchor

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
