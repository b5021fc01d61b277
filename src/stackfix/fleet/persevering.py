"""When something that failed is done again, as long as that may help. Pure.

May import jobs of this package.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.fleet.jobs import Result

_TRIES = 7
_LONGEST_WAIT = 900.0
_LONGEST_ASKED = 3600.0
_MOST_WAITS = 50
"""For a forge that is asked too often: it says how long to wait, so there may be more of them."""


@dataclass(frozen=True, slots=True)
class Later:
    """When something may be done again, and how often it has been tried and has been asked to wait by then."""

    seconds: float
    tries: int
    waits: int


AT_ONCE = Later(0.0, 0, 0)


def later(result: Result, first_wait: float, tries: int = 0, waits: int = 0) -> Later | None:
    """When to do again what came to this, after the wait that the forge asks for, or one that grows; None for never."""
    if not result.again:
        return None
    if result.wait is not None:
        # Who is refused again and again asks less and less often, whatever it is told.
        seconds = min(max(result.wait, wait(waits + 1, first_wait)), _LONGEST_ASKED)
        return Later(seconds, tries, waits + 1) if waits < _MOST_WAITS else None
    return Later(wait(tries + 1, first_wait), tries + 1, waits) if tries + 1 < _TRIES else None


def wait(tries: int, first: float) -> float:
    """Twice as long each time, and not the same for all who failed together."""
    return min(_LONGEST_WAIT, first * 2.0 ** (tries - 1)) * random.uniform(0.8, 1.2)  # noqa: S311 - no secret
