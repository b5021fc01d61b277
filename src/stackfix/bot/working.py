"""What is done about what a forge has told us, one piece of work at a time.

Each is made so that doing it twice comes to the same: it looks at what is there now, not at what was told.

May import checking, commands, dashboard and events of this package, pulls, fleet's clones and sources, and forge.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from stackfix import catalogue, config, secrecy
from stackfix.bot import checking, dashboard
from stackfix.bot.commands import USAGE, Verb, commands
from stackfix.bot.events import BRANCHES, Changed, Closed, Commanded, Installed, Pushed, Ticked
from stackfix.config.bot import DASHBOARD
from stackfix.fleet import sources
from stackfix.forge import detect
from stackfix.forge.model import Gone, Refused, State, Unauthorized
from stackfix.pulls import marker
from stackfix.pulls.plan import TAKEN, Fate
from stackfix.pulls.propose import Request, propose
from stackfix.report import markup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackfix.bot.commands import Command
    from stackfix.bot.events import Place, Work
    from stackfix.config import Config
    from stackfix.fleet.clones import Clones
    from stackfix.fleet.clones import Work as Clone
    from stackfix.forge.model import Credentials, Forge, Issue, PullRequest
    from stackfix.pulls.propose import Group, Proposed

_LOG = logging.getLogger("stackfix.bot")

ONBOARDING = "STACKFIX_BOT_ONBOARDING"
"""The variable that lets a repository's first pull request be one that asks."""

_REFERENCES = {
    detect.Kind.GITHUB: "refs/pull/{}/head",
    detect.Kind.GITEA: "refs/pull/{}/head",
    detect.Kind.GITLAB: "refs/merge-requests/{}/head",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """What work is done with: the clones of this machine, and the environment that tokens come from."""

    clones: Clones
    environment: Mapping[str, str] | None = None

    @property
    def is_onboarding(self) -> bool:
        """Whether a repository without configuration is asked first."""
        environment = os.environ if self.environment is None else self.environment
        return environment.get(ONBOARDING, "") not in {"", "0"}


def done(desk: Desk, work: Work) -> str:
    """Do a piece of work; what it came to, in one line."""
    match work:
        case Changed():
            return _check(desk, work)
        case Pushed():
            return _cared_for(_At(desk, work.place), branch=work.branch)
        case Closed():
            return _cared_for(_At(desk, work.place))
        case Ticked():
            return _tick(_At(desk, work.place), work)
        case Commanded():
            return _obey(_At(desk, work.place), work)
        case Installed():
            return "; ".join(f"{place.path}: {_cared_for(_At(desk, place))}" for place in work.places)


def _cared_for(at: _At, wish: _Wish | None = None, branch: str | None = None) -> str:
    told = _told(_care(at, wish, branch))
    return "; ".join([told, *at.notes])


def given_up(desk: Desk, work: Work, why: str) -> None:
    """Say why a piece of work can't be done, where a person or a required check waits for it."""
    match work:
        case Changed():
            at = _At(desk, work.place)
            if (pull := _open(at, work.number)) is not None:
                at.forge.publish(checking.not_judged(pull.head, why))
        case Commanded():
            at = _At(desk, work.place)
            if commands(work.text) and at.forge.may_write(work.user):
                _answered(at, work, f"I couldn't do that: {markup.words(secrecy.masked(why))}")
        case _:
            pass


def _told(proposed: Proposed | str) -> str:
    if isinstance(proposed, str):
        return proposed
    groups = ", ".join(f"{group.branch} {group.fate.value}" for group in proposed.groups)
    return f"{proposed.findings} found, {proposed.fixed} fixed: {groups}"


class _At:
    """One repository, as it is on its forge.

    Whatever host a delivery names, a token goes to its own alone; and what is cloned is what the forge itself names,
    never a folder of this machine.
    """

    def __init__(self, desk: Desk, place: Place) -> None:
        self.desk = desk
        self.kind = detect.Kind(place.kind)
        self.forge: Forge = detect.account(self.kind, place.host, desk.environment).forge(place.path)
        self.repository = self.forge.repository()
        self.source = sources.remote(self.repository.url)
        self.title = DASHBOARD
        self.notes: list[str] = []


# --- pull requests of others -----------------------------------------------------------------------------------------


def _check(desk: Desk, event: Changed) -> str:
    """Judge a pull request against where it left its base, and say so on its newest commit."""
    at = _At(desk, event.place)
    pull = _open(at, event.number)
    return _checked(at, pull) if pull is not None else "the pull request is open no more"


def _open(at: _At, number: int) -> PullRequest | None:
    pull = at.forge.pull_request(number)
    return pull if pull is not None and pull.state is State.OPEN else None


def _checked(at: _At, pull: PullRequest) -> str:
    reference = _REFERENCES[at.kind].format(pull.number)
    with at.desk.clones.compared(at.source, at.forge.credentials(), pull.base, reference) as compared:
        try:
            # Whether and how a stranger's change is checked, that change has no say in.
            said = checking.laid_out(compared.folder, compared.after if pull.own else compared.base)
        except config.Invalid as problem:
            at.forge.publish(checking.not_judged(compared.after, str(problem)))
            return f"not judged: {problem}"
        if not said.bot.checks:
            return "the configuration wants no checks"
        made = checking.introduced(compared.folder, compared.before, compared.after, said)
        at.forge.publish(checking.check(made, compared.after))
        if suggestions := checking.suggestions(made.run):
            at.forge.suggest(pull.number, compared.after, suggestions)
    hushed = f", {len(made.hushed)} ignored by its own comments" if made.hushed else ""
    return f"{len(made.run.outcome.reported)} introduced{hushed}"


# --- pull requests of our own, and the dashboard ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Wish:
    """What somebody who may write asks for: repairs of faults, rules to leave alone, rules to hear of again."""

    asked: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    heed: frozenset[str] = frozenset()


def _care(at: _At, wish: _Wish | None = None, branch: str | None = None) -> Proposed | str:
    """Make pull requests and dashboard as they should be. `branch` is the one that was pushed to, None for any."""
    if at.repository.archived:
        return "the repository is archived"
    login = at.forge.credentials()
    with at.desk.clones.work(at.source, login) as work:
        try:
            said = checking.laid_out(work.folder, work.head.commit)
        except config.Invalid as problem:
            at.forge.publish(checking.not_judged(work.head.commit, str(problem)))
            return f"not judged: {problem}"
        base = said.bot.base or work.head.branch
        if branch not in {None, base}:
            return f"{branch} is not repaired"
        if base == work.head.branch:
            return _cared(at, work, login, said, wish or _Wish())
    with at.desk.clones.work(at.source, login, base) as work:
        return _cared(at, work, login, said, wish or _Wish())


def _cared(at: _At, work: Clone, login: Credentials | None, said: Config, wish: _Wish) -> Proposed:
    at.title = said.bot.dashboard_title
    shown = _shown(at) if said.bot.dashboard else None
    state = dashboard.read(shown.body) if shown is not None else dashboard.State()
    ignored = (state.ignored | wish.ignore) - wish.heed
    request = Request(
        work.folder,
        base=work.head.branch,
        forge=at.forge,
        asked=wish.asked,
        ignore=ignored,
        settings=("bot.onboarding=true",) if at.desk.is_onboarding else (),
        credentials=login,
        held=(work.head.branch, work.head.commit),
    )
    proposed = propose(request, _LOG.info)
    if said.bot.dashboard:
        if shown is not None:
            # People tick boxes while work is going on.
            shown = _shown(at) or shown
            state = dashboard.read(shown.body)
        asked, heeded = state.asked - wish.asked, state.heeded - wish.heed
        _show(at, shown, proposed, replace(state, asked=asked, heeded=heeded & ignored, ignored=ignored))
    return proposed


def _shown(at: _At) -> Issue | None:
    """The dashboard as it is."""
    try:
        return at.forge.issue(at.title)
    except (Gone, Refused, Unauthorized) as problem:
        at.notes.append(f"no dashboard: {problem}")
        return None


def _show(at: _At, shown: Issue | None, proposed: Proposed, state: dashboard.State) -> None:
    """The dashboard as it should be. One that a person closed stays closed."""
    needed = dashboard.is_needed(proposed, state)
    if (shown is None and not needed) or (shown is not None and not shown.open and not (needed and state.ended)):
        return
    body = dashboard.render(proposed, replace(state, ended=not needed))
    try:
        if shown is None:
            at.forge.create_issue(at.title, body)
            return
        is_same = _lines(shown.body) == _lines(body)
        if not (is_same and shown.open == needed):
            at.forge.update_issue(
                shown.number, body=None if is_same else body, open_=None if shown.open == needed else needed
            )
    except (Gone, Refused, Unauthorized) as problem:
        at.notes.append(f"no dashboard: {problem}")


def _lines(body: str) -> list[str]:
    return body.strip().splitlines()


def _tick(at: _At, event: Ticked) -> str:
    """Do what the ticked boxes of the dashboard ask for."""
    with at.desk.clones.work(at.source, at.forge.credentials()) as work:
        at.title = checking.laid_out(work.folder, work.head.commit).bot.dashboard_title
    shown = _shown(at)
    if shown is None or shown.number != event.number:
        return "the issue is not the dashboard"
    state, (asked, heeded) = dashboard.read(shown.body), dashboard.wished(event.boxes)
    wish = _Wish(asked=asked & state.asked, heed=heeded & state.heeded)
    if not (wish.asked or wish.heed):
        return "no box is ticked"
    if not at.forge.may_write(event.user):
        return "whoever ticked it may not write"
    return _cared_for(at, wish)


# --- commands --------------------------------------------------------------------------------------------------------


def _obey(at: _At, event: Commanded) -> str:
    """Do what a comment asks for, if whoever wrote it may write to the repository, and answer once."""
    asked = commands(event.text)
    if not asked:
        return "no command"
    if not at.forge.may_write(event.user):
        return "whoever wrote it may not write"
    pull = None if event.on_issue else _open(at, event.number)
    answers = [_answer(at, command, pull if pull is not None and _is_ours(pull) else None) for command in asked]
    _answered(at, event, "\n\n".join(dict.fromkeys(answers)))
    return f"{len(asked)} commands obeyed"


def _is_ours(pull: PullRequest) -> bool:
    """Of a fork, anybody chooses the branch's name and the words."""
    return pull.own and pull.branch.startswith(BRANCHES) and marker.read(pull.body) is not None


def _answered(at: _At, event: Commanded, words: str) -> None:
    """Answer a comment, once: a kill may have come between an answer and our word that it was given."""
    sign = f"<!-- stackfix-answer {sha256(event.comment.encode()).hexdigest()[:16]} -->"
    if not at.forge.is_said(event.number, sign, on_issue=event.on_issue):
        at.forge.comment(event.number, f"{words}\n\n{sign}", on_issue=event.on_issue)


def _answer(at: _At, command: Command, ours: PullRequest | None) -> str:
    match command.verb:
        case Verb.IGNORE:
            return _ignore(at, command.rule)
        case Verb.REBASE | Verb.APPLY_UNSAFE if ours is None:
            return f"`/stackfix {command.verb.value}` is for a pull request that I opened, while it is open."
        case Verb.REBASE:
            return _rebase(at, ours)
        case Verb.APPLY_UNSAFE:
            return _apply_unsafe(at, ours)
        case _:
            return USAGE


def _rebase(at: _At, ours: PullRequest | None) -> str:
    assert ours is not None
    group = _of_branch(_care(at), ours.branch)
    if group is None:
        return "Nothing is to be repaired here any more."
    if group.reason == TAKEN:
        return "There are commits here that are not mine, so I leave them alone. Delete the branch, and I make it anew."
    if group.fate is Fate.UNCHANGED:
        return f"It is up to date with {markup.code(ours.base)}."
    return f"Made anew on top of {markup.code(ours.base)}."


def _apply_unsafe(at: _At, ours: PullRequest | None) -> str:
    assert ours is not None
    known = marker.read(ours.body)
    assert known is not None
    if not known.unsafe:
        at.forge.update(ours.number, body=marker.written(ours.body, replace(known, unsafe=True)))
    group = _of_branch(_care(at), ours.branch)
    if group is not None and group.reason == TAKEN:
        return "There are commits here that are not mine, so I leave them alone. Delete the branch, and I make it anew."
    return "The fixes that a person should decide are in it now, too, as far as there are any: look at them with care."


def _ignore(at: _At, rule: str) -> str:
    try:
        catalogue.checked([rule])
    except catalogue.UnknownRule as problem:
        return markup.words(str(problem))
    in_file = f'`ignore = ["{rule}"]` in `stackfix.toml`'
    proposed = _care(at, _Wish(ignore=frozenset({rule})))
    if isinstance(proposed, str):
        return markup.words(proposed)
    shown = _shown(at)
    if shown is None or rule not in dashboard.read(shown.body).ignored:
        return f"There is no dashboard here in which I could keep that in mind: {in_file} does it for everybody."
    return (
        f"`{rule}` is left alone here from now on; #{shown.number} remembers it, and a box there takes it back."
        f" {in_file} says so to everybody who runs stackfix."
    )


def _of_branch(proposed: Proposed | str, branch: str) -> Group | None:
    groups = () if isinstance(proposed, str) else proposed.groups
    return next((group for group in groups if group.branch == branch and group.fate is not Fate.NOTHING), None)
