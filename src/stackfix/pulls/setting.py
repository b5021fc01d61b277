"""The few files of a commit that must lie on disk to judge it: ignore rules and configuration. Nothing else is.

They are written as plain files by us; git checks nothing out, so that no filter and no link of theirs has a say.

May import repository and config.
"""

from __future__ import annotations

import posixpath
import shutil
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from stackfix.repository import CannotOpen, plumbing
from stackfix.repository.objects import Blobs

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLAIN = {"100644", "100755"}
_CONFIGURATIONS = ("stackfix.toml", "pyproject.toml")
_MOST_BASES = 20
_LARGEST = 1_000_000  # bytes; a larger file of these was not written by a person
_MOST_RULES, _MOST_BYTES = 20_000, 20_000_000  # of all ignore rules: who has more means no good


def lay_out(top: str, prefix: str, commit: str) -> None:
    """Put a commit's ignore rules, and the configuration of the root at `prefix`, into the folder `top` of our own.

    CannotOpen where its ignore rules are more than anybody needs: they would fill the disk.
    """
    for old in Path(top).iterdir():
        if old.name != ".git":
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    Path(top, prefix).mkdir(parents=True, exist_ok=True)
    files, blobs = _files(top, commit), Blobs(top)
    rules = [path for path in files if path.rpartition("/")[2] == ".gitignore"]
    room = _MOST_BYTES
    for path in rules:
        data = blobs.read(files[path], _LARGEST)
        room -= len(data)
        if room < 0 or len(rules) > _MOST_RULES:
            raise CannotOpen(f"its ignore rules are more than {_MOST_RULES} files or {_MOST_BYTES / 1_000_000:g} MB")
        _write(top, path, data)
    for name in _CONFIGURATIONS:
        _follow(top, prefix, name, files, blobs)


def holds(top: str, prefix: str, commit: str) -> bool:
    """Whether a commit has the folder at `prefix`."""
    try:
        plumbing.call(top, "cat-file", "-e", f"{commit}:{prefix.rstrip('/')}")
    except plumbing.GitFailed:
        return False
    return True


def _follow(top: str, prefix: str, name: str, files: Mapping[str, str], blobs: Blobs) -> None:
    """A configuration, and what it extends, as far as it lies in the root."""
    for _ in range(_MOST_BASES):
        path = posixpath.normpath(posixpath.join(prefix, name))
        if not path.startswith(prefix) or path not in files:
            return
        data = blobs.read(files[path], _LARGEST)
        _write(top, path, data)
        base = None if isinstance(data, str) else _extended(name, data)
        if base is None:
            return
        name = posixpath.join(posixpath.dirname(name), base)


def _extended(name: str, data: bytes) -> str | None:
    """The file that a configuration names as its base. One that is wrong is told by whoever loads it."""
    try:
        told = tomllib.loads(data.decode())
    except ValueError:
        return None
    if posixpath.basename(name) == "pyproject.toml":
        tool = told.get("tool")
        told = tool.get("stackfix", {}) if isinstance(tool, dict) else {}
    base = told.get("extends") if isinstance(told, dict) else None
    return base if isinstance(base, str) else None


def _files(top: str, commit: str) -> dict[str, str]:
    """The plain files of a commit by path, as far as their names are fit for a disk."""
    found = {}
    for record in plumbing.records(plumbing.call(top, "ls-tree", "-r", "-z", "--full-tree", commit)):
        head, _, path = record.partition("\t")
        mode, _, name = head.split(" ")
        parts = path.split("/")
        if mode in _PLAIN and not any(part in {"", ".", ".."} or part.lower() == ".git" for part in parts):
            found[path] = name
    return found


def _write(top: str, path: str, data: bytes | str) -> None:
    """A file's contents; words say why there are none."""
    file = Path(top, path)
    # A name may be longer than a disk takes, or stand for a file and a folder at once.
    with suppress(OSError):
        if isinstance(data, bytes):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
