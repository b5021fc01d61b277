"""What became of a branch's pull requests before: the open one, and which faults a person doesn't want repaired.

May import forge.model, and of this package marker.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from stackfix.forge.model import State
from stackfix.pulls import marker

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from stackfix.forge.model import Ended, PullRequest

_Pull = TypeVar("_Pull", "PullRequest", "Ended")


@dataclass(frozen=True, slots=True)
class History:
    """A branch's pull requests in short.

    `refused` gives, by fault, the number of the pull request that a person closed. `newest` is the newest one's state,
    `ended`: we closed that ourselves.
    """

    open: PullRequest | None
    refused: Mapping[str, int]
    newest: State | None
    ended: bool

    @property
    def unsafe(self) -> bool:
        """Whether somebody asked on the open one for fixes that a person should decide."""
        known = marker.read(self.open.body) if self.open is not None else None
        return known is not None and known.unsafe

    @property
    def faults(self) -> frozenset[str]:
        """What the open one repairs, as its body says."""
        known = marker.read(self.open.body) if self.open is not None else None
        return known.faults if known is not None else frozenset()


NOTHING = History(None, {}, None, ended=False)


def of_root(pulls: Iterable[_Pull], root: str) -> tuple[_Pull, ...]:
    """Those of one root of the repository, and those that bear no word of ours: roots are alike in their faults."""
    return tuple(pull for pull in pulls if (marker.read(pull.body) or marker.Marker(root=root)).root == root)


def is_anothers(pulls: Iterable[PullRequest], root: str) -> bool:
    """Whether a branch has had pull requests of another root."""
    ours = tuple(pull for pull in pulls if pull.own)
    return len(of_root(ours, root)) < len(ours)


def refused(pulls: Iterable[PullRequest | Ended], *, gone: bool) -> dict[str, int]:
    """By fault the number of the pull request that a person closed; `pulls` come the newest first."""
    found: dict[str, int] = {}
    for pull in reversed(tuple(pull for pull in pulls if pull.own)):
        known = marker.read(pull.body)
        if known is None or known.ended or (known.said and gone):
            continue
        if pull.state is State.CLOSED:
            found |= dict.fromkeys(known.faults, pull.number)
        else:
            found = {fault: number for fault, number in found.items() if fault not in known.faults}
    return found


def history(pulls: Iterable[PullRequest], *, gone: bool = False) -> History:
    """A branch's pull requests, the newest first, in short. Only what bears our marker is remembered.

    What a person closed stays closed; what was merged later was wanted after all. `gone`: the branch is no more, which
    closes its pull request on most forges; where we had left it to a person, that is how they give it back.
    """
    pulls = tuple(pull for pull in pulls if pull.own)
    newest = pulls[0].state if pulls else None
    last = marker.read(pulls[0].body) if newest is State.CLOSED else None
    opened = next((pull for pull in pulls if pull.state is State.OPEN), None)
    return History(opened, refused(pulls, gone=gone), newest, last is not None and last.ended)
