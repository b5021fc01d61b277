"""Give a list one more item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor
    from stackfix.repairs.set_entry import Plain


@dataclass(frozen=True, slots=True)
class AppendItem:
    """Put `value` at the end of the list at `anchor`; with `key`, of the list under that key of the mapping there.

    The list under `key` may be missing, empty or null: then it is made.
    """

    anchor: Anchor
    value: Plain
    key: str | None = None

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
