"""A program that is given so much time, output and disk, and is ended with all that it started.

May not import anything of stackfix.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FIRST_LOOK, _LONGEST_LOOK = 0.002, 0.1  # seconds


_going: set[int] = set()
_starting = threading.Lock()


class Exceeded(Exception):  # noqa: N818 - told in one line
    """It took more than it was given; the message is one line."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, bytes of output, and bytes below a folder."""

    seconds: float
    output: int = 100_000_000
    folder: str | None = None
    size: int = 0


def run(
    words: Sequence[str], environment: Mapping[str, str], limits: Limits, given: bytes = b""
) -> tuple[int, bytes, bytes]:
    """Status, output and complaints of a program. Exceeded, and the whole process group ended, past a limit.

    It is a session of its own: no terminal asks for a password, and Ctrl-C reaches it through us.
    """
    with TemporaryFile() as stdin, TemporaryFile() as stdout, TemporaryFile() as stderr:
        stdin.write(given)
        stdin.seek(0)
        with _starting:
            process = subprocess.Popen(  # noqa: S603 - the caller's fixed words
                words, stdin=stdin, stdout=stdout, stderr=stderr, env=environment, start_new_session=True
            )
            _going.add(process.pid)
        try:
            _wait(process, limits, stdout, stderr)
        finally:
            _end(process)
            _going.discard(process.pid)
        return process.returncode, _all(stdout), _all(stderr)


def end_all() -> None:
    """End every program that is going on. For who is about to end: nothing is started any more."""
    _starting.acquire()
    for group in tuple(_going):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


def _wait(process: subprocess.Popen[bytes], limits: Limits, *streams: IO[bytes]) -> None:
    deadline, look = time.monotonic() + limits.seconds, _FIRST_LOOK
    while True:
        try:
            process.wait(look)
        except subprocess.TimeoutExpired:
            ended = False
        else:
            ended = True
        _check(limits, streams)
        if ended:
            return
        if time.monotonic() > deadline:
            raise Exceeded(f"it took longer than {limits.seconds:g} seconds")
        look = min(look * 2, _LONGEST_LOOK)


def _check(limits: Limits, streams: Sequence[IO[bytes]]) -> None:
    if any(os.fstat(stream.fileno()).st_size > limits.output for stream in streams):
        raise Exceeded(f"git said more than {limits.output / 1_000_000:g} MB")
    if limits.folder is not None and taken(limits.folder) > limits.size:
        raise Exceeded(f"it is larger than {limits.size / 1_000_000:g} MB")


def taken(folder: str) -> int:
    """Bytes below a folder, while others write there."""
    total = 0
    for above, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(above, name)).st_size  # noqa: PTH118 - asked ten times a second
    return total


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what is left of the process group, whatever became of the program itself."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _all(stream: IO[bytes]) -> bytes:
    stream.seek(0)
    return stream.read()
