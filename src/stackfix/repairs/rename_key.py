"""Give an entry of a mapping another key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor


@dataclass(frozen=True, slots=True)
class RenameKey:
    """Call the entry at `anchor` (its last step is the key) `new`; its value and its place stay."""

    anchor: Anchor
    new: str

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
