"""`stackfix`, ended by SIGKILL at a point of its work where one is named, and without a start of Python for each.

`python dying.py` reads a line of JSON for each: its words, environment and folder, where its output goes, and the `point`
(the name of a function of ours, with `before` or `after` it; "" for none). It answers with how that one ended. All that
is needed is imported before it forks, for the processes that do the work on repositories, too. Where a point lies in one
of these, it ends the worker, as somebody would who kills that, and what becomes of itself then is tested as well.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HAND = ("clone", "push", "open")


def cut(  # noqa: PLR0913 - each has its name
    holder: object,
    name: str,
    when: str,
    end: Callable[[], NoReturn],
    *,
    call: int = 1,
    counts: Callable[..., bool] = lambda *_: True,
) -> None:
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


def _end_me() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def _end_worker() -> NoReturn:
    """The end of whoever asked; this process notices that by itself."""
    os.kill(os.getppid(), signal.SIGKILL)
    while True:
        signal.pause()


class Forked:
    """The process that does the work, as `subprocess` would have it; started before there are threads."""

    def __init__(self, what: str, when: str) -> None:
        """It ends the worker where the point is one of its own."""
        (asked, ask), (said, say) = os.pipe(), os.pipe()
        self._is_ended = False
        self.pid = os.fork()
        if not self.pid:
            os.setsid()
            os.dup2(asked, 0)
            os.dup2(say, 1)
            os.closerange(3, 256)
            sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as the process
            hand(what, when)
        os.close(asked)
        os.close(say)
        self.stdin, self.stdout = os.fdopen(ask, "wb"), os.fdopen(said, "rb")

    def wait(self, seconds: float | None = None) -> None:
        deadline = None if seconds is None else time.monotonic() + seconds
        while not self._is_ended:
            self._is_ended = os.waitpid(self.pid, os.WNOHANG) != (0, 0)
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("hand", seconds or 0)
            time.sleep(0.01)


def hand(what: str, when: str) -> NoReturn:
    """Do the work, ending the worker in the middle of it."""
    from stackfix.deliver import remote  # noqa: PLC0415 - imported before, as all below
    from stackfix.fleet import clones  # noqa: PLC0415
    from stackfix.fleet import hand as real  # noqa: PLC0415
    from stackfix.pulls import propose  # noqa: PLC0415

    places: dict[str, tuple[object, str]] = {
        "clone": (clones, "_fetch"),
        "push": (remote.Remote, "push"),
        "open": (propose._Proposing, "_tell"),  # noqa: SLF001 - the only call of the forge's that writes
    }
    if what in HAND:
        cut(*places[what], when, _end_worker)
    real.main()
    raise AssertionError


def worker(what: str, when: str, words: Sequence[str]) -> int:
    """Run the command line, dying in this process or by the hand of the one that does the work."""
    from dbos import DBOS  # noqa: PLC0415 - as above

    from stackfix.fleet import hands, jobs, workflows  # noqa: PLC0415

    ready = [Forked(what, when) for _ in range(1 if "1" in words else 2)] if words[1] in {"run", "retry"} else []

    def popen(command: list[str], **more: Any) -> object:  # noqa: ANN401 - as it came
        return ready.pop() if ready else subprocess.Popen(command, **more)

    vars(hands)["subprocess"] = SimpleNamespace(**{**vars(subprocess), "Popen": popen})
    if what == "enter":
        cut(workflows, "enter", when, _end_me, call=3)
    elif what == "claim":
        cut(workflows, "_free_name", when, _end_me)
    elif what == "start":
        cut(DBOS, "start_workflow", when, _end_me, counts=lambda called, *_: called is workflows.work)
    elif what == "finish":
        # The result is known and stored as the work's, and not yet as the repository's.
        cut(jobs.Result, "of", when, _end_me, call=2, counts=lambda plain: bool(plain.get("branch")))
    elif what not in HAND:
        cut(workflows, "_do", when, _end_me, counts=lambda step, _: step == what)
    from stackfix.__main__ import main  # noqa: PLC0415 - last

    sys.argv = ["stackfix", *words]
    return int(main() or 0)


def one(words: list[str], environment: dict[str, str], folder: str, output: list[str], point: str) -> NoReturn:
    """Be one of them."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    tempfile.tempdir = None
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, path in enumerate(output, 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    what, _, when = point.partition("-")
    code = 3
    try:
        code = worker(what, when, words)
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def serve() -> None:
    """One after another."""
    import stackfix  # noqa: PLC0415 - all of it, and what it needs

    for module in pkgutil.walk_packages(stackfix.__path__, "stackfix."):
        if not module.name.startswith(("stackfix.__main__", "stackfix.bot", "stackfix.cli.bot")):
            importlib.import_module(module.name)
    importlib.import_module("dbos._sys_db_sqlite")
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            one(**json.loads(line))
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - to whoever asked


if __name__ == "__main__":
    serve()
