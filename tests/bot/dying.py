"""Bots that are ended by SIGKILL at a point of their work, one after another, without a start of Python for each.

`python dying.py` reads a line of JSON for each: its environment, the file for its log, the `point` (a name, and `before`
or `after` it; "" for none), and the repository whose work that counts for. It says which process began, and how each
ended. All that a bot imports is here already when it is forked, and so it is for the processes that do its work.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import select
import signal
import subprocess
import sys
import threading
import time
import traceback
from contextlib import suppress
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Counts = Callable[..., bool]

_AT = threading.local()
"""Whose work a thread is on."""

_LIVE: set[int] = set()


def cut(holder: object, name: str, when: str, counts: Counts, end: Callable[[], NoReturn]) -> None:
    """Let the first call that counts be the end: before it begins, or after it has ended."""
    called = getattr(holder, name)
    seen: list[bool] = []

    def wrapped(*words: object, **more: object) -> object:
        meant = not seen and counts(*words)
        seen.extend([True] if meant else [])
        if meant and when == "before":
            end()
        result = called(*words, **more)
        if meant and when == "after":
            end()
        return result

    setattr(holder, name, wrapped)


def path_of(plain: Mapping[str, Any]) -> str:
    """The repository that a piece of work is about."""
    said = plain.get("work", plain)
    place: Mapping[str, str] = said["place"] if "place" in said else said["places"][0]
    return place["path"]


def noting(called: Callable[[Mapping[str, Any]], object]) -> Callable[[Mapping[str, Any]], object]:
    """The same, and this thread knows whose work it is on."""

    def wrapped(plain: Mapping[str, Any]) -> object:
        _AT.path = path_of(plain)
        return called(plain)

    return wrapped


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

    def __init__(self, point: str, meant: str) -> None:
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
            _work(point, meant)
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


def _work(point: str, meant: str) -> NoReturn:
    from stackfix.bot import hand  # noqa: PLC0415 - imported before
    from stackfix.deliver import remote  # noqa: PLC0415
    from stackfix.fleet import clones  # noqa: PLC0415
    from stackfix.forge.github import GitHubForge  # noqa: PLC0415
    from stackfix.pulls import propose  # noqa: PLC0415

    what, _, when = point.partition("-")
    places: dict[str, tuple[object, str]] = {
        "clone": (clones, "_fetch"),
        "push": (remote.Remote, "push"),
        "open": (propose._Proposing, "_tell"),  # noqa: SLF001 - the first that it tells is the pull request
        "board": (GitHubForge, "create_issue"),
        "check": (GitHubForge, "publish"),
        "suggest": (GitHubForge, "suggest"),
        "answer": (GitHubForge, "comment"),
        "close": (GitHubForge, "close"),
        "rewrite": (GitHubForge, "update_issue"),
    }
    for name in ("work", "tell"):
        setattr(hand, name, noting(getattr(hand, name)))
    if what in places:
        cut(*places[what], when, lambda *_: _AT.path == meant, _end_worker)
    hand.main()
    raise AssertionError


def bot(point: str, meant: str, log: str, environment: Mapping[str, str]) -> NoReturn:
    """Serve until the point is reached."""
    from dbos import DBOS  # noqa: PLC0415 - imported before

    from stackfix.bot import queue  # noqa: PLC0415
    from stackfix.fleet import hands  # noqa: PLC0415

    os.environ.clear()
    os.environ.update(environment)
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    # As many as are started at most while nothing breaks.
    ready = [Forked(point, meant) for _ in range(1 if point else 2)]

    def popen(words: list[str], **more: Any) -> object:  # noqa: ANN401 - as it came
        return ready.pop() if ready else subprocess.Popen(words, **more)

    vars(hands)["subprocess"] = SimpleNamespace(**{**vars(subprocess), "Popen": popen})
    vars(queue)["_do"] = noting(vars(queue)["_do"])
    what, _, when = point.partition("-")
    is_meant: dict[str, Counts] = {
        "take": lambda _, __, event: not hasattr(event, "places") and event.place.path == meant,
        "do": lambda said: path_of(said) == meant,
        "stored": lambda *_: getattr(_AT, "path", "") == meant,
        "enter": lambda _, __, said, *___: path_of(said) == meant,
        "tell": lambda said, _: path_of(said) == meant,
    }
    places: dict[str, tuple[object, str]] = {
        "take": (queue.Queue, "take"),
        "do": (queue, "_do"),
        "stored": (queue, "later"),
        "enter": (DBOS, "enqueue_workflow"),
        "tell": (queue, "_tell"),
    }
    if what in places:
        cut(*places[what], when, is_meant[what], _end_me)
    from stackfix.__main__ import main  # noqa: PLC0415 - last

    sys.argv = ["stackfix", "bot", "--port", "0", *(["--concurrency", "1"] if point else [])]
    code = 3
    try:
        code = main()
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(code)


def main() -> None:
    """One bot after another."""
    import stackfix  # noqa: PLC0415 - all of it, and what it needs

    for module in pkgutil.walk_packages(stackfix.__path__, "stackfix."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in ("uvicorn.protocols.http.h11_impl", "uvicorn.loops.asyncio", "dbos._sys_db_sqlite"):
        importlib.import_module(name)
    while True:
        ready, _, _ = select.select([sys.stdin], [], [], 0.02)
        line = sys.stdin.readline() if ready else ""
        if ready and not line:
            end_all()
            return
        if line:
            begin(json.loads(line))
        reap()


def begin(words: dict[str, Any]) -> None:
    """Fork one."""
    pid = os.fork()
    if not pid:
        bot(**words)
    _LIVE.add(pid)
    print("began", pid, flush=True)  # noqa: T201 - to whoever asked


def end_all() -> None:
    """Whoever asked is gone, however that came."""
    for pid in _LIVE:
        os.kill(pid, signal.SIGKILL)


def reap() -> None:
    """Say which has ended, if one has."""
    with suppress(ChildProcessError):
        ended, status = os.waitpid(-1, os.WNOHANG)
        if ended:
            _LIVE.discard(ended)
            print("ended", ended, os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - as above


if __name__ == "__main__":
    main()
