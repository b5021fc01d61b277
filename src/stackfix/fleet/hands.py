"""The processes that do the work on repositories: a few, each busy with one, replaced where one takes too much.

May import jobs of this package.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import sysconfig
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from stackfix.fleet.jobs import Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stackfix.fleet.jobs import Plain

_COMMAND = ("-P", "-m", "stackfix.fleet.hand")
"""`-P`: no module is taken from the current folder."""

_SECONDS = 1800.0
_LEAVING = 2.0
_ENDED = "the process that worked on it ended: is there enough memory?"
_MOST_TAKEN = 1_000_000
"""Kilobytes; a process that grew larger is replaced after its work."""


class Piece(Protocol):
    """A piece of work that can be told to another process."""

    @property
    def plain(self) -> Plain:
        """As it is told."""


class Hands:
    """At most so many repositories at once. Whoever asks waits for a free process; threads may ask at the same time."""

    def __init__(self, count: int, seconds: float = _SECONDS, command: Sequence[str] | None = None) -> None:
        """No process is started before it is needed. `command` are the interpreter's words for another than ours."""
        self._command = command
        self._seconds = seconds
        self._free = threading.Semaphore(count)
        self._lock = threading.Lock()
        self._idle: list[_Hand] = []
        self._all: set[_Hand] = set()
        self._closed = False
        self.busy = 0

    def do(self, what: str, job: Piece) -> Result:
        """What a piece of work came to; a process that breaks or takes too long is a failure of that work alone."""
        with self._free:
            hand = self._take()
            try:
                result = hand.ask(what, job, self._seconds)
            except _Broken as problem:
                hand.end()
                result = Result(error=str(problem), again=problem.again)
            self._give(hand)
        return result

    def close(self) -> None:
        """End all processes, whatever they are doing."""
        with self._lock:
            self._closed = True
            hands, self._idle = list(self._all), []
        for hand in hands:
            hand.leave()
        for hand in hands:
            hand.end()

    def _take(self) -> _Hand:
        with self._lock:
            self.busy += 1
            if self._idle:
                return self._idle.pop()
            hand = _Hand(self._command or _COMMAND)
            self._all.add(hand)
            return hand

    def _give(self, hand: _Hand) -> None:
        with self._lock:
            self.busy -= 1
            if hand.usable and not self._closed:
                self._idle.append(hand)
                return
            self._all.discard(hand)
        hand.end()


class _Broken(Exception):  # noqa: N818 - an end, told in one line
    """A process that didn't answer; the message is one line. `again`: it was not for lack of time."""

    def __init__(self, message: str, *, again: bool) -> None:
        super().__init__(message)
        self.again = again


class _Hand:
    """One process."""

    def __init__(self, command: Sequence[str]) -> None:
        self.usable = True
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=_environment(),
        )

    def ask(self, what: str, job: Piece, seconds: float) -> Result:
        assert self._process.stdin is not None
        line = json.dumps({"do": what, "job": job.plain}) + "\n"
        try:
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()
        except OSError:
            raise _Broken(_ENDED, again=True) from None
        answer = json.loads(self._answer(time.monotonic() + seconds, seconds))
        self.usable = answer["taken"] < _MOST_TAKEN
        return Result.of(answer["result"])

    def _answer(self, deadline: float, seconds: float) -> bytes:
        assert self._process.stdout is not None
        handle, pieces = self._process.stdout.fileno(), []
        while True:
            ready, _, _ = select.select([handle], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise _Broken(f"it took longer than {seconds:g} seconds", again=False)
            piece = os.read(handle, 1 << 16)
            if not piece:
                raise _Broken(_ENDED, again=True)
            pieces.append(piece)
            if piece.endswith(b"\n"):
                return b"".join(pieces)

    def leave(self) -> None:
        """Nothing is asked any more: it ends, with all that it has started."""
        self.usable = False
        with suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()

    def end(self) -> None:
        self.leave()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_LEAVING)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if stream is not None:
                    stream.close()


def _environment() -> dict[str, str]:
    """Ours, and where we were imported from, if that is no place that every interpreter looks at."""
    above = str(Path(__file__).resolve().parents[2])
    if above in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        return dict(os.environ)
    kept = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": f"{above}{os.pathsep}{kept}" if kept else above}
