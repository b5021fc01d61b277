"""Whether ignore rules name a path: git's own answer where there is git, else what the root's `.gitignore` files say.

May import plumbing.
"""

from __future__ import annotations

import os
import posixpath
import re
import weakref
from threading import Lock
from typing import IO, TYPE_CHECKING

from stackfix.repository import plumbing

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterable

    from pathspec import GitIgnoreSpec


class Files:
    """The `.gitignore` files of a root outside git, each read when a path beside or below it is asked for."""

    def __init__(self, read: Callable[[str], bytes | None]) -> None:
        """`read` gives the `.gitignore` of a folder, None where it has none."""
        self._read = read
        self._lines: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {}
        self._specs: dict[str, GitIgnoreSpec | None] = {}
        self._folders: dict[str, bool] = {"": False}

    def names(self, path: str) -> bool:
        """Whether a path is ignored, itself or by a folder above it; a folder's path ends with `/`."""
        parent = posixpath.dirname(path.rstrip("/"))
        if parent not in self._folders:
            self._folders[parent] = self.names(parent + "/")
        if self._folders[parent]:
            return True
        folder = parent
        while True:
            inner = path[len(folder) + 1 :] if folder else path
            spec = self._spec(folder) if self._may_match(folder, inner) else None
            if spec is not None:
                said = spec.check_file(inner).include
                if said is not None:
                    return said
            if not folder:
                return False
            folder = posixpath.dirname(folder)

    def _may_match(self, folder: str, path: str) -> bool:
        """Whether a line of a folder's file has all its literal parts in a path: few do, and only those are judged."""
        if folder not in self._lines:
            lines = os.fsdecode(self._read(folder) or b"").splitlines()
            self._lines[folder] = tuple((line, _literals(line)) for line in lines if line and not line.startswith("#"))
        return any(all(part in path for part in parts) for _, parts in self._lines[folder])

    def _spec(self, folder: str) -> GitIgnoreSpec | None:
        if folder not in self._specs:
            self._specs[folder] = _compiled(line for line, _ in self._lines[folder])
        return self._specs[folder]


def _literals(line: str) -> tuple[str, ...]:
    """What must stand in every path that a line matches; nothing where it has escapes or character classes."""
    if "\\" in line or "[" in line:
        return ()
    return tuple(part for part in re.split(r"[*?/!]+", line.rstrip()) if part)


def _compiled(patterns: Iterable[str]) -> GitIgnoreSpec | None:
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - 30 ms that few roots without git pay

    lines = []
    for line in patterns:
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            # git passes over a line that is no pattern.
            continue
        lines.append(line)
    return GitIgnoreSpec.from_lines(lines) if lines else None


class Git:
    """The answer of git itself, from one process that is started by the first question and stays."""

    def __init__(self, root: str) -> None:
        """`root` is the folder that paths are relative to."""
        self._root = root
        self._known: dict[str, bool] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = Lock()

    def names(self, path: str) -> bool:
        """Whether git would ignore a path, as a file or as a folder, tracked or not."""
        path = path.rstrip("/")
        if path not in self._known:
            with self._lock:
                self._known[path] = self._ask(path) or self._ask(path + "/")
        return self._known[path]

    def _ask(self, path: str) -> bool:
        if "\0" in path:
            return False
        if self._process is None:
            try:
                self._process = plumbing.start(
                    self._root,
                    *("check-ignore", "--stdin", "-z", "-v", "-n", "--no-index"),
                    talking=True,
                    # It refuses to be told; that paths begin with `./` keeps them from being patterns.
                    more={"GIT_LITERAL_PATHSPECS": "0"},
                )
            except plumbing.GitFailed:
                return False
            weakref.finalize(self, plumbing.stop, self._process)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(os.fsencode(f"./{path}\0"))
            self._process.stdin.flush()
        except BrokenPipeError:
            return self._given_up()
        answer = [_field(self._process.stdout) for _ in range(4)]
        if None in answer:
            return self._given_up()
        pattern = answer[2] or b""
        return bool(pattern) and not pattern.startswith(b"!")

    def _given_up(self) -> bool:
        """Git ends at a path that it won't judge (beyond a link, in a submodule): the next question starts it anew."""
        if self._process is not None:
            plumbing.stop(self._process)
        self._process = None
        return False


def _field(stream: IO[bytes]) -> bytes | None:
    """One field of an answer, up to its NUL; None at the end."""
    found = bytearray()
    while (byte := stream.read(1)) != b"\0":
        if not byte:
            return None
        found += byte
    return bytes(found)
