"""One repository's pull requests as they should be: judged from the remote's own objects, and made so.

Killed anywhere and called again it comes to the same end: each outside effect is planned from what is there.

May import all of this package, running and what is below it.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from stackfix import config, repository, running
from stackfix.deliver import branch
from stackfix.deliver.objects import Store
from stackfix.deliver.remote import LIMIT, CannotFetch, Remote
from stackfix.engine import ALL, SAFE
from stackfix.engine import Request as Judging
from stackfix.outcome import Status
from stackfix.pulls import body, setting
from stackfix.pulls.plan import Delete, Fate, Plan, Push, There, Wanted, plan
from stackfix.report import message

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackfix.config import Config
    from stackfix.deliver.remote import Listed
    from stackfix.forge.model import Credentials, Forge
    from stackfix.running import Run

PREFIX = "stackfix/"
FIXES = "fixes"


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for, for one repository.

    `folder` lies in a git repository, with or without a checkout: it lends objects, and its path in it is the root that
    is judged. `remote` is the name of a remote of it, or an address; `local` lets that be a folder of this machine.
    `base` is None for the branch that the configuration or the remote's HEAD names. `forge` is None where there is
    none. `unsafe`: fixes that a person should decide, together with the others. `dry_run`: nothing is pushed, no forge
    asked. `config` is a file in place of the tree's own configuration, `settings` are `key=value` over it.
    `credentials` come before the forge's. `limit` are the seconds that a call over the network may take.
    """

    folder: str
    remote: str = "origin"
    base: str | None = None
    forge: Forge | None = None
    unsafe: bool = False
    dry_run: bool = False
    local: bool = False
    config: str | None = None
    settings: tuple[str, ...] = ()
    credentials: Credentials | None = None
    limit: float = LIMIT


@dataclass(frozen=True, slots=True)
class Group:
    """What became of one branch. `body` is "" where there is nothing to propose; `url` is its pull request's."""

    branch: str
    fate: Fate
    title: str = ""
    body: str = ""
    reason: str = ""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a call came to. `remote` and `base` are what was judged, as people call them."""

    remote: str
    base: str
    commit: str
    groups: tuple[Group, ...] = field(default=())
    findings: int = 0
    fixed: int = 0


def propose(request: Request, note: Callable[[str], None]) -> Proposed:
    """Judge a remote's base, repair it in memory, and let branches and pull requests say so.

    ForgeFailed, RemoteFailed or CannotCommit, each one line, where that can't be; `note` takes lines to be seen at
    once.
    """
    with TemporaryDirectory(prefix="stackfix-") as scratch:
        login = request.credentials or (request.forge.credentials() if request.forge and not request.dry_run else None)
        remote = Remote(request.folder, request.remote, scratch, login=login, local=request.local, limit=request.limit)
        return _Proposing(request, remote, scratch, note).done()


class _Proposing:
    """One call: the remote as it is, its base on disk as far as needed, and what is made of it."""

    def __init__(self, request: Request, remote: Remote, scratch: str, note: Callable[[str], None]) -> None:
        self._request = request
        self._remote = remote
        self._note = note
        if request.base is not None and not remote.names(request.base):
            raise CannotFetch(f"{request.base!r} can't be a branch's name")
        self._listed = remote.listed([f"{PREFIX}*", *([request.base] if request.base else [])])
        self._base = _base(request, self._listed, remote.shown)
        self._tips = dict(remote.fetch([self._base, *self._ours()]))
        self._commit = self._tips[self._base]
        self._config = self._laid_out()
        index = posixpath.join(scratch, "index")
        Path(index).mkdir()
        self._store = Store(remote.root, index, remote.people)

    def done(self) -> Proposed:
        """Every group's branch and pull request as it should be."""
        run = self._judged()
        made = self._made(run)
        there = self._there(PREFIX + FIXES)
        planned = plan(there, made, forge=False)
        if not self._request.dry_run:
            self._do(PREFIX + FIXES, planned)
        group = Group(
            PREFIX + FIXES, planned.fate, made.title if made else "", made.body if made else "", planned.reason
        )
        fixed = sum(reported.status is Status.FIXED for reported in run.outcome.reported)
        return Proposed(self._remote.shown, self._base, self._commit, (group,), len(run.outcome.reported), fixed)

    def _ours(self) -> list[str]:
        return [name for name in self._listed.branches if name.startswith(PREFIX) and name != self._base]

    def _laid_out(self) -> Config:
        """The configuration of the base's own tree, or what is given in its place."""
        top, prefix = self._remote.top, self._remote.prefix
        if prefix and not setting.holds(top, prefix, self._commit):
            raise CannotFetch(f"{self._base} of {self._remote.shown} has no folder {prefix}")
        setting.lay_out(top, prefix, self._commit)
        file = self._request.config
        return config.load(self._remote.root, file and str(Path(file).absolute()), self._request.settings)

    def _judged(self) -> Run:
        snapshot = repository.open_commit(self._remote.root, self._commit, excluded=self._config.excluded)
        grades = ALL if self._request.unsafe else SAFE
        return running.repaired(
            snapshot, Judging(self._config.policy, self._config.selection(), grades, committing=True)
        )

    def _made(self, run: Run) -> Wanted | None:
        """The group's commits as objects, and its words."""
        if not run.outcome.steps:
            return None
        commits = branch.committed(
            self._store, self._commit, run.outcome.steps, lambda step: message.render(step, run.places)
        )
        heading = body.title(run)
        words = body.body(run, heading, unsafe=self._request.unsafe)
        return Wanted(commits[-1], self._store.tree_of(commits[-1]), heading, words)

    def _there(self, name: str) -> There:
        tip = self._tips.get(name)
        if tip is None:
            return There(self._base)
        ours = branch.is_ours(self._store, tip, self._commit)
        return There(self._base, tip, self._store.tree_of(tip), ours)

    def _do(self, name: str, planned: Plan) -> None:
        for action in planned.actions:
            match action:
                case Push():
                    self._remote.push(name, action.commit, action.old)
                case Delete():
                    self._remote.push(name, None, action.old)


def _base(request: Request, listed: Listed, shown: str) -> str:
    if request.base is not None:
        if request.base not in listed.branches:
            raise CannotFetch(f"{shown} has no branch {request.base}")
        return request.base
    if listed.default is None:
        raise CannotFetch(f"{shown}: its HEAD names no branch with a commit: name one with --base")
    return listed.default
