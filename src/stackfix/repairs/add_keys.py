"""Give a dict of source code further keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor


@dataclass(frozen=True, slots=True)
class AddKeys:
    """Put `key: value` pairs behind the last one of the dict that is written out at `anchor`."""

    anchor: Anchor
    pairs: tuple[tuple[str, str | int | bool], ...]

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
