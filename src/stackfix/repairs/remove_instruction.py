"""Take an instruction out of a Dockerfile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor


@dataclass(frozen=True, slots=True)
class RemoveInstruction:
    """Remove the instruction that `anchor` addresses with the lines it takes; comments above it stay."""

    anchor: Anchor

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
