"""What every forge can do, and its answers as values.

May not import anything of stackfix.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class ForgeFailed(Exception):  # noqa: N818 - an answer of a forge's, told in one line
    """A forge refused or didn't answer; the message is one line with what to do, and holds no token."""


class Unauthorized(ForgeFailed):
    """The token is missing, revoked, or may not do this."""


class Gone(ForgeFailed):
    """The repository, or the thing in it, isn't there, or isn't to be seen with this token."""


class Refused(ForgeFailed):
    """The forge understood and won't: a protected branch, a rule of the organisation, an archived repository."""


class Unavailable(ForgeFailed):
    """No answer, or one that says nothing (5xx): the same call may go through later."""


class RateLimited(ForgeFailed):
    """Too many calls; `retry_after` is in seconds from now, as the forge says, or our own guess."""

    def __init__(self, message: str, retry_after: float) -> None:
        """Take the line to tell, and the seconds to wait."""
        super().__init__(message)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Credentials:
    """What git sends over HTTPS. Never shown, logged, stored in a repository's configuration, or put in a URL."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository on a forge. `path` is `owner/name`, with GitLab's subgroups in between; `url` is for cloning."""

    path: str
    url: str
    default_branch: str
    archived: bool = False
    fork: bool = False


class State(Enum):
    """Where a pull request is in its life."""

    OPEN = "open"
    CLOSED = "closed"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request (GitLab: merge request). `branch` and `base` are names of branches; `head` is a commit's name.

    `own` says that the branch is the repository's: of another, anybody chooses its name, and the words.
    """

    number: int
    branch: str
    base: str
    title: str
    body: str
    state: State
    head: str
    url: str
    author: str = ""
    draft: bool = False
    labels: tuple[str, ...] = ()
    own: bool = True


@dataclass(frozen=True, slots=True)
class Ended:
    """A pull request that was closed or merged, as far as a list of issues tells it: of which branch, it doesn't."""

    number: int
    body: str
    state: State
    own: bool = True


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pull request to be opened. Reviewers and assignees are login names; `@org/team` is a team where there are."""

    branch: str
    base: str
    title: str
    body: str
    draft: bool = False
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue of the repository: the dashboard is one."""

    number: int
    title: str
    body: str
    open: bool
    url: str


class Conclusion(Enum):
    """What a check of a commit came to."""

    PENDING = "pending"
    SUCCESS = "success"
    NEUTRAL = "neutral"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Annotation:
    """A word on lines of a file in a pull request. Lines count from 1, `end_line` is the last one.

    `suggestion` are the lines that would take their place, without a last line ending; None where there is none.
    """

    path: str
    line: int
    end_line: int
    title: str
    message: str
    failure: bool = True
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A check run where the forge has them, a commit status elsewhere. `title` is at most 140 characters."""

    name: str
    commit: str
    conclusion: Conclusion
    title: str
    summary: str
    annotations: tuple[Annotation, ...] = ()


class Forge(Protocol):
    """One repository on one forge. Every call may raise ForgeFailed, told by its kind."""

    def repository(self) -> Repository:
        """The repository as the forge has it now."""

    def credentials(self) -> Credentials | None:
        """What git needs to fetch and push, made anew where it ends (an installation's token); None where nothing."""

    def pull_requests(self, branch: str) -> tuple[PullRequest, ...]:
        """All pull requests ever made from this repository's own branch of that name, the newest first."""

    def open_pull_requests(self) -> tuple[PullRequest, ...]:
        """All open pull requests of the repository, whoever made them, the newest first."""

    def ended_pull_requests(self) -> tuple[Ended, ...]:
        """Those that we opened ourselves and that were closed or merged, of whatever branch, the newest first.

        Others of the repository's own branches may be among them.
        """

    def pull_request(self, number: int) -> PullRequest | None:
        """One pull request, whoever made it; None where there is none of that number."""

    def create(self, proposal: Proposal) -> PullRequest:
        """Open a pull request. One that is open for that branch and base already is given instead: it is idempotent."""

    def update(self, number: int, *, title: str | None = None, body: str | None = None) -> None:
        """Change words of a pull request; None leaves them."""

    def close(self, number: int, word: str) -> None:
        """Close a pull request, with a comment that says why. Nothing is said of one that is closed already."""

    def comment(self, number: int, text: str, *, on_issue: bool = False) -> None:
        """Say something below a pull request, or an issue: GitLab counts them apart."""

    def is_said(self, number: int, sign: str, *, on_issue: bool = False) -> bool:
        """Whether a comment there has a sign in it."""

    def issue(self, title: str) -> Issue | None:
        """Our own newest issue with exactly that title, open ones first; None where there is none."""

    def create_issue(self, title: str, body: str, labels: Sequence[str] = ()) -> Issue:
        """Open an issue."""

    def update_issue(self, number: int, *, body: str | None = None, open_: bool | None = None) -> None:
        """Change an issue's body, close it or open it again; None leaves it."""

    def may_write(self, user: str) -> bool:
        """Whether a person may push to the repository."""

    def publish(self, check: Check) -> None:
        """Show a check on its commit; an earlier one of that name on that commit is replaced."""

    def suggest(self, number: int, commit: str, annotations: Sequence[Annotation]) -> None:
        """Say the annotations on a pull request's changed lines, suggestions a click away.

        What was said already, on the same lines with the same words, isn't said again.
        """


class Account(Protocol):
    """What a token sees on one host."""

    def repositories(self, *, organisation: str | None = None, query: str | None = None) -> Iterator[Repository]:
        """The repositories of an organisation or group, or what the forge's own search finds."""

    def forge(self, path: str) -> Forge:
        """One repository."""
