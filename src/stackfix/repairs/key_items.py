"""Make a mapping of a list of names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor
    from stackfix.repairs.set_entry import Entries


@dataclass(frozen=True, slots=True)
class KeyItems:
    """Let each name in the list at `anchor` be a key, with the value of the same number. Comments stay in place.

    `shared`: it is right for everybody who uses the list through an anchor, under the same key.
    """

    anchor: Anchor
    values: tuple[Entries, ...]
    shared: bool = False

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
