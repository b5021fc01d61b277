"""A durable step that is done again as long as that may help.

May import jobs of this package.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from dbos import DBOS

from stackfix.fleet.jobs import Result

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackfix.fleet.jobs import Plain

_TRIES = 7
_LONGEST_WAIT = 900.0
_LONGEST_ASKED = 3600.0
_MOST_WAITS = 50
"""For a forge that is asked too often: it says how long to wait, so there may be more of them."""


def persevering(name: str, doing: Callable[[], Plain], first_wait: float) -> Result:
    """A step of a workflow, done again after the wait that the forge asks for, or one that grows."""
    tries = waits = 0
    while True:
        result = Result.of(DBOS.run_step({"name": name}, doing))
        if not result.again:
            return result
        if result.wait is not None:
            waits += 1
            if waits > _MOST_WAITS:
                return result
            DBOS.sleep(min(max(0.0, result.wait), _LONGEST_ASKED))
            continue
        tries += 1
        if tries >= _TRIES:
            return result
        DBOS.sleep(wait(tries, first_wait))


def wait(tries: int, first: float) -> float:
    """Twice as long each time, and not the same for all who failed together."""
    return min(_LONGEST_WAIT, first * 2.0 ** (tries - 1)) * random.uniform(0.8, 1.2)  # noqa: S311 - no secret
