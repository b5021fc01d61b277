"""Give a call of source code a named argument."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor


@dataclass(frozen=True, slots=True)
class SetArgument:
    """Call what is called at `anchor` with `keyword=value`, in place of the literal that it is given now."""

    anchor: Anchor
    keyword: str
    value: str | int | bool

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
