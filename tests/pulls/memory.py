"""A forge in memory, over a real bare repository, that can be killed after any of its effects."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from stackfix.forge.model import Ended, Issue, Proposal, PullRequest, Repository, State
from tests.checkouts import attempt, git

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from stackfix.forge.model import Annotation, Check, Credentials


def _nothing(_what: str) -> None:
    pass


@dataclass
class Memory:
    """A forge. `after` is called after each effect; `log` names them all."""

    hub: Path
    after: Callable[[str], None] = _nothing
    pulls: list[PullRequest] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    said: list[tuple[int, str]] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    def _done(self, what: str) -> None:
        self.log.append(what)
        self.after(what)

    def _change(self, number: int, **words: object) -> None:
        self.pulls = [replace(p, **words) if p.number == number else p for p in self.pulls]  # type: ignore[arg-type]  # a test's own words

    def by_person(self, number: int, state: State) -> None:
        """A person closes, merges or reopens a pull request."""
        self._change(number, state=state)

    def edited(self, number: int, body: str) -> None:
        """A person edits a body."""
        self._change(number, body=body)

    @property
    def open(self) -> list[PullRequest]:
        """The open ones, the newest first."""
        return [pull for pull in reversed(self.pulls) if pull.state is State.OPEN]

    def repository(self) -> Repository:
        return Repository("acme/shop", str(self.hub), "main")

    def credentials(self) -> Credentials | None:
        return None

    def pull_requests(self, branch: str) -> tuple[PullRequest, ...]:
        return tuple(pull for pull in reversed(self.pulls) if pull.branch == branch)

    def open_pull_requests(self) -> tuple[PullRequest, ...]:
        return tuple(self.open)

    def ended_pull_requests(self) -> tuple[Ended, ...]:
        found = [pull for pull in reversed(self.pulls) if pull.state is not State.OPEN]
        return tuple(Ended(pull.number, pull.body, pull.state) for pull in found)

    def pull_request(self, number: int) -> PullRequest | None:
        return next((pull for pull in self.pulls if pull.number == number), None)

    def create(self, proposal: Proposal) -> PullRequest:
        for pull in self.open:
            if (pull.branch, pull.base) == (proposal.branch, proposal.base):
                self._dress(pull.number, proposal)
                return pull
        assert attempt(self.hub, "rev-parse", "--verify", f"refs/heads/{proposal.branch}") == 0, "a branch to merge"
        number = len(self.pulls) + 1
        pull = PullRequest(
            number,
            proposal.branch,
            proposal.base,
            proposal.title,
            proposal.body,
            State.OPEN,
            git(self.hub, "rev-parse", proposal.branch),
            f"https://forge.example/acme/shop/pull/{number}",
        )
        self.pulls.append(pull)
        self.proposals.append(proposal)
        self._done(f"create {proposal.branch}")
        self._dress(number, proposal)
        return pull

    def _dress(self, number: int, proposal: Proposal) -> None:
        """As forges do that take labels only for what is there."""
        if proposal.labels:
            self._change(number, labels=proposal.labels)
            self._done(f"dress #{number}")

    def update(self, number: int, *, title: str | None = None, body: str | None = None) -> None:
        words = {"title": title, "body": body}
        self._change(number, **{name: word for name, word in words.items() if word is not None})
        self._done(f"update #{number}")

    def close(self, number: int, word: str) -> None:
        if any(pull.number == number for pull in self.open):
            self._change(number, state=State.CLOSED)
            self.said.append((number, word))
        self._done(f"close #{number}")

    def comment(self, number: int, text: str, *, on_issue: bool = False) -> None:
        assert not on_issue
        self.said.append((number, text))
        self._done(f"comment #{number}")

    def is_said(self, number: int, sign: str, *, on_issue: bool = False) -> bool:
        assert not on_issue
        return any(where == number and sign in text for where, text in self.said)

    def issue(self, title: str) -> Issue | None:
        raise NotImplementedError(title)

    def create_issue(self, title: str, body: str, labels: Sequence[str] = ()) -> Issue:
        raise NotImplementedError(title, body, labels)

    def update_issue(self, number: int, *, body: str | None = None, open_: bool | None = None) -> None:
        raise NotImplementedError(number, body, open_)

    def may_write(self, user: str) -> bool:
        raise NotImplementedError(user)

    def publish(self, check: Check) -> None:
        raise NotImplementedError(check)

    def suggest(self, number: int, commit: str, annotations: Sequence[Annotation]) -> None:
        raise NotImplementedError(number, commit, annotations)
