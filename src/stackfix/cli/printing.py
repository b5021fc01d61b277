"""The screen: the only place that writes to it.

May import options.
"""

from __future__ import annotations

import os
import sys
from typing import TextIO

from stackfix.options import Wrong


def write(stream: TextIO | None, data: bytes) -> None:
    """Write to a stream of this process; None is one that whoever started it has closed, and nobody listens to."""
    if stream is None:
        return
    try:
        stream.flush()
        stream.buffer.write(data)
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as problem:
        silence(stream)
        raise Wrong(f"the output can't be written: {problem.strerror}") from None


def say(text: str) -> None:
    """Words on stdout."""
    write(sys.stdout, text.encode("utf-8", "surrogateescape"))


def note(text: str) -> None:
    """A line on stderr."""
    write(sys.stderr, f"{text}\n".encode("utf-8", "backslashreplace"))


def save(path: str, data: bytes) -> None:
    """Write a file that the user named."""
    try:
        with open(path, "wb") as file:  # noqa: PTH123 - the user's own word, as typed
            file.write(data)
    except OSError as problem:
        raise Wrong(f"{path}: {problem.strerror}") from None


def silence(stream: TextIO) -> None:
    """Lead a stream nowhere: what is left in its buffer must not fail again at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
