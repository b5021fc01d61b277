"""The files of a root on disk: what git tracks or doesn't ignore, and `.env` files that it ignores.

May import tree, and of this package ignoring, kinds, plumbing and walk.
"""

from __future__ import annotations

import os
import posixpath
import stat
from typing import TYPE_CHECKING

from stackfix.repository import ignoring, kinds, plumbing
from stackfix.repository.walk import Kind, Link
from stackfix.tree import Entry

if TYPE_CHECKING:
    from collections.abc import Sequence


class Disk:
    """Folders listed from the disk. Outside git everything is ours that no `.gitignore` of the root names."""

    exported = True

    def __init__(self, root: str) -> None:
        """`root` is a real path, without links in it."""
        self.root = root
        self._ignored = ignoring.Files(self.ignore_file)

    def children(self, folder: str) -> Sequence[tuple[str, Kind]]:
        """The names in a folder."""
        with os.scandir(posixpath.join(self.root, folder) if folder else self.root) as listed:
            return [(child.name, _kind(child)) for child in listed]

    def enters(self, folder: str) -> bool:
        """Whether a folder isn't ignored."""
        return not self._ignored.names(folder + "/")

    def is_foreign(self, folder: str) -> bool:
        """Whether a folder is another repository's, by the `.git` in it."""
        return os.path.lexists(posixpath.join(self.root, folder, ".git"))

    def entry(self, path: str, name: str, *, wiring: bool) -> Entry | None:
        """A file that isn't ignored, or an `.env` that is."""
        ignored = self._ignored.names(path)
        if ignored and not kinds.is_environment(name):
            return None
        return Entry(path, kinds.is_run(name) and self.runs(path), ignored=ignored, wiring=wiring)

    def link(self, path: str) -> Link | None:
        """Where a link leads, if it isn't ignored."""
        return None if self._ignored.names(path) else self.follow(path)

    def follow(self, path: str) -> Link:
        """Where a link leads."""
        try:
            real = os.path.realpath(posixpath.join(self.root, path), strict=True)
            mode = os.stat(real).st_mode
        except FileNotFoundError:
            return Link(None, "a link to nothing")
        except OSError:
            return Link(None, "a link in a loop")
        if real == self.root:
            return Link(None)
        if not real.startswith(self.root.rstrip("/") + "/"):
            return Link(None, "a link that leads out of the root")
        inside = os.path.relpath(real, self.root)
        if stat.S_ISDIR(mode):
            return Link(None)
        if not stat.S_ISREG(mode) or inside.split("/")[0] == ".git":
            return Link(None, "a link to what is no file")
        return Link(inside)

    def runs(self, path: str) -> bool:
        """Whether its owner may run a file; what can't be asked is no."""
        try:
            return bool(os.stat(posixpath.join(self.root, path)).st_mode & stat.S_IXUSR)
        except OSError:
            return False

    def is_plain(self, path: str) -> bool:
        """Whether a file lies there itself, not by a link anywhere on the way."""
        whole = posixpath.join(self.root, path)
        return os.path.isfile(whole) and os.path.realpath(whole) == whole

    def ignore_file(self, folder: str) -> bytes | None:
        """The `.gitignore` of a folder, None where it has none."""
        try:
            path = posixpath.join(self.root, folder, ".gitignore")
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return None
        with open(handle, "rb") as file:
            return file.read() if stat.S_ISREG(os.fstat(handle).st_mode) else None


class Checkout(Disk):
    """Folders listed from the disk where git says which files are ours."""

    exported = False

    def __init__(self, root: str) -> None:
        """Ask git. GitFailed where it can't say."""
        super().__init__(root)
        # Both at once: looking for untracked files takes git longest.
        asked = plumbing.start(root, "ls-files", "-z", "--others", "--exclude-standard", "--", ".")
        try:
            self._take_index(plumbing.call(root, "ls-files", "-z", "-s", "-t", "--", "."))
        except plumbing.GitFailed:
            plumbing.stop(asked)
            raise
        output, _ = asked.communicate()
        self._take_others(plumbing.records(output))
        self._modes_count: bool | None = None

    def _take_index(self, output: bytes) -> None:
        self._tracked: dict[str, bool] = {}
        self.foreign: set[str] = set()
        self.absent: set[str] = set()
        for record in plumbing.records(output):
            head, _, path = record.partition("\t")
            mode = head[2:8]
            if mode == "160000":
                self.foreign.add(path)
                continue
            self._tracked[path] = mode == "100755"
            if head[0] == "S":
                self.absent.add(path)

    def _take_others(self, others: Sequence[str]) -> None:
        self._others: set[str] = set()
        for path in others:
            if path.endswith("/"):
                self.foreign.add(path[:-1])
            else:
                self._others.add(path)
        self._folders: set[str] = {""}
        for folder in {path.rpartition("/")[0] for path in (*self._tracked, *self._others)}:
            above = folder
            while above not in self._folders:
                self._folders.add(above)
                above = above.rpartition("/")[0]

    @property
    def has_files(self) -> bool:
        """Whether git names any file at all: a root that an outer repository ignores is none of its own."""
        return bool(self._tracked or self._others or self.foreign)

    def enters(self, folder: str) -> bool:
        """Whether git names a file below."""
        return folder in self._folders

    def is_foreign(self, folder: str) -> bool:
        """Whether a folder is a submodule or a repository within this one."""
        return folder in self.foreign

    def entry(self, path: str, name: str, *, wiring: bool) -> Entry | None:
        """A file that git names, or an `.env` that it ignores."""
        listed = self._tracked.get(path)
        if listed is not None:
            executable = self._runs(path, listed=listed) if listed or kinds.is_run(name) else False
            return Entry(path, executable, tracked=True, wiring=wiring)
        if path in self._others:
            return Entry(path, kinds.is_run(name) and self.runs(path), wiring=wiring)
        return Entry(path, ignored=True, wiring=wiring) if kinds.is_environment(name) else None

    def link(self, path: str) -> Link | None:
        """Where a link leads, if git names it or it is an ignored `.env`."""
        named = path in self._tracked or path in self._others or kinds.is_environment(posixpath.basename(path))
        return self.follow(path) if named else None

    def _runs(self, path: str, *, listed: bool) -> bool:
        """A tracked file's run bit: the disk's, unless the disk keeps none."""
        real = self.runs(path)
        if real == listed:
            return real
        if self._modes_count is None:
            try:
                said = plumbing.call(self.root, "config", "--type=bool", "--default=true", "--get", "core.fileMode")
            except plumbing.GitFailed:
                said = b"true"
            self._modes_count = said.strip() != b"false"
        return real if self._modes_count else listed


def _kind(child: os.DirEntry[str]) -> Kind:
    if child.is_file(follow_symlinks=False):
        return Kind.FILE
    if child.is_dir(follow_symlinks=False):
        return Kind.FOLDER
    return Kind.LINK if child.is_symlink() else Kind.OTHER
