"""Say which texts a list of source code holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor


@dataclass(frozen=True, slots=True)
class SetList:
    """Make the list at `anchor` hold these texts and nothing else. What it holds already stays where it stands."""

    anchor: Anchor
    items: tuple[str, ...]

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
