"""Give a directive of nginx other arguments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor


@dataclass(frozen=True, slots=True)
class SetDirective:
    """Let the directive at `anchor` have the arguments `args`, as nginx shall read them. Its name and block stay."""

    anchor: Anchor
    args: tuple[str, ...]

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
