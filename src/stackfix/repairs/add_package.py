"""Install one more package where a Dockerfile installs some already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor
    from stackfix.text import Text


@dataclass(frozen=True, slots=True)
class AddPackage:
    """Add `name` to the list of packages of the RUN that `anchor` addresses, where a sorted list has it.

    `listed` are the packages of that list as they are written, in their order.
    """

    anchor: Anchor
    listed: tuple[Text, ...]
    name: str

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
