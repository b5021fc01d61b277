"""Have a coroutine try again, later and later, to open a connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor


@dataclass(frozen=True, slots=True)
class RetryConnecting:
    """Repeat the statements from that of the call at `anchor` to that of the call at `last` until they succeed.

    Repeated after `names` of `module`, or one of the `builtin` exceptions, was raised: at first after `first` seconds,
    then each time after twice as long, at most `longest`.
    """

    anchor: Anchor
    last: Anchor
    module: str
    names: tuple[str, ...]
    builtin: tuple[str, ...] = ()
    first: int = 5
    longest: int = 60

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
