"""The healthy stacks as values: contents in memory, read once, judged and repaired without touching a disk."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pathspec

from stackfix import config, engine
from stackfix.findings import Applicability
from stackfix.policy import Policy
from stackfix.selection import Selection
from stackfix.tree import Entry, Tree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackfix.outcome import Outcome

FOLDER = Path(__file__).parent / "stacks"
BOTH = frozenset({Applicability.SAFE, Applicability.UNSAFE})


@dataclass(frozen=True)
class Files:
    """A small repository: contents by path, and which files may be run."""

    contents: Mapping[str, bytes]
    executable: frozenset[str] = frozenset()

    def text(self, path: str) -> str:
        """A file's characters, line endings as they are."""
        return self.contents[path].decode()

    def having(self, path: str, text: str) -> Files:
        """The same with one file said otherwise."""
        return replace(self, contents={**self.contents, path: text.encode()})

    def without(self, path: str) -> Files:
        """The same with one file removed."""
        return replace(self, contents={p: data for p, data in self.contents.items() if p != path})

    def without_bit(self, path: str) -> Files:
        """The same with a file that can't be run."""
        return replace(self, executable=self.executable - {path})


@dataclass(frozen=True)
class Stack:
    """One healthy repository of `stacks/`."""

    name: str
    files: Files


@cache
def every() -> tuple[Stack, ...]:
    """All stacks by name."""
    return tuple(Stack(path.name, _read(path)) for path in sorted(FOLDER.iterdir()) if path.is_dir())


def _read(folder: Path) -> Files:
    paths = {str(p.relative_to(folder)): p for p in sorted(folder.rglob("*")) if p.is_file()}
    runs = frozenset(name for name, path in paths.items() if os.access(path, os.X_OK))
    return Files({name: path.read_bytes() for name, path in paths.items()}, runs)


@dataclass(frozen=True)
class _InMemory:
    files: Mapping[str, bytes]
    ignored: pathspec.GitIgnoreSpec

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def would_ignore(self, path: str) -> bool:
        return self.ignored.match_file(path)


def judged(files: Files) -> Outcome:
    """What stackfix says of a repository whose files git all tracks, and how it ends with every fix made."""
    rules = files.contents.get(".gitignore", b"").decode().splitlines()
    entries = {p: Entry(p, executable=p in files.executable, tracked=True) for p in sorted(files.contents)}
    sources = _InMemory(files.contents, pathspec.GitIgnoreSpec.from_lines(rules))
    request = engine.Request(_agreed(files), Selection(), BOTH)
    return engine.run(Tree(entries, (), in_git=True), sources, request)


def _agreed(files: Files) -> Policy:
    """What the repository's own configuration decides."""
    text = files.contents.get("stackfix.toml")
    if text is None:
        return Policy()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "stackfix.toml").write_bytes(text)
        return config.load(folder).policy


def repaired(files: Files, outcome: Outcome) -> Files:
    """The files as a run leaves them."""
    contents, executable = dict(files.contents), set(files.executable)
    for change in outcome.changes:
        if change.after is None:
            contents.pop(change.path, None)
        else:
            contents[change.path] = change.after
        if change.executable is not None:
            (executable.add if change.executable else executable.discard)(change.path)
    return Files(contents, frozenset(executable))
