"""One repository's pull requests as they should be: judged from the remote's own objects, and made so.

Killed anywhere and called again it comes to the same end: each outside effect is planned from what is there.

May import all of this package, running and what is below it.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from stackfix import baseline, config, repository, running, secrecy
from stackfix.config.bot import CONFIGURE, UNSAFE
from stackfix.deliver import branch, ownership
from stackfix.deliver.objects import Store
from stackfix.deliver.ownership import Owner
from stackfix.deliver.remote import LIMIT, CannotFetch, CannotPush, Remote, Trouble
from stackfix.engine import ALL, SAFE
from stackfix.engine import Request as Judging
from stackfix.forge import detect
from stackfix.forge.model import Proposal, State
from stackfix.outcome import Status
from stackfix.pulls import body, groups, marker, onboarding, setting
from stackfix.pulls.groups import is_unsafe
from stackfix.pulls.pasts import Pasts
from stackfix.pulls.plan import (
    ELSEWHERE,
    GONE,
    SILENCED,
    STANDING,
    Close,
    Delete,
    Fate,
    Open,
    Push,
    Rewrite,
    Say,
    There,
    Wanted,
    plan,
)
from stackfix.report import message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import TypeAlias

    from stackfix.config.bot import Author
    from stackfix.deliver.remote import Listed
    from stackfix.findings import Applicability, Finding, Severity
    from stackfix.forge.model import Credentials, Forge
    from stackfix.outcome import Reported, Step
    from stackfix.pulls.groups import Groups
    from stackfix.pulls.history import History
    from stackfix.pulls.plan import Action
    from stackfix.running import Run

    Spared: TypeAlias = Callable[[Finding, str], str | None]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for, for one repository.

    `folder` lies in a git repository, with or without a checkout: it lends objects, and its path in it is the root that
    is judged. `remote` is the name of a remote of it, or an address; `local` lets that be a folder of this machine.
    `base` is None for the branch that the configuration or the remote's HEAD names. `forge` is None where there is
    none. `unsafe`: fixes that a person should decide, together with the others. `asked` are the fingerprints of faults
    that a person asked to have repaired, whatever was closed before and however many are open. `ignore` are rules that
    a person doesn't want to hear of here, besides those of the configuration. `dry_run`: nothing is pushed, no forge
    asked. `config` is a file in place of the tree's own configuration, `settings` are `key=value` over it.
    `credentials` come before the forge's. `limit` are the seconds that a call over the network may take. `held` is a
    branch and its commit that `folder` has with all that a judge may ask for: it must be the base, and is judged as it
    is, not fetched.
    """

    folder: str
    remote: str = "origin"
    base: str | None = None
    forge: Forge | None = None
    unsafe: bool = False
    asked: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    dry_run: bool = False
    local: bool = False
    config: str | None = None
    settings: tuple[str, ...] = ()
    credentials: Credentials | None = None
    limit: float = LIMIT
    held: tuple[str, str] | None = None


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
class Fault:
    """One finding of the base as it is told. `branch` has its repair; `reason` says why none has, where that is known.

    `grade` is its fix's, None where there is none.
    """

    fingerprint: str
    rule: str
    file: str
    line: int
    message: str
    severity: Severity
    grade: Applicability | None = None
    branch: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a call came to. `remote` and `base` are what was judged, as people call them."""

    remote: str
    base: str
    commit: str
    groups: tuple[Group, ...] = field(default=())
    faults: tuple[Fault, ...] = ()

    @property
    def findings(self) -> int:
        """How many faults there are."""
        return len(self.faults)

    @property
    def fixed(self) -> int:
        """How many of them a branch repairs that is as it should be."""
        left = {group.branch for group in self.groups if group.fate is Fate.LEFT}
        return sum(fault.branch is not None and fault.branch not in left for fault in self.faults)

    @property
    def rules(self) -> tuple[tuple[str, int], ...]:
        """How many faults there are of each rule."""
        return tuple(sorted(Counter(fault.rule for fault in self.faults).items()))


_NO_GROUP = "there is no such group any more"


class OtherBase(Exception):  # noqa: N818 - an answer, for whoever holds another branch
    """The base is not the branch that is held; the message is its name."""


def propose(request: Request, note: Callable[[str], None]) -> Proposed:
    """Judge a remote's base, repair it in memory, and let branches and pull requests say so.

    ForgeFailed, RemoteFailed or CannotCommit, each one line, where that can't be, and OtherBase where a branch is held
    that is not the base; `note` takes lines to be seen at once.
    """
    with TemporaryDirectory(prefix="stackfix-") as scratch:
        login = request.credentials or (request.forge.credentials() if request.forge and not request.dry_run else None)
        lean = request.held is not None
        remote = Remote(
            request.folder, request.remote, scratch, login=login, local=request.local, lean=lean, limit=request.limit
        )
        return _Proposing(request, remote, scratch, note).done()


class _Proposing:
    """One call: the remote as it is, its base on disk as far as needed, and what is made of it."""

    def __init__(self, request: Request, remote: Remote, scratch: str, note: Callable[[str], None]) -> None:
        self._request = request
        self._remote = remote
        self._note = note
        self._forge = None if request.dry_run else request.forge
        self._room: int | None = None
        self._fetch(request.base)
        if request.base is None and self._config.bot.base not in {None, self._base}:
            self._fetch(self._config.bot.base)
        self._index = posixpath.join(scratch, "index")
        Path(self._index).mkdir()
        author = self._config.bot.author
        self._pasts = Pasts(self._forge, self._tips, remote.prefix, self._is_held)
        self._store = Store(remote.root, self._index, {**remote.people, **(_identity(author) if author else {})})

    def done(self) -> Proposed:
        """Every group's branch and pull request as it should be."""
        bot = self._config.bot
        pasts = {name: self._pasts.of(self._pasts.branch(name)) for name in groups.names(bot)}
        together = {name for name, past in pasts.items() if past.unsafe or self._request.unsafe}
        # What a person closed stays closed, whatever group its repair would go into today.
        former = {groups.group_of(name) for name in self._tips.keys() - {self._base}}
        for name in sorted((former | ({UNSAFE} if together else set())) - pasts.keys()):
            pasts[name] = self._pasts.of(self._pasts.branch(name))
        made = groups.groups(bot, together)
        first_of_all = self._first_of_all()
        told: list[Group] = []
        faults: dict[str, Fault] = {}
        first: Run | None = None
        for name in made.names:
            spared = self._spared(made, name, pasts)
            run = None
            if first is None or any(_may_be_fixed(one, spared) for one in first.outcome.reported):
                run = self._judged(spared, unsafe=self._asks_unsafe(made, name, pasts[name]))
                first = first or run
                for one in run.outcome.reported:
                    # What its own group's run says of a fault counts before what another's does.
                    is_own = made.of(one.finding) == name or one.fingerprint not in faults
                    if one.status is not Status.REVEALED and is_own:
                        faults[one.fingerprint] = _fault(one, run, self._pasts.branch(name))
            told.append(self._group(name, pasts[name], (run, first), made, first_of_all))
        if first_of_all is not None:
            told.insert(0, self._configured(first_of_all, told))
        told += self._stale({group.branch for group in told})
        told = [group for group in told if group.fate is not Fate.NOTHING] or told[:1]
        commit = self._tips[self._base]
        return Proposed(self._remote.shown, self._base, commit, tuple(told), tuple(faults.values()))

    def _fetch(self, base: str | None) -> None:
        """The base, our branches, and the configuration of the base's own tree, or what is given in its place."""
        remote, file = self._remote, self._request.config
        if base is not None and not remote.names(base):
            raise CannotFetch(f"{base!r} can't be a branch's name")
        listed = remote.listed([f"{groups.PREFIX}*", groups.PREFIX.rstrip("/"), *([base] if base else [])])
        if base is None and listed.default is None:
            # A repository that was made before its first push may have a HEAD of another name.
            listed = remote.listed(["*"])
            base = groups.meant(listed.branches)
            if base is not None:
                self._note(f"stackfix: {remote.shown} has no default branch: {base} is judged")
        self._base = _base(base, listed, remote.shown)
        if groups.is_branch(self._base):
            raise CannotFetch(f"{self._base} is one of stackfix's own branches, which it makes anew: name another base")
        if not remote.names(self._base):
            raise CannotFetch(f"{remote.shown}: its HEAD names no branch that can be: name one with --base")
        self._listed = listed
        ours = [name for name in listed.branches if groups.is_of_root(name, remote.prefix) and name != self._base]
        held = dict([self._request.held]) if self._request.held else {}
        if held and self._base not in held:
            raise OtherBase(self._base)
        self._tips = {**held, **remote.fetch([name for name in (self._base, *ours) if name not in held])}
        commit = self._tips[self._base]
        if remote.prefix and not setting.holds(remote.top, remote.prefix, commit):
            raise CannotFetch(f"{self._base} of {remote.shown} has no folder {remote.prefix}")
        setting.lay_out(remote.top, remote.prefix, commit)
        self._config = config.load(remote.root, file and str(Path(file).absolute()), self._request.settings)

    def _spared(self, made: Groups, name: str, pasts: Mapping[str, History]) -> Spared:
        """Why a fix is no part of a group, None where it is."""
        asked = self._request.asked | pasts[name].faults
        closed = {fault: number for past in pasts.values() for fault, number in past.refused.items()}

        def spared(finding: Finding, fingerprint: str) -> str | None:
            if (group := made.of(finding)) != name:
                return f"its repair goes to {self._pasts.branch(group)}"
            if fingerprint in asked:
                return None
            if is_unsafe(finding) and name != UNSAFE and name not in made.together:
                return "its fix is unsafe: a person should decide (--unsafe-fixes)"
            number = closed.get(fingerprint) or self._pasts.refused_elsewhere.get(fingerprint)
            return None if number is None else f"a person closed pull request #{number}, which repaired it"

        return spared

    def _asks_unsafe(self, made: Groups, name: str, past: History) -> bool:
        return name == UNSAFE or name in made.together or bool(self._request.asked | past.faults)

    def _judged(self, spared: Spared, *, unsafe: bool) -> Run:
        settings = self._config
        snapshot = repository.open_commit(self._remote.root, self._tips[self._base], excluded=settings.excluded)
        grades = ALL if unsafe else SAFE
        selection = settings.selection(ignore=self._request.ignore)
        request = Judging(settings.policy, selection, grades, committing=True, spared=spared, wired=True)
        return running.repaired(snapshot, request)

    def _first_of_all(self) -> History | None:
        """What became of the pull request that adds a configuration; None where none is waited for."""
        if not self._config.bot.onboarding or self._config.files or self._forge is None:
            return None
        past = self._pasts.of(self._pasts.branch(CONFIGURE))
        return None if past.newest is State.MERGED else past

    def _configured(self, past: History, told: Iterable[Group]) -> Group:
        """The pull request that adds a configuration, with what is proposed once it is merged."""
        name = self._pasts.branch(CONFIGURE)
        if onboarding.is_refused(past):
            return Group(name, Fate.NOTHING)
        proposals = [(group.branch, group.title) for group in told if group.title]
        wanted = None
        if proposals:
            commit = self._committed([onboarding.step()], lambda _: onboarding.MESSAGE)
            text = onboarding.body(proposals, self._pasts.root)
            wanted = Wanted(commit, self._store.tree_of(commit), onboarding.TITLE, text)
        return self._made(name, past, wanted)

    def _group(
        self, group: str, past: History, runs: tuple[Run | None, Run], made: Groups, first_of_all: History | None
    ) -> Group:
        """One branch and its pull request, made as they should be; `runs` are its own, if it has one, and the first."""
        name, (run, first) = self._pasts.branch(group), runs
        wanted = self._wanted(run, unsafe=group in made.together) if run is not None else None
        if first_of_all is not None and past.open is None:
            reason = onboarding.REFUSED if onboarding.is_refused(first_of_all) else onboarding.WAITS
            found = (Fate.LEFT, wanted.title, wanted.body, reason) if wanted else (Fate.NOTHING,)
            return Group(name, *found)
        gone = GONE
        if wanted is None and past.open is not None:
            gone = ELSEWHERE if group == UNSAFE and made.together else self._gone(group, past, first, made)
        return self._made(name, past, wanted, gone)

    def _gone(self, group: str, past: History, first: Run, made: Groups) -> str:
        """The word for a pull request that repairs nothing more: mended, or in another one, or only not heard of?"""
        for one in first.outcome.reported:
            if one.fingerprint in past.faults:
                return STANDING if made.of(one.finding) == group else ELSEWHERE
        settings = self._config
        selection = replace(settings.selection(), select=frozenset())
        # Told or not: also what a comment hides, or a configuration.
        there = baseline.of_commit(self._remote.root, self._tips[self._base], settings.policy, selection, None)
        return SILENCED if past.faults & there else GONE

    def _made(self, name: str, past: History, wanted: Wanted | None, gone: str = GONE) -> Group:
        there = self._there(name, past)
        room = True
        if wanted is not None and self._forge is not None and there.open is None:
            asked = self._request.asked & _faults(wanted.body)
            room = bool(asked) or self._has_room(self._forge)
        planned = plan(there, wanted, forge=self._forge is not None, room=room, gone=gone)
        url = self._do(name, planned.actions) or (past.open.url if past.open else None)
        title, text = (wanted.title, wanted.body) if wanted else ("", "")
        return Group(name, planned.fate, title, text, planned.reason, url)

    def _stale(self, current: set[str]) -> Iterator[Group]:
        """The pull requests of groups that are no more, and the branches that were made for them."""
        for name in sorted(self._tips.keys() - current - {self._base}):
            past = self._pasts.of(name)
            if past.open is not None and marker.read(past.open.body) is not None:
                gone = onboarding.CONFIGURED if name == self._pasts.branch(CONFIGURE) else ELSEWHERE
                planned = plan(self._there(name, past), None, forge=True, gone=gone)
                self._do(name, planned.actions)
                yield Group(name, planned.fate, reason=planned.reason, url=past.open.url)
            elif past.ended or (self._request.forge is None and not self._request.dry_run):
                # The branch that a kill left behind a pull request that we closed, or one that never had any.
                planned = plan(self._there(name, past), None, forge=self._forge is not None)
                if planned.actions and ownership.is_proposed(self._store, self._tips[name]):
                    self._do(name, planned.actions)
                    yield Group(name, planned.fate, reason=_NO_GROUP)

    def _wanted(self, run: Run, *, unsafe: bool) -> Wanted | None:
        """The group's commits as objects, and its words."""
        steps, bot = run.outcome.steps, self._config.bot
        if not steps:
            return None
        commit = self._committed(steps, lambda step: message.render(step, run.places))
        title = body.title(run, bot.title_prefix)
        text = body.body(run, title, unsafe=unsafe, root=self._pasts.root, link=self._link())
        return Wanted(commit, self._store.tree_of(commit), title, text)

    def _link(self) -> Callable[[str, int], str] | None:
        """What gives the address of a line of the base; by its branch, so that the body stays while that moves on."""
        url, prefix, base = self._remote.url, self._remote.prefix, self._base
        kind = detect.kind(url)
        if detect.address_of_line(url, kind, base, "x", 1) is None:
            return None
        return lambda path, line: detect.address_of_line(url, kind, base, prefix + path, line) or ""

    def _committed(self, steps: Iterable[Step], messages: Callable[[Step], str]) -> str:
        """The last of our commits on the base."""
        base, sign = self._tips[self._base], self._config.bot.sign
        return branch.committed(self._store, base, steps, messages, onto=self._base, sign=sign)[-1]

    def _there(self, name: str, past: History) -> There:
        tip = self._tips.get(name)
        if tip is None:
            return There(self._base, open=past.open, ended=past.ended)
        whose = self._owner(name, tip)
        ours, another = whose is Owner.OURS, whose is Owner.ANOTHER_ROOT
        return There(self._base, tip, self._store.tree_of(tip), ours, past.open, past.ended, another)

    def _is_held(self, name: str) -> bool:
        return name in self._tips and self._owner(name, self._tips[name]) is Owner.ANOTHER_ROOT

    def _owner(self, name: str, tip: str) -> Owner:
        """Whose a branch is; where too little of the past is here, more is fetched until it is known."""
        base = self._tips[self._base]
        whose = ownership.owner(self._store, tip, base)
        pasts = self._remote.pasts((self._base, name)) if whose is Owner.SOMEBODY else ()
        for folder in pasts:
            past = Store(folder, self._index)
            whose = ownership.owner(past, tip, base)
            if whose is not Owner.SOMEBODY or ownership.meet(past, tip, base):
                break
        return whose

    def _has_room(self, forge: Forge) -> bool:
        if self._room is None:
            # Of a fork anybody chooses branch and words.
            ours = (pull for pull in forge.open_pull_requests() if pull.own and groups.is_branch(pull.branch))
            self._room = self._config.bot.limit - sum(marker.read(pull.body) is not None for pull in ours)
        return self._room > 0

    def _do(self, name: str, actions: Iterable[Action]) -> str | None:
        """The steps of a plan, in order; the address of the pull request that was opened, None where none was."""
        url = None
        for action in actions if not self._request.dry_run else ():
            match action:
                case Push():
                    self._make_room(name)
                    self._remote.push(name, action.commit, action.old)
                case Delete():
                    self._delete(name, action.old)
                case _:
                    assert self._forge is not None
                    url = self._tell(self._forge, name, action) or url
        return url

    def _make_room(self, name: str) -> None:
        """CannotPush where another branch's name leaves none: git can't have both."""
        for other in self._listed.branches:
            if name.startswith(f"{other}/") or other.startswith(f"{name}/"):
                why = f"its branch {other} leaves no room for {name}: give it another name"
                raise CannotPush(f"{self._remote.shown}: {why}")

    def _delete(self, name: str, old: str) -> None:
        """Take a branch away. A remote that keeps every branch has it lie there, which is no failure."""
        try:
            self._remote.push(name, None, old)
        except CannotPush as problem:
            if problem.trouble is not Trouble.PROTECTED:
                raise
            self._note(f"stackfix: {name} can't be deleted: {problem}")

    def _tell(self, forge: Forge, name: str, action: Open | Rewrite | Close | Say) -> str | None:
        match action:
            case Open():
                bot = self._config.bot
                people = {"labels": bot.labels, "reviewers": bot.reviewers, "assignees": bot.assignees}
                is_begun = any(people.values())
                text = marker.begun(action.body) if is_begun else action.body
                proposal = Proposal(name, self._base, action.title, text, draft=bot.draft, **people)
                if self._room is not None:
                    self._room -= 1
                opened = forge.create(proposal)
                if is_begun:
                    forge.update(opened.number, title=action.title, body=action.body)
                return opened.url
            case Rewrite():
                forge.update(action.number, title=action.title, body=action.body)
            case Close():
                forge.close(action.number, action.word)
            case Say():
                forge.comment(action.number, action.text)
        return None


def _base(base: str | None, listed: Listed, shown: str) -> str:
    if base is not None:
        if base not in listed.branches:
            raise CannotFetch(f"{shown} has no branch {base}")
        return base
    if listed.default is None:
        raise CannotFetch(f"{shown}: its HEAD names no branch with a commit: name one with --base")
    return listed.default


def _identity(author: Author) -> dict[str, str]:
    """Who commits, as git's environment has it."""
    return {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", author.name), ("EMAIL", author.email))
    }


def _fault(reported: Reported, run: Run, branch: str) -> Fault:
    finding = reported.finding
    is_fixed = reported.status is Status.FIXED
    fix = reported.proposal
    return Fault(
        reported.fingerprint,
        finding.rule.id,
        finding.location.path,
        run.places.start(finding.location).line,
        secrecy.masked(finding.message),
        finding.severity,
        None if fix is None else fix.applicability,
        branch if is_fixed else None,
        None if is_fixed or reported.reason is None else secrecy.masked(reported.reason),
    )


def _may_be_fixed(reported: Reported, spared: Spared) -> bool:
    remedy = reported.finding.remedy
    return remedy is not None and bool(remedy.repairs) and spared(reported.finding, reported.fingerprint) is None


def _faults(text: str) -> frozenset[str]:
    known = marker.read(text)
    return known.faults if known is not None else frozenset()
