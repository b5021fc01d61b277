"""What is done once, however often it is asked for: a pull request that is there is given, a status that stands stays.

May import the model and failing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.forge.failing import number, text
from stackfix.forge.model import Refused, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from stackfix.forge.model import Proposal, PullRequest


def opened(
    make: Callable[[], PullRequest], is_open: Callable[[], Iterable[PullRequest]], proposal: Proposal, where: str
) -> PullRequest:
    """The pull request that is made, or the open one of its branch and base if the forge says that there is one."""
    try:
        return make()
    except Refused as problem:
        if "already exists" not in str(problem):
            raise
    for one in is_open():
        if one.base == proposal.base:
            return one
    raise Unavailable(f"{where}: {proposal.branch} is said to have a pull request, and none is listed")


def stands(statuses: Iterable[object], check: str, said: Mapping[str, str]) -> bool:
    """Whether the newest of a commit's statuses says just that of a check, whose name is below `check`."""
    ours = [one for one in statuses if text(one, check) == said[check]]
    last = max(ours, key=lambda one: number(one, "id"), default=None)
    return (text(last, "status"), text(last, "description")) == (said["state"], said["description"])
