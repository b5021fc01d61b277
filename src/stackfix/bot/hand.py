"""A process of its own that does the bot's work, one piece after another; see `fleet.hand`.

May import events and working of this package, and fleet.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

from stackfix.fleet import hand
from stackfix.fleet.jobs import Result

if TYPE_CHECKING:
    from stackfix.fleet.jobs import Plain

COMMAND = ("-P", "-m", "stackfix.bot.hand")
"""What starts it, for the interpreter."""


def main() -> None:
    """Answer until nobody asks any more."""
    hand.serve({"work": work})


def work(plain: Plain) -> Result:
    """Do one piece of work."""
    from stackfix.bot import events, working  # noqa: PLC0415 - the process is ready before they are needed
    from stackfix.fleet.clones import Clones  # noqa: PLC0415 - as above

    cache = user_cache_path("stackfix", appauthor=False)
    cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    # What a kill leaves lies in a folder that the next start removes.
    with tempfile.TemporaryDirectory(dir=cache, prefix="bot-") as scratch:
        tempfile.tempdir = str(Path(scratch))
        try:
            word = working.done(working.Desk(Clones(cache / "clones")), events.of_plain(plain))
        finally:
            tempfile.tempdir = None
    return Result(word=word)


if __name__ == "__main__":
    main()
