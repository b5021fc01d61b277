"""A process of its own that does the bot's work, one piece after another; see `fleet.hand`.

May import events and working of this package, and fleet.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

from stackfix.fleet import hand
from stackfix.fleet.jobs import Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.bot.working import Desk
    from stackfix.fleet.jobs import Plain

COMMAND = ("-P", "-m", "stackfix.bot.hand")
"""What starts it, for the interpreter."""


def main() -> None:
    """Answer until nobody asks any more."""
    hand.serve({"work": work, "tell": tell})


def work(plain: Plain) -> Result:
    """Do one piece of work."""
    from stackfix.bot import events, working  # noqa: PLC0415 - the process is ready before they are needed

    with _desk() as desk:
        return Result(word=working.done(desk, events.of_plain(plain)))


def tell(plain: Plain) -> Result:
    """Say on the forge why a piece of work can't be done."""
    from stackfix.bot import events, working  # noqa: PLC0415 - as above

    said, why = plain["work"], plain["why"]
    assert isinstance(said, dict)
    with _desk() as desk:
        working.given_up(desk, events.of_plain(said), str(why))
    return Result()


@contextmanager
def _desk() -> Iterator[Desk]:
    from stackfix.bot.working import Desk  # noqa: PLC0415 - as above
    from stackfix.fleet.clones import Clones  # noqa: PLC0415 - as above

    cache = user_cache_path("stackfix", appauthor=False)
    cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    # What a kill leaves lies in a folder that the next start removes.
    with tempfile.TemporaryDirectory(dir=cache, prefix="bot-") as scratch:
        tempfile.tempdir = str(Path(scratch))
        try:
            yield Desk(Clones(cache / "clones"))
        finally:
            tempfile.tempdir = None


if __name__ == "__main__":
    main()
