"""Fixes that are committed where the user is: their own edits, staged or not, are kept and merged with them.

May import outcome, and of this package objects and worktree.
"""

from __future__ import annotations

import os
import posixpath
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.deliver import worktree
from stackfix.deliver.objects import RUN_FILE, CannotCommit
from stackfix.outcome import Change

if TYPE_CHECKING:
    from stackfix.deliver.objects import Store

    Entry = tuple[str, str] | None
    """git's mode and the name of the contents; None where there is no file."""


@dataclass(frozen=True, slots=True)
class _Fixed:
    """One file, from the top, before and after the commits."""

    path: str
    old: Entry
    new: Entry


def onto_head(store: Store, base: str, tip: str, journal_folder: str | os.PathLike[str]) -> None:
    """Move HEAD from `base` to `tip`; bring the fixes into the work tree and the index, merged. All or nothing."""
    fixed = _fixed(store, base, tip)
    changes = tuple(change for file in fixed if (change := _in_work_tree(store, file)) is not None)
    now = store.listed([file.path for file in fixed], store.user_index)
    index = {file.path: _in_index(store, file, now.get(file.path)) for file in fixed}
    index = {path: entry for path, entry in index.items() if entry != now.get(path)}

    def finish() -> None:
        store.put(index, store.user_index)
        try:
            store.move("HEAD", tip, base, "stackfix: repairs")
        except CannotCommit:
            store.put({path: now.get(path) for path in index}, store.user_index)
            raise

    try:
        worktree.apply(store.top, changes, journal_folder, finish)
    except worktree.CannotWrite as problem:
        raise CannotCommit(str(problem)) from problem


def _fixed(store: Store, base: str, tip: str) -> tuple[_Fixed, ...]:
    """The files that differ between two commits."""
    output = os.fsdecode(store.run("diff-tree", "-r", "-z", "--no-renames", "--no-ext-diff", "--raw", base, tip))
    fields = output.split("\0")
    found = []
    for head, path in zip(fields[::2], fields[1::2], strict=False):
        old_mode, new_mode, old_name, new_name, _ = head.removeprefix(":").split(" ")
        old = None if set(old_mode) == {"0"} else (old_mode, old_name)
        new = None if set(new_mode) == {"0"} else (new_mode, new_name)
        found.append(_Fixed(path, old, new))
    return tuple(found)


def _in_work_tree(store: Store, file: _Fixed) -> Change | None:
    """What the fix does to the user's own file; None where it has nothing to do there."""
    work = _work_file(store, file.path)
    old, new = _blob(store, file.old), _blob(store, file.new)
    if work is None:
        # The user has removed it; a fix that makes a file makes it here too.
        return Change(file.path, None, new, file.new is not None and file.new[0] == RUN_FILE) if old is None else None
    if work == new:
        after = new
    elif old is None:
        raise CannotCommit(f"{file.path} is there already, and differs from the fix: move it away first")
    elif new is None:
        if work != old:
            raise _clash(file.path)
        return Change(file.path, work, None)
    else:
        after = _merged(store, file.path, work, *_in_the_dress_of(work, old, new))
    runs = file.new is not None and file.new[0] == RUN_FILE
    moved = file.old is not None and file.new is not None and file.old[0] != file.new[0]
    if after == work and not moved:
        return None
    return Change(file.path, work, after, runs if moved else None)


def _work_file(store: Store, path: str) -> bytes | None:
    whole = posixpath.join(store.top, path)
    if not os.path.lexists(whole):
        return None
    if os.path.islink(whole) or not os.path.isfile(whole):
        raise CannotCommit(f"{path} is no plain file in the work tree, as it is in HEAD: commit or undo that first")
    try:
        with open(whole, "rb") as file:
            return file.read()
    except OSError as problem:
        raise CannotCommit(f"{path}: {problem.strerror}") from problem


def _in_index(store: Store, file: _Fixed, staged: Entry) -> Entry:
    """The index's entry after the fix: with what the user staged, merged."""
    if staged == file.old:
        return file.new
    if staged in {file.new, None}:
        return staged
    if file.old is None or file.new is None:
        raise _clash(file.path)
    assert staged is not None
    mode = staged[0] if file.old[0] == file.new[0] else file.new[0]
    if staged[1] == file.old[1]:
        return mode, file.new[1]
    contents = (store.read_blob(name) for name in (staged[1], file.old[1], file.new[1]))
    merged = _merged(store, file.path, *contents)
    store.write_blobs((merged,))
    return mode, store.name_of(merged)


def _blob(store: Store, entry: Entry) -> bytes | None:
    return None if entry is None else store.read_blob(entry[1])


def _in_the_dress_of(work: bytes, old: bytes, new: bytes) -> tuple[bytes, bytes]:
    """Both sides of a fix with the line endings that git gave the work file."""
    if b"\r\n" in work and b"\r" not in old + new:
        return old.replace(b"\n", b"\r\n"), new.replace(b"\n", b"\r\n")
    return old, new


def _merged(store: Store, path: str, mine: bytes, old: bytes, new: bytes) -> bytes:
    """The user's contents with the fix in them."""
    if mine == old:
        return new
    with tempfile.TemporaryDirectory(prefix="stackfix-") as folder:
        names = []
        for name, data in (("mine", mine), ("old", old), ("new", new)):
            names.append(posixpath.join(folder, name))
            with open(names[-1], "wb") as file:
                file.write(data)
        status, output, _ = store.attempt("merge-file", "-p", *names)
    if status:
        raise _clash(path)
    return output


def _clash(path: str) -> CannotCommit:
    return CannotCommit(f"{path} has changes of yours where a fix goes: commit or stash them; nothing was changed")
