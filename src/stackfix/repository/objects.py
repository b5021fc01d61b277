"""The files of a root as a commit holds them, read from git's objects.

May import tree, and of this package plumbing and walk.
"""

from __future__ import annotations

import posixpath
import weakref
from threading import Lock
from typing import IO, TYPE_CHECKING

from stackfix.repository import plumbing
from stackfix.repository.walk import Kind, Link
from stackfix.tree import Entry

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence

_LINK, _SUBMODULE = "120000", "160000"

_MOST_LINKS = 40
"""So many links in a row are a loop, as for the kernel."""


class Blobs:
    """Contents by object name, from one process that is started by the first question and stays."""

    def __init__(self, root: str) -> None:
        """`root` is a folder of the repository."""
        self._root = root
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = Lock()

    def read(self, name: str, limit: int) -> bytes | str:
        """A blob, or in one clause why there is none. More than `limit` bytes are not kept."""
        with self._lock:
            try:
                return self._ask(name, limit)
            except (OSError, plumbing.GitFailed):
                return "git could not read it"

    def _ask(self, name: str, limit: int) -> bytes | str:
        if self._process is None:
            self._process = plumbing.start(self._root, "cat-file", "--batch", talking=True)
            weakref.finalize(self, plumbing.stop, self._process)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(name.encode() + b"\n")
        self._process.stdin.flush()
        head = self._process.stdout.readline().split()
        if len(head) != 3:  # noqa: PLR2004 - name, type and size; else the name and "missing"
            return "its contents are not in this clone"
        size = int(head[2])
        data = _take(self._process.stdout, size, keep=size <= limit)
        self._process.stdout.read(1)
        return data if size <= limit else too_large(size)


def too_large(size: int) -> str:
    """Why a file of so many bytes is not read."""
    return f"too large ({size / 1_000_000:.1f} MB)"


def _take(stream: IO[bytes], size: int, *, keep: bool) -> bytes:
    if keep:
        return stream.read(size)
    while size > 0:
        got = len(stream.read(min(size, 1 << 20)))
        if not got:
            break
        size -= got
    return b""


class Committed:
    """Folders listed from a commit."""

    exported = False

    def __init__(self, root: str, commit: str, blobs: Blobs) -> None:
        """Ask git what `root` holds in a commit. GitFailed where it can't say."""
        self._blobs = blobs
        self._files: dict[str, tuple[str, str]] = {}  # git's mode, the contents' name
        self._foreign: set[str] = set()
        self._folders: dict[str, dict[str, Kind]] = {"": {}}
        for record in plumbing.records(plumbing.call(root, "ls-tree", "-r", "-z", commit)):
            head, _, path = record.partition("\t")
            mode, _, name = head.split(" ")
            if mode == _SUBMODULE:
                self._foreign.add(path)
                self._put(path, Kind.FOLDER)
            else:
                self._files[path] = (mode, name)
                self._put(path, Kind.LINK if mode == _LINK else Kind.FILE)

    @property
    def folders(self) -> frozenset[str]:
        """Every folder with a file in it; "" is the root."""
        return frozenset(self._folders)

    def holds(self, path: str) -> bool:
        """Whether the commit has a file or a link of that name."""
        return path in self._files

    def object_name(self, path: str) -> str | None:
        """The name of a file's contents; None where there is no such file itself."""
        file = self._files.get(path)
        return None if file is None or file[0] == _LINK else file[1]

    def children(self, folder: str) -> Sequence[tuple[str, Kind]]:
        """The names in a folder."""
        return tuple(self._folders.get(folder, {}).items())

    def enters(self, folder: str) -> bool:
        """Whether a folder is there."""
        return folder in self._folders

    def is_foreign(self, folder: str) -> bool:
        """Whether a folder is a submodule."""
        return folder in self._foreign

    def entry(self, path: str, name: str, *, wiring: bool) -> Entry | None:  # noqa: ARG002 - git has the run bit
        """A file of the commit."""
        return Entry(path, self._files[path][0] == "100755", tracked=True, wiring=wiring)

    def link(self, path: str) -> Link | None:
        """Where a link leads within the commit."""
        at = path
        for _ in range(_MOST_LINKS):
            data = self._blobs.read(self._files[at][1], 4096)
            if isinstance(data, str):
                return Link(None, data)
            there = data.decode("utf-8", "surrogateescape")
            at = posixpath.normpath(posixpath.join(posixpath.dirname(at), there))
            if there.startswith("/") or at == ".." or at.startswith("../"):
                return Link(None, "a link that leads out of the root")
            if at == "." or at in self._folders or at in self._foreign:
                return Link(None)
            if at not in self._files:
                return Link(None, "a link to nothing")
            if self._files[at][0] != _LINK:
                return Link(at)
        return Link(None, "a link in a loop")

    def _put(self, path: str, kind: Kind) -> None:
        folder, _, name = path.rpartition("/")
        while folder not in self._folders:
            self._folders[folder] = {name: kind}
            folder, _, name = folder.rpartition("/")
            kind = Kind.FOLDER
        self._folders[folder][name] = kind
