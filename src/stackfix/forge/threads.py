"""What one repository's pull requests and issues are told and asked where both are numbered together: on GitHub, and on
Gitea and Forgejo, which took its API for their own.

May import the model and failing.
"""

from __future__ import annotations

import logging
from abc import abstractmethod
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from stackfix.forge.failing import flag, name, number, text
from stackfix.forge.model import Gone, Issue, PullRequest, Refused, Repository, Unauthorized

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stackfix.forge.model import Proposal

_LOG = logging.getLogger("stackfix.forge")


class Spoken(Protocol):
    """A forge's API as it is spoken to."""

    def call(self, verb: str, path: str, body: object = None, **query: str | int) -> object:
        """One request, and the answer's JSON. Raises ForgeFailed."""


_Host = TypeVar("_Host", bound=Spoken)


class Threads(Generic[_Host]):
    """The threads of one repository."""

    _host: _Host

    @abstractmethod
    def _at(self, *words: str | int) -> str:
        """A path below the repository's."""

    @abstractmethod
    def _comments(self, number: int) -> Iterable[object]:
        """What was said in a thread, the oldest first."""

    @staticmethod
    @abstractmethod
    def _pull(said: object) -> PullRequest:
        """A pull request as the forge tells it."""

    def pull_request(self, number: int) -> PullRequest | None:
        """The pull request of that number."""
        try:
            return self._pull(self._host.call("GET", self._at("pulls", number)))
        except Gone:
            return None

    def close(self, number: int, word: str) -> None:
        """Close a pull request with a word, which is said once however often this is called."""
        path = self._at("pulls", number)
        if text(self._host.call("GET", path), "state") != "open":
            return
        if word not in [text(one, "body") for one in self._comments(number)][-1:]:
            self.comment(number, word)
        self._host.call("PATCH", path, {"state": "closed"})

    def comment(self, number: int, text: str, *, on_issue: bool = False) -> None:  # noqa: ARG002 - both count together
        """Say something below a pull request or an issue."""
        self._host.call("POST", f"{self._at('issues', number)}/comments", {"body": text})

    def is_said(self, number: int, sign: str, *, on_issue: bool = False) -> bool:  # noqa: ARG002 - as above
        """Whether a comment there has a sign in it."""
        return any(sign in text(one, "body") for one in self._comments(number))

    def update_issue(self, number: int, *, body: str | None = None, open_: bool | None = None) -> None:
        """Change an issue's body, close it or open it again."""
        said: dict[str, object] = {} if body is None else {"body": body}
        if open_ is not None:
            said["state"] = "open" if open_ else "closed"
        if said:
            self._host.call("PATCH", self._at("issues", number), said)

    def _add(self, verb: str, path: str, **names: list[str]) -> None:
        """Add names to what was made. One that isn't taken is told, and takes nothing else with it."""
        given: dict[str, object] = {key: some for key, some in names.items() if some}
        if not given:
            return
        try:
            self._host.call(verb, path, given)
        except (Refused, Unauthorized, Gone) as problem:
            _LOG.warning("not added: %s: %s", ", ".join(one for some in names.values() for one in some), problem)

    def _ask_for_reviews(self, pull: str, proposal: Proposal) -> None:
        """Ask the people and the teams that a proposal names."""
        teams = [one.rpartition("/")[2] for one in proposal.reviewers if "/" in one]
        people = [one.removeprefix("@") for one in proposal.reviewers if "/" not in one]
        self._add("POST", f"{pull}/requested_reviewers", reviewers=people, team_reviewers=teams)


def repository(said: object) -> Repository:
    """A repository as these forges tell it."""
    return Repository(
        name(said, "full_name"),
        text(said, "clone_url"),
        text(said, "default_branch"),
        flag(said, "archived"),
        flag(said, "fork"),
    )


def issue(said: object) -> Issue:
    """An issue as these forges tell it."""
    return Issue(
        number(said, "number"),
        text(said, "title"),
        text(said, "body"),
        text(said, "state") == "open",
        text(said, "html_url"),
    )
