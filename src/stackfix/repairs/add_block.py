"""Give a block of nginx a further block: a location, a map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor


@dataclass(frozen=True, slots=True)
class AddBlock:
    """Add `name args { directives }` to the block, or the file, at `anchor`.

    It stands before the first block named `before`; a location stands behind the last one, but before `location /`
    where that is last; anything else stands at the end. `directives` are names and arguments as nginx shall read them.
    """

    anchor: Anchor
    name: str
    args: tuple[str, ...]
    directives: tuple[tuple[str, ...], ...]
    before: str | None = None

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
