"""What is to be done about one branch: a pure function of what there is and what there should be.

May import forge.model, and of this package marker.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from stackfix.pulls import marker

if TYPE_CHECKING:
    from stackfix.forge.model import PullRequest
    from stackfix.pulls.marker import Marker


class Fate(Enum):
    """What becomes of a branch and its pull request."""

    OPENED = "opened"
    REFRESHED = "refreshed"
    UNCHANGED = "unchanged"
    CLOSED = "closed"
    LEFT = "left"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class There:
    """What there is of a branch. `tip` and `tree` are None where the remote hasn't it.

    `ours`: nobody else's commit is on it, nor (`another`) one for another root of the repository. `open` is its open
    pull request; `ended`: the newest one we closed ourselves.
    """

    base: str
    tip: str | None = None
    tree: str | None = None
    ours: bool = True
    open: PullRequest | None = None
    ended: bool = False
    another: bool = False

    @property
    def taken(self) -> bool:
        """Whether somebody else has commits on it."""
        return self.tip is not None and not self.ours


@dataclass(frozen=True, slots=True)
class Wanted:
    """What there should be: a commit with its tree, and what its pull request says (the body with its marker)."""

    commit: str
    tree: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Push:
    """Let the branch end in a commit, if it still ends in `old`."""

    commit: str
    old: str | None


@dataclass(frozen=True, slots=True)
class Delete:
    """Take the branch away, if it still ends in `old`."""

    old: str


@dataclass(frozen=True, slots=True)
class Open:
    """Open a pull request."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Change the words of a pull request; None leaves the title."""

    number: int
    title: str | None
    body: str


@dataclass(frozen=True, slots=True)
class Close:
    """Close a pull request with a word."""

    number: int
    word: str


@dataclass(frozen=True, slots=True)
class Say:
    """Say something below a pull request."""

    number: int
    text: str


Action: TypeAlias = "Push | Delete | Open | Rewrite | Close | Say"


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of a branch, the steps to it in order, and why where that needs saying.

    Each step may be the last one done: planned anew from there, the rest follows.
    """

    fate: Fate
    actions: tuple[Action, ...] = ()
    reason: str = ""


TAKEN = "it holds commits that are not stackfix's"
ANOTHERS = "it holds the repairs of another root of this repository"
IN_THE_WAY = frozenset({TAKEN, ANOTHERS})
"""Why a branch can't have the repairs that it should have."""

_HEALED = "nothing is broken now"
_SILENT = "what is broken is not to be heard of any more"
_ELSEWHERE = "its repairs go into another pull request"
_STANDING = "no edit repairs what is broken any more"
SAME = Plan(Fate.UNCHANGED)

GONE = "What this repaired is no longer found on `{base}`, so there is nothing left to merge here."
SILENCED = "What this repaired is still on `{base}`, and is not to be heard of there any more, so I leave it alone."
STANDING = (
    "What this repaired is still found on `{base}`, but no edit repairs it any more, so there is nothing to merge here."
)
ELSEWHERE = "What this repaired goes into other pull requests now."
_WHY = {SILENCED: _SILENT, ELSEWHERE: _ELSEWHERE, STANDING: _STANDING}
_MOVED = "Repairs go to `{base}` now."
_LEFT = (
    "There are commits here that are not mine, so I leave this branch to you from now on: it is neither brought up to"
    " date nor closed. Delete the branch, and I make it anew; close this and keep the branch, and I don't."
)


def plan(there: There, wanted: Wanted | None, *, forge: bool, room: bool = True, gone: str = GONE) -> Plan:
    """What to do. `forge`: there is one, which has pull requests; `room`: one more may be open.

    `gone` is the word to close with where nothing is wanted.
    """
    if there.another:
        return Plan(Fate.LEFT, reason=ANOTHERS) if wanted is not None else Plan(Fate.NOTHING)
    if wanted is None:
        why = _WHY.get(gone, _HEALED)
        return _nothing_wanted(there, gone.format(base=there.base), why, forge=forge)
    if there.taken:
        return SAME if there.tree == wanted.tree else _left(there)
    if there.open is not None and there.open.base != there.base:
        return _elsewhere(there, there.open, wanted)
    opens = forge and there.open is None
    if opens and not room:
        return Plan(Fate.LEFT, reason="as many pull requests are open as the configuration allows")
    push = () if there.tree == wanted.tree else (Push(wanted.commit, there.tip),)
    if opens:
        return Plan(Fate.OPENED, (*push, Open(wanted.title, wanted.body)))
    words = _brought_up(there.open, wanted) if there.open is not None else ()
    if not push and not words:
        return SAME
    return Plan(Fate.OPENED if there.tip is None and not forge else Fate.REFRESHED, (*push, *words))


def _nothing_wanted(there: There, word: str, why: str, *, forge: bool) -> Plan:
    delete = () if there.tip is None or there.taken else (Delete(there.tip),)
    if there.open is not None:
        if there.taken:
            return _left(there)
        close = _closed(there.open, word)
        return Plan(Fate.CLOSED, (*close, *delete), why)
    if delete and (there.ended or not forge):
        return Plan(Fate.CLOSED, delete, why)
    return Plan(Fate.NOTHING)


def _left(there: There) -> Plan:
    """Somebody else's commits are never touched; that is said once."""
    known = marker.read(there.open.body) if there.open is not None else None
    if there.open is None or known is None or known.said:
        return Plan(Fate.LEFT, reason=TAKEN)
    # Written down before it is said: rather not at all than twice.
    noted = Rewrite(there.open.number, None, _marked(there.open, replace(known, said=True)))
    return Plan(Fate.LEFT, (noted, Say(there.open.number, _LEFT)), TAKEN)


def _elsewhere(there: There, old: PullRequest, wanted: Wanted) -> Plan:
    """The base has changed, which no forge lets a pull request do while its branch moves: a new one."""
    push = () if there.tree == wanted.tree else (Push(wanted.commit, there.tip),)
    close = _closed(old, _MOVED.format(base=there.base))
    return Plan(Fate.OPENED, (*close, *push, Open(wanted.title, wanted.body)))


def _closed(pull: PullRequest, word: str) -> tuple[Action, ...]:
    """That we close it ourselves is written down first: what a person closes stays closed."""
    known = marker.read(pull.body) or marker.Marker()
    noted = () if known.ended else (Rewrite(pull.number, None, _marked(pull, replace(known, ended=True))),)
    return (*noted, Close(pull.number, word))


def _brought_up(pull: PullRequest, wanted: Wanted) -> tuple[Action, ...]:
    """What an open one lacks: one that may have no labels and people yet is opened once more, which gives it them."""
    known = marker.read(pull.body)
    is_begun = known is not None and known.begun
    return (Open(wanted.title, wanted.body),) if is_begun else _rewritten(pull, wanted)


def _rewritten(pull: PullRequest, wanted: Wanted) -> tuple[Action, ...]:
    """Our own words are brought up to date; what a person made of the same words stays."""
    known, now = marker.read(pull.body), marker.read(wanted.body)
    if known is not None and now is not None and replace(known, said=False) == replace(now, said=False):
        return ()
    return (Rewrite(pull.number, wanted.title, wanted.body),)


def _marked(pull: PullRequest, known: Marker) -> str:
    return marker.written(pull.body, known)
