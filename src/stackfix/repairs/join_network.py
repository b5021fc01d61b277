"""Put a Compose service on one more network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor


@dataclass(frozen=True, slots=True)
class JoinNetwork:
    """Add the network of a key to the service that `anchor` addresses.

    `keeps_default`: the service names no network yet, and stays on the default one.
    """

    anchor: Anchor
    network: str
    keeps_default: bool = False

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
