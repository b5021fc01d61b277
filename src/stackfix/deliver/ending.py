"""A program that is ended with all that it started, whatever ends the wait for it.

It stays in our process group, so that who sits at the terminal can be asked for a password.

May not import anything of stackfix.
"""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def run(command: Sequence[str], *, env: Mapping[str, str], timeout: float) -> subprocess.CompletedProcess[bytes]:
    """What a program comes to, with nothing on its stdin. TimeoutExpired where it takes too long."""
    with subprocess.Popen(  # noqa: S603 - the caller's fixed words
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env
    ) as process:
        try:
            output, complaint = process.communicate(timeout=timeout)
        except BaseException:
            # All are known before the first one goes: what it had started would be nobody's.
            for one in (process.pid, *_started_by(process.pid)):
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(one, signal.SIGKILL)
            raise
        return subprocess.CompletedProcess(command, process.returncode, output, complaint)


def _started_by(process: int) -> Iterator[int]:
    """The processes below one, as far as the kernel tells."""
    try:
        told = Path(f"/proc/{process}/task/{process}/children").read_text("ascii")
    except OSError:
        return
    for child in map(int, told.split()):
        yield child
        yield from _started_by(child)
