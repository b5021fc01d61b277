"""What became of a repository's pull requests so far, each branch's asked for once; and so which branch a group has.

May import deliver's seal and forge.model, and of this package groups and history.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from stackfix.deliver import seal
from stackfix.forge.model import Gone, Refused, Unauthorized
from stackfix.pulls import groups
from stackfix.pulls.history import NOTHING, History, history, is_anothers, of_root, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stackfix.forge.model import Forge, PullRequest


class Pasts:
    """The pasts of one root's branches. Without a forge there are none."""

    def __init__(
        self, forge: Forge | None, tips: Mapping[str, str], prefix: str, is_held: Callable[[str], bool]
    ) -> None:
        """`tips` are the branches that there are; `is_held` says whether one ends in a commit for another root."""
        self._forge, self._tips, self._is_held = forge, tips, is_held
        self._slug = groups.slug(prefix) if prefix else ""
        self.root = seal.root_of(prefix)
        self._listings: dict[str, tuple[PullRequest, ...]] = {}
        self._pasts: dict[str, History] = {}
        self._branches: dict[str, str] = {}

    def branch(self, group: str) -> str:
        """The branch of a group. Of several roots of a repository the first has the plain one, the others their own."""
        if group not in self._branches:
            plain = groups.branch(group)
            self._branches[group] = groups.branch(group, self._slug) if self._has_own(plain, group) else plain
        return self._branches[group]

    def of(self, name: str) -> History:
        """What became of a branch's pull requests."""
        if self._forge is None:
            return NOTHING
        if name not in self._pasts:
            ours = of_root(self._pulls(self._forge, name), self.root)
            self._pasts[name] = history(ours, gone=name not in self._tips)
        return self._pasts[name]

    @cached_property
    def refused_elsewhere(self) -> Mapping[str, int]:
        """What a person closed in a group that is no more and whose branch is gone: nothing else tells its name."""
        if self._forge is None:
            return {}
        try:
            ended = self._forge.ended_pull_requests()
        except (Gone, Refused, Unauthorized):
            # A token that sees less: what has a branch is known all the same.
            return {}
        seen = {pull.number for pulls in self._listings.values() for pull in pulls}
        return refused(of_root([pull for pull in ended if pull.number not in seen], self.root), gone=True)

    def _has_own(self, plain: str, group: str) -> bool:
        """Whether the plain branch is another root's, now or ever: then that may come back to it."""
        if not self._slug:
            return False
        if groups.branch(group, self._slug) in self._tips or self._is_held(plain):
            return True
        return self._forge is not None and is_anothers(self._pulls(self._forge, plain), self.root)

    def _pulls(self, forge: Forge, name: str) -> tuple[PullRequest, ...]:
        if name not in self._listings:
            self._listings[name] = forge.pull_requests(name)
        return self._listings[name]
