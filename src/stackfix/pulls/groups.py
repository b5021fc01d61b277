"""Which fix goes into which pull request.

May import config and findings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from stackfix.config.bot import CONFIGURE, FIXES, GROUP, UNSAFE
from stackfix.findings import Applicability

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Set  # noqa: PYI025

    from stackfix.config import Bot
    from stackfix.findings import Finding

PREFIX = "stackfix/"
"""What the name of every branch of ours begins with."""


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of a repository. `names` is their order; `words` gives the group of a rule or family.

    Fixes that a person should decide have a group of their own where `apart`, but for those of the groups for which
    somebody asked to have them `together` with the others.
    """

    names: tuple[str, ...]
    words: Mapping[str, str]
    apart: bool
    together: Set[str]

    def of(self, finding: Finding) -> str:
        """The group that a finding's fix goes into; a rule's own name counts before its family's."""
        found = self.words.get(finding.rule.id) or self.words.get(finding.rule.family.value) or FIXES
        return UNSAFE if self.apart and found not in self.together and is_unsafe(finding) else found


def names(bot: Bot) -> tuple[str, ...]:
    """The groups that a configuration makes, and the one for what no other has."""
    return (*bot.groups, FIXES, *((UNSAFE,) if bot.unsafe else ()))


def groups(bot: Bot, together: Set[str]) -> Groups:
    """Which fix goes where; `together` are the groups with fixes of all grades."""
    words = {word: name for name, members in bot.groups.items() for word in members}
    return Groups(names(bot), words, bot.unsafe, together)


def is_unsafe(finding: Finding) -> bool:
    """Whether a person should decide on a finding's fix."""
    return finding.remedy is not None and finding.remedy.applicability is Applicability.UNSAFE


def meant(branches: Iterable[str]) -> str | None:
    """The base of a remote whose HEAD names no branch that is there: its only branch, else one of the usual names."""
    others = [name for name in branches if not is_branch(name)]
    usual = [name for name in ("main", "master") if name in others]
    return others[0] if len(others) == 1 else usual[0] if len(usual) == 1 else None


_SLUG = re.compile(r"[A-Za-z0-9_-]{1,60}")


def is_branch(name: str) -> bool:
    """Whether a name of a branch is that of a group, be it one that is no more, of whatever root."""
    root, _, group = name.removeprefix(PREFIX).rpartition("/")
    is_ours = name.startswith(PREFIX) and GROUP.fullmatch(group) is not None
    return is_ours and (not root or _SLUG.fullmatch(root) is not None)


def is_of_root(name: str, prefix: str) -> bool:
    """Whether a branch of that name may be a root's: a plain one, or one of its own."""
    own = branch("", slug(prefix)) if prefix else PREFIX
    return is_branch(name) and name.removesuffix(group_of(name)) in {PREFIX, own}


def branch(group: str, root: str = "") -> str:
    """The branch of a group, for as long as it has its name; `root` is the slug of a root that has its own."""
    return f"{PREFIX}{root}/{group}" if root else PREFIX + group


def group_of(name: str) -> str:
    """The group that a branch is of."""
    return name.rpartition("/")[2]


def slug(root: str) -> str:
    """What the branches of a root are named by that can't have the plain names: told apart from all others'."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", root.strip("/")).strip("-")[:50]
    if plain == root.strip("/") and plain not in {FIXES, UNSAFE, CONFIGURE}:
        return plain
    mark = sha256(root.strip("/").encode("utf-8", "surrogateescape")).hexdigest()[:6]
    return f"{plain}-{mark}" if plain else mark
