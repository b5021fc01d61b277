"""Give a block of nginx further directives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor


@dataclass(frozen=True, slots=True)
class AddDirectives:
    """Add `directives`, each its name and arguments as nginx shall read them, to the block at `anchor`.

    They stand together behind the last directive named `beside`, else behind the last of their kind. Where the first of
    a kind that nginx inherits only as a whole (`proxy_set_header`) is added, the fixer copies what was inherited: the
    repair names the new ones alone.
    """

    anchor: Anchor
    directives: tuple[tuple[str, ...], ...]
    beside: str | None = None

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
