"""Take an entry out of a mapping, or an item out of a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor


@dataclass(frozen=True, slots=True)
class RemoveEntry:
    """Take away what `anchor` addresses, with its key or dash. Other comments than the one on its own lines stay."""

    anchor: Anchor

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
