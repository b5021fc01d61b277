"""Give something an environment variable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor


@dataclass(frozen=True, slots=True)
class AddVariable:
    """Add `name=value` to what `anchor` addresses: a Compose service or pod container (YAML), a dotenv file.

    `value` is what the process shall see; the syntax quotes it. `after` names the variable to stand beside, if any.
    """

    anchor: Anchor
    name: str
    value: str
    after: str | None = None

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
