"""`stackfix` whose worker is ended by SIGKILL at a point of its work: `python dying.py POINT WORDS…`.

A point is the name of a function of ours, with `before` or `after` it. Where that is the work on one repository, another
process does it: it ends the worker, as somebody would who kills that, and what becomes of itself then is tested, too.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

HAND = ("clone", "push", "open")


def cut(holder: object, name: str, when: str, *, call: int = 1, counts: Callable[..., bool] = lambda *_: True) -> None:
    """Let the n-th call that counts be the end of the worker: before it begins, or after it has ended."""
    called = getattr(holder, name)
    calls = 0

    def wrapped(*words: object, **more: object) -> object:
        nonlocal calls
        meant = False
        if counts(*words):
            calls += 1
            meant = calls == call  # another may begin while this one goes on
        if meant and when == "before":
            end()
        result = called(*words, **more)
        if meant and when == "after":
            end()
        return result

    setattr(holder, name, wrapped)


def end() -> None:
    """The worker's end; a process that works for it notices that by itself."""
    os.kill(os.getpid() if len(sys.argv) > 2 or sys.argv[0] == "stackfix" else os.getppid(), signal.SIGKILL)
    while True:
        signal.pause()


def worker(what: str, when: str, words: list[str]) -> int:
    """Run the command line, dying in this process or by the hand of the one that does the work."""
    from dbos import DBOS  # noqa: PLC0415 - the other process needs none of it

    from stackfix.fleet import hands, jobs, workflows  # noqa: PLC0415 - as above

    if what in HAND:
        hands._COMMAND = ("-P", __file__, f"{what}-{when}")  # noqa: SLF001 - what is started in place of the real one
    elif what == "enter":
        cut(workflows, "enter", when, call=3)
    elif what == "claim":
        cut(workflows, "_free_name", when)
    elif what == "start":
        cut(DBOS, "start_workflow", when, counts=lambda called, *_: called is workflows.work)
    elif what == "finish":
        # The result is known and stored as the work's, and not yet as the repository's.
        cut(jobs.Result, "of", when, call=2, counts=lambda plain: bool(plain.get("branch")))
    else:
        cut(workflows, "_do", when, counts=lambda step, _: step == what)
    from stackfix.__main__ import main  # noqa: PLC0415 - last

    sys.argv = ["stackfix", *words]
    return int(main() or 0)


def hand(what: str, when: str) -> None:
    """Do the work, ending the worker in the middle of it."""
    from stackfix.deliver import remote  # noqa: PLC0415 - the worker needs none of it
    from stackfix.fleet import clones  # noqa: PLC0415 - as above
    from stackfix.fleet import hand as real  # noqa: PLC0415 - as above
    from stackfix.pulls import propose  # noqa: PLC0415 - as above

    places: dict[str, tuple[object, str]] = {
        "clone": (clones, "_fetch"),
        "push": (remote.Remote, "push"),
        "open": (propose._Proposing, "_tell"),  # noqa: SLF001 - the only call of the forge's that writes
    }
    cut(*places[what], when)
    real.main()


if __name__ == "__main__":
    at, _, moment = sys.argv[1].partition("-")
    if len(sys.argv) > 2:
        sys.exit(worker(at, moment, sys.argv[2:]))
    hand(at, moment)
