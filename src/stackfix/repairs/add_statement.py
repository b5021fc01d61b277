"""Have a script run a statement before all others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor


@dataclass(frozen=True, slots=True)
class AddStatement:
    """Put `statement` (one line, without its ending) first in a script: after its `#!` and leading comments."""

    anchor: Anchor
    statement: str

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
