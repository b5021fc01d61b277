"""What the files of a snapshot hold, read when asked for, and why some are not.

May import outcome, tree, and of this package ignoring, objects and plumbing.
"""

from __future__ import annotations

import errno
import os
import posixpath
import stat
from typing import TYPE_CHECKING, Protocol

from stackfix.outcome import Skipped
from stackfix.repository.objects import too_large

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.repository.objects import Blobs, Committed
    from stackfix.tree import Entry

LIMIT = 8_000_000
"""Bytes; a larger file is no wiring that a person wrote."""

_BINARY_HEAD = 8000  # bytes; git looks as far


class Skips:
    """The files that were not read. It grows while a snapshot is read, so it is looked at last."""

    def __init__(self, known: Mapping[str, str]) -> None:
        """Start with what the walk could not take."""
        self.reasons = dict(known)

    def __iter__(self) -> Iterator[Skipped]:
        """All of them by path."""
        return (Skipped(path, self.reasons[path]) for path in sorted(self.reasons))


class Ignoring(Protocol):
    """Who knows the ignore rules."""

    def names(self, path: str) -> bool:
        """Whether they name a path."""


class OnDisk:
    """Contents from the work tree. A file that changes while stackfix runs can't be read a second time."""

    def __init__(self, root: str, entries: Mapping[str, Entry], ignoring: Ignoring, skips: Skips) -> None:
        """`root` is a real path, without links in it."""
        self._root = root
        self._entries = entries
        self._ignoring = ignoring
        self._skips = skips
        self._seen: dict[str, int] = {}

    def read(self, path: str) -> bytes | None:
        """A file's bytes, or None where it can't be read."""
        entry = self._entries.get(path)
        if entry is None:
            return self._read_unlisted(path)
        found = read_regular(posixpath.join(self._root, entry.target or path))
        if isinstance(found, bytes):
            found = judged(found)
        if isinstance(found, str):
            self._skips.reasons.setdefault(path, found)
            return None
        if self._seen.setdefault(path, hash(found)) != hash(found):
            self._skips.reasons.setdefault(path, "it changed while stackfix ran")
            return None
        return found

    def would_ignore(self, path: str) -> bool:
        """Whether ignore rules name a path, as a file or as a folder, whether it exists or not."""
        if path.startswith(("../", "/")) or path in {"", ".", ".."}:
            return False
        return self._ignoring.names(path) or self._ignoring.names(path.rstrip("/") + "/")

    def _read_unlisted(self, path: str) -> bytes | None:
        """A file that isn't ours to judge is still there, and must not be made anew."""
        whole = posixpath.join(self._root, path)
        if path.startswith(("../", "/")) or os.path.realpath(whole) != posixpath.normpath(whole):
            return None
        found = read_regular(whole)
        return found if isinstance(found, bytes) else None


class InCommit:
    """Contents from a commit; ignored `.env` files, which no commit holds, from the work tree."""

    def __init__(self, committed: Committed, blobs: Blobs, beside: OnDisk, skips: Skips) -> None:
        """`beside` reads the work tree."""
        self._committed = committed
        self._blobs = blobs
        self._beside = beside
        self._skips = skips
        self._targets: dict[str, str] = {}

    def read(self, path: str) -> bytes | None:
        """A file's bytes, or None where it can't be read."""
        entry = self._beside_entry(path)
        if entry is not None and entry.ignored:
            return self._beside.read(path)
        name = self._committed.object_name(entry.target if entry is not None and entry.target else path)
        if name is None:
            return None
        found = self._blobs.read(name, LIMIT)
        if isinstance(found, bytes):
            found = judged(found)
        if isinstance(found, str):
            self._skips.reasons.setdefault(path, found)
            return None
        return found

    def would_ignore(self, path: str) -> bool:
        """Whether ignore rules, as they are in the work tree, name a path."""
        return self._beside.would_ignore(path)

    def _beside_entry(self, path: str) -> Entry | None:
        return self._beside._entries.get(path)  # noqa: SLF001 - the same entries serve both


def judged(data: bytes) -> bytes | str:
    """The bytes of a text file, or why they are none."""
    return "not text (it holds NUL bytes)" if b"\0" in data[:_BINARY_HEAD] else data


def read_regular(path: str) -> bytes | str:
    """The bytes of a file itself, never of what a link or a pipe gives, or in one clause why not."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError as problem:
        return _why(problem)
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        # Python's own open takes no folder.
        os.close(handle)
        return "not a plain file"
    with open(handle, "rb") as file:
        if status.st_size > LIMIT:
            return too_large(status.st_size)
        try:
            # One byte more than allowed, for a file that grows or has no honest size.
            data = file.read(LIMIT + 1)
        except OSError as problem:
            return _why(problem)
    return data if len(data) <= LIMIT else too_large(len(data))


def _why(problem: OSError) -> str:
    if problem.errno == errno.ELOOP:
        return "a link where a file was"
    if problem.errno in {errno.EACCES, errno.EPERM}:
        return "no permission to read it"
    if problem.errno == errno.ENOENT:
        return "it went away"
    return (problem.strerror or "it can't be read").lower()
