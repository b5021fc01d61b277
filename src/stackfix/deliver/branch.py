"""Repairs as commits: on a branch beside the user's work tree and index, or on the branch that they are on.

May import outcome, the repository's plumbing, and of this package objects, ownership, seal and merging.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from stackfix.deliver import merging, ownership, seal
from stackfix.deliver.objects import NEW_FILE, RUN_FILE, CannotCommit, Store
from stackfix.deliver.ownership import Owner
from stackfix.repository import plumbing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from stackfix.outcome import Change, Step

__all__ = ["BranchTaken", "CannotCommit", "Committed", "commit", "committed", "uncommitted"]

DEFAULT = "stackfix/fixes"


class BranchTaken(CannotCommit):
    """The branch holds somebody else's commits."""


@dataclass(frozen=True, slots=True)
class Committed:
    """What became of a branch. `branch` is None on a detached HEAD; `commits` are the new ones, oldest first.

    `base` is the commit that they stand on, `tip` the branch's end. Not `changed`: the branch held that tree already.
    """

    branch: str | None
    base: str
    tip: str
    commits: tuple[str, ...]
    changed: bool = True


def commit(  # noqa: PLR0913 - what, where and how
    root: str | os.PathLike[str],
    steps: Iterable[Step],
    branch: str = DEFAULT,
    *,
    messages: Callable[[Step], str],
    current_branch: bool = False,
    journal_folder: str | os.PathLike[str] | None = None,
) -> Committed | None:
    """One commit for each step, on top of HEAD; None where there is no step.

    The user's work tree, index and branch stay as they are, unless `current_branch`: then the commits go where HEAD
    is, and the fixes into the user's own files, merged (`journal_folder` as for `worktree.apply`). CannotCommit, and
    nothing changed, where that can't be.
    """
    steps = tuple(step for step in steps if step.changes)
    if not steps:
        return None
    with TemporaryDirectory(prefix="stackfix-") as scratch:
        store = Store(os.path.realpath(root), scratch)
        base = store.commit_of("HEAD")
        if base is None:
            raise CannotCommit("the branch has no commit yet: commit once, or use --apply without --commit")
        if not current_branch:
            _check_name(store, branch)
        commits = committed(store, base, steps, messages, own=not current_branch)
        if not current_branch:
            return _on_branch(store, branch, base, commits)
        assert journal_folder is not None
        merging.onto_head(store, base, commits[-1], journal_folder)
        return Committed(_current(store), base, commits[-1], commits)


def uncommitted(root: str | os.PathLike[str]) -> tuple[str, ...]:
    """The files below a root, from the root, that differ from HEAD or aren't in it; filters are not run to find out."""
    folder = os.path.realpath(root)
    words = ("status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--ignore-submodules=all")
    try:
        prefix = os.fsdecode(plumbing.call(folder, "rev-parse", "--show-prefix")).removesuffix("\n")
        output = plumbing.call(folder, *words, "--", ".", more=plumbing.without_filters(folder))
    except plumbing.GitFailed:
        return ()
    return tuple(sorted({record[3:].removeprefix(prefix) for record in plumbing.records(output)}))


def _check_name(store: Store, branch: str) -> None:
    status, _, _ = store.attempt("check-ref-format", f"refs/heads/{branch}")
    if status or branch.startswith("-") or branch == "HEAD":
        raise CannotCommit(f"{branch!r} can't be a branch's name: choose another with --branch")


def committed(  # noqa: PLR0913 - what, where and how
    store: Store,
    base: str,
    steps: Iterable[Step],
    messages: Callable[[Step], str],
    *,
    own: bool = True,
    onto: str = "",
    sign: bool = False,
) -> tuple[str, ...]:
    """One commit for each step, on top of any commit, as objects: no reference knows them yet.

    `own`: they go on a branch that is ours to rebuild; `onto` is the remote's branch that the base was found on.
    """
    steps = tuple(step for step in steps if step.changes)
    store.write_blobs(c.after for s in steps for c in s.changes if c.after is not None)
    store.read_tree(base)
    led = store.followed({store.prefix + change.path for step in steps for change in step.changes})
    state: dict[str, tuple[str, str] | None] = {**store.listed(sorted(set(led.values())))}
    commits: list[str] = []
    for step in steps:
        files = {led[store.prefix + change.path]: change for change in step.changes}
        entries = {path: _entry(store, change, state.get(path)) for path, change in files.items()}
        state.update(entries)
        parent = commits[-1] if commits else base
        tree = store.write_tree(entries)
        said = messages(step)
        words = seal.sealed(said, tree, parent, prefix=store.prefix, base=onto) if own else seal.signed(said)
        commits.append(store.write_commit(tree, parent, words, sign=sign))
    return tuple(commits)


def _entry(store: Store, change: Change, now: tuple[str, str] | None) -> tuple[str, str] | None:
    """A file after a change, checked to be what was judged before it."""
    before = None if change.before is None else store.name_of(change.before)
    if before != (now[1] if now else None):
        raise CannotCommit(f"{change.path} is not in HEAD as it was judged: run it again")
    if change.after is None:
        return None
    mode = now[0] if now else NEW_FILE
    if change.executable is not None:
        mode = RUN_FILE if change.executable else NEW_FILE
    return mode, store.name_of(change.after)


def _on_branch(store: Store, branch: str, base: str, commits: tuple[str, ...]) -> Committed:
    """Let the branch end in these commits, if it holds nobody else's."""
    reference = f"refs/heads/{branch}"
    old = store.commit_of(reference)
    if old is not None:
        if store.tree_of(old) == store.tree_of(commits[-1]):
            return Committed(branch, base, old, (), changed=False)
        _check_ours(store, branch, old, base)
        said = store.run("for-each-ref", "--format=%(refname)%00%(worktreepath)", reference)
        for line in os.fsdecode(said).splitlines():
            name, _, place = line.partition("\0")
            if name == reference and place:
                raise CannotCommit(f"{branch} is checked out in {place}: use --current-branch there, or --branch NAME")
    store.move(reference, commits[-1], old, "stackfix: repairs")
    return Committed(branch, base, commits[-1], commits)


def _check_ours(store: Store, branch: str, tip: str, base: str) -> None:
    """BranchTaken where a commit that nobody else holds would be lost. What HEAD was once may be amended since."""
    is_somebodys = ownership.owner(store, tip, base) is Owner.SOMEBODY
    if is_somebodys and ((rest := ownership.below(store, tip)) == tip or not ownership.is_kept(store, rest, branch)):
        raise BranchTaken(f"{branch} holds commits that are not stackfix's: choose another with --branch, or delete it")


def _current(store: Store) -> str | None:
    status, output, _ = store.attempt("symbolic-ref", "--quiet", "--short", "HEAD")
    return None if status else os.fsdecode(output).strip()
