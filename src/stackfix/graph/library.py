"""Documents and facts by path, each read once: a pure function of the file's bytes, asked for while linking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from stackfix.text import Text, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from stackfix.tree import Sources, Tree

T = TypeVar("T")


class Library:
    """What has been read of one tree. `problems` maps each file that couldn't be read to the reason, in one clause."""

    def __init__(self, tree: Tree, sources: Sources) -> None:
        """Start empty; nothing is read before it is asked for."""
        self.tree = tree
        self.sources = sources
        self.problems: dict[str, str] = {}
        self._texts: dict[str, Text | None] = {}
        self._read: dict[tuple[str, str], object] = {}
        self._remembered: dict[Hashable, tuple[object, frozenset[str]]] = {}
        self._traces: list[set[str]] = []

    def after(self, tree: Tree, sources: Sources, changed: Iterable[str]) -> Library:
        """A library over the tree as repaired, that forgets what the changed files said."""
        gone = set(changed)
        later = Library(tree, sources)
        later.problems = {p: r for p, r in self.problems.items() if p not in gone}
        later._texts = {p: t for p, t in self._texts.items() if p not in gone}
        later._read = {k: v for k, v in self._read.items() if k[0] not in gone}
        if tree.entries.keys() == self.tree.entries.keys():
            kept = {k: v for k, v in self._remembered.items() if not v[1] & gone}
            later._remembered = kept
        return later

    def remember(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What `compute` comes to, once; again only after a change of a file that it read or of which files there are.

        `compute` must be a function of its key and of what it reads through this library.
        """
        if key not in self._remembered:
            self._traces.append(set())
            try:
                found = compute()
            finally:
                trace = self._traces.pop()
            self._remembered[key] = (found, frozenset(trace))
        value, read = self._remembered[key]
        for outer in self._traces:
            outer.update(read)
        return cast(T, value)

    def text(self, path: str) -> Text | None:
        """A file's characters, or None where it isn't there, can't be read or isn't UTF-8."""
        for trace in self._traces:
            trace.add(path)
        if path not in self._texts:
            self._texts[path] = self._load(path)
        return self._texts[path]

    def get(self, path: str, reader: Callable[[Text], T]) -> T | None:
        """What a reader makes of a file, once: None where the file can't be read so. Readers are module functions."""
        for trace in self._traces:
            trace.add(path)
        key = (path, f"{reader.__module__}.{reader.__qualname__}")
        if key not in self._read:
            self._read[key] = self._apply(path, reader)
        return cast("T | None", self._read[key])

    def _apply(self, path: str, reader: Callable[[Text], Any]) -> object:
        text = self.text(path)
        if text is None:
            return None
        try:
            return reader(text)
        except Unreadable as problem:
            line = "" if problem.offset is None else f" (line {text.value.count(chr(10), 0, problem.offset) + 1})"
            self.problems.setdefault(path, problem.reason + line)
        except RecursionError:
            self.problems.setdefault(path, "nested too deeply")
        return None

    def _load(self, path: str) -> Text | None:
        if not self.tree.is_file(path):
            return None
        data = self.sources.read(path)
        if data is None:
            return None
        try:
            return Text.of_file(path, data)
        except UnicodeDecodeError as error:
            self.problems.setdefault(path, f"not UTF-8 (byte {error.start})")
        return None
