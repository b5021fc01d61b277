"""Clones of other people's repositories: shallow, with the contents that a judge may ask for, kept between runs.

Nothing is checked out and nothing of a repository is run. What is kept is fetched data alone; each piece of work gets a
folder of its own that borrows from it, and that is gone afterwards.

May import the forges' model, the repository's plumbing, and of this package sources, transport and wanted.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from stackfix.fleet import wanted
from stackfix.fleet.transport import CannotClone, Transport
from stackfix.pulls import groups
from stackfix.repository import plumbing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stackfix.fleet.sources import Source
    from stackfix.forge.model import Credentials

_DAY = 86_400
_MOST_PACKS = 20
"""So many refreshes, and a clone is made anew."""

_SEEN = "refs/stackfix/seen"
_SHA256 = 64
_TEMPORARY = ("new-", "gone-", "work-")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a repository may take: seconds for each call of git, bytes, files, and days that it is kept unused."""

    seconds: float = 600
    size: int = 2_000_000_000
    files: int = 500_000
    days: int = 30


@dataclass(frozen=True, slots=True)
class Head:
    """A branch of the remote and the commit that it is at."""

    branch: str
    commit: str


@dataclass(frozen=True, slots=True)
class Work:
    """A repository to work in: no checkout, `origin` is the remote, `head` is there with what may be read of it."""

    folder: str
    head: Head


@dataclass(frozen=True, slots=True)
class Compared:
    """A folder as in `Work`, with three commits: a change as it is proposed, where it left its branch, and that now."""

    folder: str
    before: str
    after: str
    base: str


class Clones:
    """All clones of one user on one machine."""

    def __init__(self, folder: Path, bounds: Bounds | None = None) -> None:
        """`folder` is made where it is missing, for this user alone."""
        self._folder = folder
        self._bounds = bounds or Bounds()

    def head(self, source: Source, credentials: Credentials | None = None, branch: str | None = None) -> Head:
        """Where the remote's branch is now; None is its default branch. CannotClone where it doesn't say."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return _head(self._transport(source, credentials), str(self._folder), branch)

    @contextmanager
    def work(self, source: Source, credentials: Credentials | None = None, branch: str | None = None) -> Iterator[Work]:
        """A folder with the remote's branch as it is now. CannotClone where there is none."""
        transport = self._transport(source, credentials)
        with self._entry(source) as entry:
            head = _head(transport, str(entry), branch)
            head = _refresh(entry, transport, head, self._bounds)
            folder = entry / f"work-{secrets.token_hex(8)}"
            try:
                yield _borrowing(folder, entry / "kept", source, head)
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def compared(
        self, source: Source, credentials: Credentials | None, branch: str, reference: str
    ) -> Iterator[Compared]:
        """A folder with what a reference of the remote has, and the commit at which that left a branch.

        CannotClone where there is none.
        """
        transport = self._transport(source, credentials)
        with self.work(source, credentials, branch) as work:
            folder, history = Path(work.folder), Path(f"{work.folder}-history")
            try:
                _make(history, source, len(work.head.commit))
                before, after = _parted(history, transport, work.head.branch, reference)
            finally:
                shutil.rmtree(history, ignore_errors=True)
            for commit in (before, after):
                _bring(folder, transport, commit, self._bounds)
            yield Compared(work.folder, before, after, work.head.commit)

    @contextmanager
    def _entry(self, source: Source) -> Iterator[Path]:
        """A repository's own folder, which nobody else works in meanwhile."""
        entry = self._folder / sha256(source.place.encode("utf-8", "surrogateescape")).hexdigest()[:32]
        entry.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _locked(entry, self._bounds.seconds):
            _sweep(entry)
            yield entry

    def tidy(self) -> None:
        """Remove what killed runs left, and what nobody has asked for in a long time."""
        for entry in self._folder.iterdir() if self._folder.is_dir() else ():
            with suppress(CannotClone, OSError), _locked(entry, 0, touch=False):
                _sweep(entry)
                if time.time() - (entry / "lock").stat().st_mtime > self._bounds.days * _DAY:
                    _drop(entry)

    def _transport(self, source: Source, credentials: Credentials | None) -> Transport:
        if source.local and not Path(source.place).is_dir():
            raise CannotClone(f"{source.url} is no folder")
        return Transport(source, credentials, self._bounds.seconds, self._bounds.size)


@contextmanager
def _locked(entry: Path, seconds: float, *, touch: bool = True) -> Iterator[None]:
    """One at a time works on a repository's clone; who is killed lets go of it."""
    lock = os.open(entry / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise CannotClone("other work on the same repository takes too long", later=True) from None
            time.sleep(0.05)
        if touch:
            os.utime(lock)
        yield
    finally:
        os.close(lock)


def _sweep(entry: Path) -> None:
    """Remove what a killed run left; whoever holds the lock knows that nobody uses it."""
    for left in entry.iterdir():
        if left.name.startswith(_TEMPORARY):
            shutil.rmtree(left, ignore_errors=True)


def _head(transport: Transport, folder: str, branch: str | None) -> Head:
    pattern = "HEAD" if branch is None else f"refs/heads/{_checked(branch)}"
    lines = _listed(transport, folder, pattern)
    # `ref: refs/heads/main<TAB>HEAD` comes before HEAD's own line, and each pattern may match longer names, too.
    start = "ref: refs/heads/"
    commit = next((value for name, value in lines if name == pattern and not value.startswith("ref: ")), "")
    if branch is None and commit:
        branch = next((v.removeprefix(start) for name, v in lines if name == pattern and v.startswith(start)), None)
    elif branch is None:
        heads = {name.removeprefix("refs/heads/"): v for name, v in _listed(transport, folder, "refs/heads/*")}
        branch = groups.meant(heads)
        commit = heads.get(branch or "", "")
    if branch is None or not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", commit):
        raise CannotClone("the remote has no such branch, or no commit yet")
    return Head(_checked(branch), commit)


def _listed(transport: Transport, folder: str, pattern: str) -> list[tuple[str, str]]:
    """The remote's references that a pattern matches, each with its commit or, after `ref: `, what it stands for."""
    words = ("ls-remote", "--symref", "--", transport.source.place, pattern)
    said = transport.call(folder, *words).decode("utf-8", "surrogateescape")
    pairs = (line.partition("\t") for line in said.splitlines())
    return [(name, value) for value, _, name in pairs]


def _checked(branch: str) -> str:
    if not plumbing.BRANCH.fullmatch(branch):
        raise CannotClone("the branch has a name that git doesn't allow")
    return branch


def _refresh(entry: Path, transport: Transport, head: Head, bounds: Bounds) -> Head:
    """Fetch what is missing. A kept clone that gets in the way is thrown away, and made anew once."""
    kept = entry / "kept"
    if kept.is_dir():
        if _seen(kept) == head.commit:
            return head
        if len(list((kept / "objects" / "pack").glob("*.pack"))) <= _MOST_PACKS:
            try:
                return _fetch(kept, transport, head, bounds)
            except CannotClone as problem:
                if problem.later:
                    raise
        _drop(entry)
    new = entry / f"new-{secrets.token_hex(8)}"
    try:
        _make(new, transport.source, len(head.commit))
        head = _fetch(new, transport, head, bounds)
        new.rename(kept)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return head


def _drop(entry: Path) -> None:
    gone = entry / f"gone-{secrets.token_hex(8)}"
    with suppress(FileNotFoundError):
        (entry / "kept").rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def _fetch(folder: Path, transport: Transport, head: Head, bounds: Bounds) -> Head:
    """Bring a branch's newest commit, its trees, and the contents that may be asked for in one more call."""
    root = str(folder)
    refspec = f"refs/heads/{head.branch}:refs/stackfix/base"
    words = (*_fetching(transport.source, "blob:none"), "--depth=1", "--", _place(transport.source), refspec)
    transport.call(root, *words, watched=root)
    commit = plumbing.call(root, "rev-parse", "--verify", "refs/stackfix/base^{commit}").decode().strip()
    _complete(root, transport, commit, bounds)
    plumbing.call(root, "update-ref", _SEEN, commit)
    return Head(head.branch, commit)


def _fetching(source: Source, filter_: str) -> tuple[str, ...]:
    """The words of a fetch that leaves out what a filter says; a folder of this machine filters nothing."""
    filtered = () if source.local else plumbing.partial("origin")
    words = (*filtered, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--force")
    return (*words, "--refmap=", *(() if source.local else (f"--filter={filter_}",)))


def _complete(root: str, transport: Transport, commit: str, bounds: Bounds) -> None:
    """Bring the contents of a commit that may be asked for and aren't here."""
    if missing := _missing(root, _listing(root, commit, transport, bounds)):
        given = "".join(f"{name}\n" for name in missing).encode()
        words = (*_fetching(transport.source, "blob:none"), "--stdin", "--", _place(transport.source))
        transport.call(root, *words, given=given, watched=root)


def _bring(folder: Path, transport: Transport, commit: str, bounds: Bounds) -> None:
    """Bring one commit with its trees and what may be asked for of its contents."""
    root = str(folder)
    words = (*_fetching(transport.source, "blob:none"), "--depth=1", "--", _place(transport.source))
    transport.call(root, *words, f"{commit}:refs/stackfix/{commit}", watched=root)
    _complete(root, transport, commit, bounds)


def _parted(history: Path, transport: Transport, branch: str, reference: str) -> tuple[str, str]:
    """Where a reference left a branch, and where it is; commits alone are fetched, of ever more of the past."""
    root, ours, theirs = str(history), "refs/stackfix/base", "refs/stackfix/change"
    words = _fetching(transport.source, "tree:0")
    for depth in plumbing.DEPTHS:
        specs = (f"refs/heads/{branch}:{ours}", f"{reference}:{theirs}")
        transport.call(root, *words, f"--depth={depth}", "--", _place(transport.source), *specs, watched=root)
        try:
            before = plumbing.call(root, "merge-base", ours, theirs).decode().strip()
        except plumbing.GitFailed:
            continue
        return before, plumbing.call(root, "rev-parse", "--verify", f"{theirs}^{{commit}}").decode().strip()
    raise CannotClone(f"{reference} and {branch} have no commit in common")


def _place(source: Source) -> str:
    """What is fetched from. A filter needs the remote's name, which the configuration knows."""
    return source.place if source.local else "origin"


def _listing(folder: str, commit: str, transport: Transport, bounds: Bounds) -> Sequence[str]:
    """All files of a commit. A tree that holds itself many times over is cut off, not unrolled."""
    said = transport.call(folder, "ls-tree", "-r", "-z", commit)
    records = plumbing.records(said)
    if len(records) > bounds.files:
        raise CannotClone(f"it has more than {bounds.files} files")
    return records


def _missing(folder: str, listing: Sequence[str]) -> list[str]:
    """The contents that may be asked for and aren't here."""
    names = wanted.wanted(listing)
    if not names:
        return []
    given = "".join(f"{name}\n" for name in names).encode()
    said = plumbing.call(folder, "cat-file", "--batch-check=%(objectname)", given=given).decode()
    return [line.removesuffix(" missing") for line in said.splitlines() if line.endswith(" missing")]


def _seen(kept: Path) -> str:
    try:
        return plumbing.call(str(kept), "rev-parse", "--verify", "--quiet", _SEEN).decode().strip()
    except plumbing.GitFailed:
        return ""


def _make(folder: Path, source: Source, width: int, *, bare: bool = True) -> None:
    """A repository without templates, so without hooks, that has its remote's address and nothing else."""
    (folder / "objects" / "pack").mkdir(parents=True, mode=0o700)
    (folder / "refs" / "heads").mkdir(parents=True)
    (folder / "HEAD").write_text("ref: refs/heads/nothing\n")
    lines = ["[core]", "\trepositoryFormatVersion = 1", f"\tbare = {str(bare).lower()}"]
    lines += ["[extensions]", "\tobjectFormat = sha256"] if width == _SHA256 else []
    lines += ['[remote "origin"]', f"\turl = {_quoted(source.place)}", "\tfetch = +refs/heads/*:refs/remotes/origin/*"]
    (folder / "config").write_text("".join(f"{line}\n" for line in lines), "utf-8", "surrogateescape")


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _borrowing(folder: Path, kept: Path, source: Source, head: Head) -> Work:
    """A repository of its own, whose commits and branches are its own, and whose contents are the kept clone's."""
    own = folder / ".git"
    _make(own, source, len(head.commit), bare=False)
    (own / "objects" / "info").mkdir()
    (own / "objects" / "info" / "alternates").write_text(f"../../../{kept.name}/objects\n")
    (own / "HEAD").write_text(f"{head.commit}\n")
    (own / "refs" / "remotes" / "origin").mkdir(parents=True)
    shallow = kept / "shallow"
    if shallow.is_file():
        shutil.copyfile(shallow, own / "shallow")
    plumbing.call(str(folder), "update-ref", "--", f"refs/remotes/origin/{head.branch}", head.commit)
    return Work(str(folder), head)
