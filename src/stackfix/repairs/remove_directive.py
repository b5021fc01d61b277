"""Take a directive of nginx away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor


@dataclass(frozen=True, slots=True)
class RemoveDirective:
    """Take away the directive without a block at `anchor`. A comment behind it stays on its line."""

    anchor: Anchor

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
