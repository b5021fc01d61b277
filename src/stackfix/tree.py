"""Which paths there are below the root: modes, tracked, ignored, links. No contents.

May import nothing but the standard library's pure parts.
"""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Entry:
    """One file. `tracked` and `ignored` are git's words; both are false in a tree outside git.

    `wiring` is false in folders that hold copies (backups, archives): source reached from an entry point is read there,
    Compose files and manifests are not taken for live ones. `target` is a symbolic link's file inside the root.
    """

    path: str
    executable: bool = False
    tracked: bool = False
    ignored: bool = False
    wiring: bool = True
    target: str | None = None


@dataclass(frozen=True)
class Tree:
    """All files that stackfix may look at, by path from the root with `/`.

    `unknown` are path prefixes whose contents nobody can know: submodules, excluded folders, links that leave the root,
    unreadable folders. What lies there is unknown, not missing. `ignores` are whether git would ignore a path that does
    not exist: such a file is made before the build, or kept out of git on purpose. `in_git` says whether the root lies
    in a git work tree, without which nothing is known about ignored files.
    """

    entries: Mapping[str, Entry]
    unknown: tuple[str, ...] = ()
    in_git: bool = False
    ignored_names: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder that holds a file at any depth; the root is ""."""
        found = {""}
        for path in self.entries:
            parent = posixpath.dirname(path)
            while parent not in found:
                found.add(parent)
                parent = posixpath.dirname(parent)
        return frozenset(found)

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[str, ...]]:
        names: dict[str, list[str]] = {}
        for path in self.entries:
            names.setdefault(posixpath.basename(path), []).append(path)
        return {name: tuple(sorted(paths)) for name, paths in names.items()}

    @cached_property
    def _by_folder(self) -> Mapping[str, tuple[str, ...]]:
        folders: dict[str, list[str]] = {}
        for path in self._sorted:
            folders.setdefault(posixpath.dirname(path), []).append(path)
        return {folder: tuple(paths) for folder, paths in folders.items()}

    @cached_property
    def _sorted(self) -> tuple[str, ...]:
        return tuple(sorted(self.entries))

    @cached_property
    def _unknown(self) -> frozenset[str]:
        return frozenset(self.unknown)

    @cached_property
    def links(self) -> Mapping[str, str]:
        """The file that each symbolic link inside the root leads to."""
        return {path: entry.target for path, entry in self.entries.items() if entry.target is not None}

    def real(self, path: str) -> str:
        """The path of the file itself, whatever link it is called by."""
        return self.links.get(path, path)

    def is_file(self, path: str) -> bool:
        """Whether a file is there."""
        return path in self.entries

    def is_folder(self, path: str) -> bool:
        """Whether a folder with a file in it is there."""
        return path in self.folders

    def dockerfile(self, path: str) -> str:
        """The file that a build reads for a path: an engine takes `dockerfile` where there is no `Dockerfile`."""
        folder, _, name = path.rpartition("/")
        lower = join(folder, name.lower())
        return lower if name == "Dockerfile" and path not in self.entries and lower in self.entries else path

    def is_unknown(self, path: str) -> bool:
        """Whether nobody can say if it is there: outside the root, in a submodule, excluded, git's own folder."""
        if path.startswith(("../", "/", ".git/")) or path in {"..", ".git"}:
            return True
        unknown = self._unknown
        while path and path not in unknown:
            path = path.rpartition("/")[0]
        return path in unknown

    def named(self, name: str) -> tuple[str, ...]:
        """All files with that base name, sorted."""
        return self._by_name.get(name, ())

    def directly_in(self, folder: str) -> tuple[str, ...]:
        """The files of a folder itself, without those of its folders, sorted; "" is the root."""
        return self._by_folder.get(folder, ())

    def changed(self, contents: Mapping[str, bytes | None], modes: Mapping[str, bool]) -> Tree:
        """The tree after edits: contents of None are removed files, new paths are files that git doesn't track yet."""
        entries = dict(self.entries)
        for path, data in contents.items():
            if data is None:
                entries.pop(path, None)
            elif path not in entries:
                entries[path] = Entry(path)
        for path, executable in modes.items():
            entries[path] = replace(entries[path], executable=executable)
        return Tree(entries, self.unknown, self.in_git, self.ignored_names)

    def below(self, folder: str) -> Iterator[str]:
        """All files below a folder, sorted; "" is the root."""
        if not folder:
            return iter(self._sorted)
        # "0" is the character after "/".
        start, end = bisect_left(self._sorted, folder + "/"), bisect_left(self._sorted, folder + "0")
        return iter(self._sorted[start:end])


class Sources(Protocol):
    """The contents behind a tree, read when asked for."""

    def read(self, path: str) -> bytes | None:
        """A file's bytes, or None where it can't be read (which the reader reports, once)."""

    def would_ignore(self, path: str) -> bool:
        """Whether git's ignore rules name a path, whether it exists or not."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """Contents with some files changed in memory; None is a removed file. A link gives what its file holds."""

    under: Sources
    contents: Mapping[str, bytes | None]
    links: Mapping[str, str] = field(default_factory=dict)

    def read(self, path: str) -> bytes | None:
        """The changed bytes, else those below."""
        real = self.links.get(path, path)
        return self.contents[real] if real in self.contents else self.under.read(path)

    def would_ignore(self, path: str) -> bool:
        """The same as below: an edit of ignore rules takes effect in the next run."""
        return self.under.would_ignore(path)


def upward(folder: str) -> Iterator[str]:
    """A folder and all above it, the nearest first and the root, "", last."""
    yield folder
    while folder:
        folder = posixpath.dirname(folder)
        yield folder


@lru_cache(maxsize=1 << 16)
def join(folder: str, path: str) -> str:
    """A relative path seen from a folder, normalised; it may begin with `..` where it leaves the root."""
    joined = posixpath.normpath(posixpath.join(folder, path))
    return "" if joined == "." else joined
