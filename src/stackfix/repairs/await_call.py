"""Have a coroutine wait for a call without holding its event loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor


@dataclass(frozen=True, slots=True)
class AwaitCall:
    """Await the call at `anchor` in a thread; with `sleeps` await the event loop's own sleep in its place."""

    anchor: Anchor
    sleeps: bool = False

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
