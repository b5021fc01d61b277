"""Give CMD or ENTRYPOINT other words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor


@dataclass(frozen=True, slots=True)
class SetCommand:
    """Let the CMD, ENTRYPOINT or HEALTHCHECK's CMD that `anchor` addresses run `words`, in the form that it has.

    In shell form a word that isn't among the present ones is quoted for the shell where it must be.
    """

    anchor: Anchor
    words: tuple[str, ...]

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
