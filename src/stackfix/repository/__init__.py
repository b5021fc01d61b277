"""The root as stackfix sees it: a tree of paths, and their contents when asked for.

Nothing above the root is read but git's own ignore rules, nothing outside it through a link, and nothing in it is run.

May import tree and outcome; touches disk and git, never writes.
"""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.repository import ignoring, kinds, plumbing
from stackfix.repository.contents import InCommit, OnDisk, Skips
from stackfix.repository.objects import Blobs, Committed
from stackfix.repository.walk import walk
from stackfix.repository.worktree import Checkout, Disk
from stackfix.tree import Entry, Overlay, Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from stackfix.outcome import Change, Skipped
    from stackfix.repository.walk import Survey
    from stackfix.tree import Sources

    Excluded = Callable[[str], bool]


_SUBMODULES = ".gitmodules"


class CannotOpen(Exception):  # noqa: N818 - the user's mistake, told in one line
    """A root or a commit that can't be read; the message is one line with what to do."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A tree and what its files hold.

    `root` is the folder's real path. `prefix` is the root's path from the top of the git work tree around it, with `/`
    at its end, "" at the top or outside git. `commit` is the commit that was read, None for the work tree. `skipped`
    grows while contents are read.
    """

    root: str
    tree: Tree
    sources: Sources
    skipped: Iterable[Skipped]
    prefix: str = ""
    commit: str | None = None

    def overlay(self, changes: Iterable[Change]) -> Snapshot:
        """The snapshot after edits in memory."""
        changes = tuple(changes)
        contents = {change.path: change.after for change in changes}
        modes = {c.path: c.executable for c in changes if c.executable is not None and c.after is not None}
        tree = self.tree.changed(contents, modes)
        return replace(self, tree=tree, sources=Overlay(self.sources, contents, tree.links))


def open_work_tree(root: str | os.PathLike[str], excluded: Excluded | None = None) -> Snapshot:
    """The root as it lies on disk. `excluded` says of a path, file or folder, that nobody is to look at it."""
    folder = _real_folder(root)
    top = git_top(folder)
    place = _checkout(folder) if top is not None else None
    survey = walk(place or Disk(folder), excluded)
    if place is not None:
        survey.unknown += sorted((place.absent | place.foreign) - survey.entries.keys())
    skips = Skips(survey.skipped)
    rules = ignoring.Files(Disk(folder).ignore_file) if place is None else ignoring.Git(folder)
    sources = OnDisk(folder, survey.entries, rules, skips)
    return Snapshot(
        folder,
        _tree(survey, sources, in_git=place is not None),
        sources,
        skips,
        prefix=_prefix(folder, top) if top is not None else "",
    )


def open_commit(root: str | os.PathLike[str], revision: str = "HEAD", excluded: Excluded | None = None) -> Snapshot:
    """The root as a commit holds it, and the ignored `.env` files beside it on disk. CannotOpen where there is none."""
    folder = _real_folder(root)
    top = git_top(folder)
    if top is None:
        raise CannotOpen(f"{root} lies in no git repository: use --apply without --commit")
    try:
        said = plumbing.call(folder, "rev-parse", "--verify", "--end-of-options", revision + "^{commit}")
    except plumbing.GitFailed as problem:
        raise CannotOpen(_no_commit(folder, revision, str(problem))) from problem
    commit, blobs = said.decode().strip(), Blobs(folder)
    try:
        place = Committed(folder, commit, blobs)
    except plumbing.GitFailed as problem:
        raise CannotOpen(f"git can't list {revision}: {problem}") from problem
    survey = walk(place, excluded)
    survey.entries.update(_ignored_environments(folder, place, survey, excluded))
    skips = Skips(survey.skipped)
    sources = InCommit(place, blobs, OnDisk(folder, survey.entries, ignoring.Git(folder), skips), skips)
    return Snapshot(
        folder,
        _tree(survey, sources, in_git=True),
        sources,
        skips,
        prefix=_prefix(folder, top),
        commit=commit,
    )


def locate(path: str | os.PathLike[str]) -> tuple[str, str | None]:
    """The root that PATH means, and the one file of it that is asked about: a file's repository, else its folder."""
    if os.path.isdir(path):
        return os.path.realpath(path), None
    if not os.path.isfile(path):
        raise CannotOpen(f"{os.fspath(path)} is neither a file nor a folder")
    folder, name = os.path.split(os.path.abspath(path))
    folder = os.path.realpath(folder)
    root = git_top(folder) or folder
    return root, os.path.relpath(posixpath.join(folder, name), root)


def git_top(folder: str) -> str | None:
    """The top of the git work tree that a real folder lies in, told by the `.git` there; None outside any."""
    while True:
        if os.path.lexists(posixpath.join(folder, ".git")):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def _real_folder(root: str | os.PathLike[str]) -> str:
    folder = os.path.realpath(root)
    if not os.path.isdir(folder):
        raise CannotOpen(f"{os.fspath(root)} is not a folder")
    if os.path.isfile(posixpath.join(folder, "HEAD")) and all(
        os.path.isdir(posixpath.join(folder, name)) for name in ("objects", "refs")
    ):
        raise CannotOpen(f"{os.fspath(root)} is a bare repository, which has no files: take a clone or a worktree")
    return folder


def _checkout(folder: str) -> Checkout | None:
    """What git says of a folder; None where it says nothing, or an outer repository ignores the folder whole."""
    try:
        place = Checkout(folder)
    except plumbing.GitFailed:
        return None
    return place if place.has_files else None


def _prefix(folder: str, top: str) -> str:
    return "" if folder == top else os.path.relpath(folder, top) + "/"


def _tree(survey: Survey, sources: Sources, *, in_git: bool) -> Tree:
    declared = _submodules(sources) if _SUBMODULES in survey.entries else ()
    found = Tree(survey.entries, in_git=in_git)
    absent = {path for path in declared if not found.is_folder(path) and not found.is_file(path)}
    return replace(found, unknown=tuple(sorted({*survey.unknown, *absent})))


def _submodules(sources: Sources) -> Iterator[str]:
    """The folders that `.gitmodules` says are submodules, whether or not git knows them yet."""
    for line in (sources.read(_SUBMODULES) or b"").decode("utf-8", "replace").splitlines():
        name, equals, value = line.partition("=")
        if equals and name.strip().lower() == "path":
            yield value.strip().strip('"').rstrip("/")


def _no_commit(folder: str, revision: str, said: str) -> str:
    if revision != "HEAD":
        return f"git knows no commit {revision!r}: {said}"
    try:
        plumbing.call(folder, "symbolic-ref", "HEAD")
    except plumbing.GitFailed:
        return f"git can't read HEAD: {said}"
    return "the branch has no commit yet: commit once, or use --apply without --commit"


def _ignored_environments(root: str, place: Committed, survey: Survey, excluded: Excluded | None) -> dict[str, Entry]:
    """The `.env` files on disk, beside what a commit holds, that git ignores."""
    disk = Disk(root)
    held = {path.rpartition("/")[0] for path in survey.entries} | {""}
    candidates = []
    for folder in sorted(held):
        try:
            names = os.listdir(posixpath.join(root, folder))
        except OSError:
            continue
        found = (posixpath.join(folder, name) for name in names if kinds.is_environment(name))
        candidates += [p for p in found if not place.holds(p) and not (excluded and excluded(p)) and disk.is_plain(p)]
    if not candidates:
        return {}
    rules = ignoring.Git(root)
    return {path: Entry(path, ignored=True) for path in sorted(candidates) if rules.names(path)}
