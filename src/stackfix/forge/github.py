"""GitHub, on github.com and Enterprise, with a token or as a GitHub App.

PyGithub signs and talks (github_host.py); its objects are left aside, since most ask twice for what one call says.

May import the model and its neighbours of no forge.
"""

from __future__ import annotations

import logging
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import quote

from github import Auth

from stackfix.forge.failing import flag, number, rows, text, value
from stackfix.forge.github_host import Host
from stackfix.forge.model import (
    Check,
    Conclusion,
    Credentials,
    Ended,
    Gone,
    Issue,
    PullRequest,
    Refused,
    Repository,
    State,
    Unauthorized,
)
from stackfix.forge.once import opened
from stackfix.forge.remarks import shown_lines, unsaid
from stackfix.forge.threads import Threads, issue, repository

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stackfix.forge.model import Annotation, Proposal

_LOG = logging.getLogger("stackfix.forge")

_ANNOTATIONS = 50
"""As many as GitHub takes at a time."""

_FOUND = 1000

_LOOKED_THROUGH = 300

_ACTIONS = "github-actions[bot]"
"""Who writes where a token may not ask for its own name."""

_HEAD = "stackfix, on the lines that this changes:"

_TITLE, _STATUS, _TEXT = 255, 140, 65535


def with_token(address: str, token: str, timeout: int = 30) -> GitHubAccount:
    """What a token sees: a person's own, or one of GitHub Actions."""
    return GitHubAccount(Host(address, Auth.Token(token), timeout, is_app=token.startswith("ghs_")))


def with_app(address: str, app: str, key: str, installation: int | None = None, timeout: int = 30) -> AppAccount:
    """What a GitHub App sees, in the installation named or in those that repositories have."""
    signing = Auth.AppAuth(int(app) if app.isdecimal() else app, key)
    try:
        _ = signing.token
    except Exception as problem:  # every library below has its own name for a key that is none
        raise Unauthorized(
            "the GitHub App's private key can't be read: it is a PEM file from the App's page"
        ) from problem
    return AppAccount(address, signing, installation, timeout)


class GitHubAccount:
    """What one token sees on one host."""

    def __init__(self, host: Host) -> None:
        """`host` speaks with the token."""
        self._host = host

    def repositories(self, *, organisation: str | None = None, query: str | None = None) -> Iterator[Repository]:
        """The repositories of an organisation or person, or of GitHub's search; of neither, those of the token."""
        yield from _repositories(self._host, organisation, query)

    def forge(self, path: str) -> GitHubForge:
        """One repository."""
        return GitHubForge(self._host, path)


class AppAccount:
    """What a GitHub App sees: a token for each of its installations."""

    def __init__(self, address: str, signing: Auth.AppAuth, installation: int | None, timeout: int) -> None:
        """`signing` speaks as the App itself, which may do no more than ask for an installation's token."""
        self._address, self._signing, self._installation, self._timeout = address, signing, installation, timeout
        self._app = Host(address, signing, timeout)
        self._hosts: dict[int, Host] = {}
        self._name = ""

    def repositories(self, *, organisation: str | None = None, query: str | None = None) -> Iterator[Repository]:
        """The repositories that the App is installed on; with a query, those of GitHub's search as one of them sees."""
        if organisation is None:
            installed = [self._installation] if self._installation else self._installations()
            for one in installed[:1] if query else installed:
                yield from _repositories(self._host(one), None, query)
            return
        yield from _repositories(self._host(self._installation_of(organisation)), organisation, query)

    def forge(self, path: str) -> GitHubForge:
        """One repository, in the name of the installation on it."""
        installation = self._installation
        if installation is None:
            installation = self._found(f"/repos/{_quoted(path)}/installation", path)
        return GitHubForge(self._host(installation), path)

    def _host(self, installation: int) -> Host:
        if installation not in self._hosts:
            auth = Auth.AppInstallationAuth(self._signing, installation)
            self._hosts[installation] = Host(self._address, auth, self._timeout, is_app=True, login=self._login)
        return self._hosts[installation]

    def _login(self) -> str:
        """The name under which the App's installations write."""
        if not self._name:
            self._name = f"{text(self._app.call('GET', '/app'), 'slug')}[bot]"
        return self._name

    def _installations(self) -> list[int]:
        return [number(one, "id") for one in self._app.pages("/app/installations")]

    def _installation_of(self, owner: str) -> int:
        if self._installation is not None:
            return self._installation
        try:
            return number(self._app.call("GET", f"/orgs/{quote(owner, safe='')}/installation"), "id")
        except Gone:
            return self._found(f"/users/{quote(owner, safe='')}/installation", owner)

    def _found(self, path: str, where: str) -> int:
        try:
            return number(self._app.call("GET", path), "id")
        except Gone as problem:
            raise Gone(f"the GitHub App is not installed on {where}, or it isn't there") from problem


def _repositories(host: Host, organisation: str | None, query: str | None) -> Iterator[Repository]:
    if query is not None:
        asked = f"{query} org:{organisation}" if organisation else query
        # The search gives its first thousand and refuses the next page.
        found = islice(host.pages("/search/repositories", "items", q=asked), _FOUND)
        yield from map(repository, found)
        return
    if organisation is None:
        listed = ("/installation/repositories", "repositories") if host.is_app else ("/user/repos",)
        yield from map(repository, host.pages(*listed))
        return
    owner = quote(organisation, safe="")
    try:
        yield from map(repository, host.pages(f"/orgs/{owner}/repos"))
    except Gone:
        yield from map(repository, host.pages(f"/users/{owner}/repos"))


class GitHubForge(Threads[Host]):
    """One repository on GitHub."""

    def __init__(self, host: Host, path: str) -> None:
        """`host` speaks in the name that may write to the repository."""
        self._host = host
        self._path = path
        self._is_known = False

    def repository(self) -> Repository:
        """The repository as it is now, under the name that it has now."""
        found = repository(self._host.call("GET", f"/repos/{_quoted(self._path)}"))
        self._path, self._is_known = found.path, True
        return found

    def credentials(self) -> Credentials | None:
        """The token, as git sends it."""
        return Credentials("x-access-token", self._host.token)

    def pull_requests(self, branch: str) -> tuple[PullRequest, ...]:
        """All pull requests ever made from the branch, the newest first."""
        return tuple(self._pulls(branch, "all"))

    def open_pull_requests(self) -> tuple[PullRequest, ...]:
        """All open pull requests, the newest first."""
        found = self._host.pages(self._at("pulls"), state="open", sort="created", direction="desc")
        return tuple(map(self._pull, found))

    def ended_pull_requests(self) -> tuple[Ended, ...]:
        """Those of ours that were closed or merged: the list of issues can be asked for them alone.

        A token may not see issues. Then the newest of the repository's own branches are looked through.
        """
        asked = {"state": "closed", "sort": "created", "direction": "desc"}
        try:
            found = list(self._host.pages(self._at("issues"), creator=self._host.login or _ACTIONS, **asked))
        except (Gone, Unauthorized):
            newest = islice(self._host.pages(self._at("pulls"), **asked), _LOOKED_THROUGH)
            return tuple(Ended(one.number, one.body, one.state) for one in map(_pull_request, newest) if one.own)
        pulls = [one for one in found if value(one, "pull_request") is not None]
        states = {True: State.MERGED, False: State.CLOSED}
        return tuple(
            Ended(number(one, "number"), text(one, "body"), states[bool(text(one, "pull_request", "merged_at"))])
            for one in pulls
        )

    def create(self, proposal: Proposal) -> PullRequest:
        """Open a pull request, or give the open one of the branch."""
        made = opened(
            lambda: self._created(proposal), lambda: self._pulls(proposal.branch, "open"), proposal, self._path
        )
        thread = self._at("issues", made.number)
        self._add("POST", f"{thread}/labels", labels=list(proposal.labels))
        self._ask_for_reviews(self._at("pulls", made.number), proposal)
        self._add("POST", f"{thread}/assignees", assignees=[name.removeprefix("@") for name in proposal.assignees])
        return made

    def _created(self, proposal: Proposal) -> PullRequest:
        said: dict[str, object] = {
            "title": proposal.title,
            "body": proposal.body,
            "head": proposal.branch,
            "base": proposal.base,
            "maintainer_can_modify": True,
        }
        pulls = self._at("pulls")
        try:
            return self._pull(self._host.call("POST", pulls, {**said, "draft": proposal.draft}))
        except Refused as problem:
            words = str(problem)
            if "already exists" in words or not (proposal.draft and "draft" in words.lower()):
                raise
        # Not every plan has drafts.
        return self._pull(self._host.call("POST", pulls, said))

    def update(self, number: int, *, title: str | None = None, body: str | None = None) -> None:
        """Change words of a pull request."""
        words = {"title": title, "body": body}
        if said := {name: word for name, word in words.items() if word is not None}:
            self._host.call("PATCH", self._at("pulls", number), said)

    def issue(self, title: str) -> Issue | None:
        """Our own newest issue of that title, an open one before a closed."""
        login = self._host.login
        mine = {"creator": login} if login else {}
        for state in ("open", "closed"):
            found = self._host.pages(self._at("issues"), state=state, sort="created", direction="desc", **mine)
            for one in found:
                is_ours = login or text(one, "user", "type") == "Bot"
                if is_ours and text(one, "title") == title and value(one, "pull_request") is None:
                    return issue(one)
        return None

    def create_issue(self, title: str, body: str, labels: Sequence[str] = ()) -> Issue:
        """Open an issue."""
        said = {"title": title, "body": body, "labels": list(labels)}
        return issue(self._host.call("POST", self._at("issues"), said))

    def may_write(self, user: str) -> bool:
        """Whether a person may push. Maintainers and administrators may; `write` is what GitHub calls both."""
        path = f"{self._at('collaborators')}/{quote(user, safe='')}/permission"
        try:
            return text(self._host.call("GET", path), "permission") in {"admin", "maintain", "write"}
        except Gone:
            return False

    def publish(self, check: Check) -> None:
        """A check run where the name may make them, a commit status else. What is there already stays."""
        if self._host.is_app:
            try:
                self._run(check)
            except Unauthorized:
                _LOG.warning("%s: no check runs for this token (checks: write); a status instead", self._path)
            else:
                return
        self._status(check)

    def suggest(self, number: int, commit: str, annotations: Sequence[Annotation]) -> None:
        """One review with a comment for each annotation that isn't there yet."""
        pull = self._at("pulls", number)
        shown = {text(one, "filename"): text(one, "patch") for one in self._host.pages(f"{pull}/files")}
        lines = {path: shown_lines(patch) for path, patch in shown.items()}
        there = {
            (text(one, "path"), value(one, "line"), text(one, "body")) for one in self._host.pages(f"{pull}/comments")
        }
        if new := [_remark(one, body) for one, body in unsaid(annotations, lines, there)]:
            # A review that only comments needs words of its own.
            said = {"commit_id": commit, "event": "COMMENT", "body": _HEAD, "comments": new}
            self._host.call("POST", f"{pull}/reviews", said)

    @staticmethod
    def _pull(said: object) -> PullRequest:
        return _pull_request(said)

    def _comments(self, number: int) -> Iterator[object]:
        return self._host.pages(f"{self._at('issues', number)}/comments")

    def _at(self, *words: str | int) -> str:
        """A path below the repository's. GitHub redirects an old name's readers alone, so it has to be today's."""
        if not self._is_known:
            self.repository()
        return "/".join(("", "repos", _quoted(self._path), *map(str, words)))

    def _pulls(self, branch: str, state: str) -> Iterator[PullRequest]:
        path = self._at("pulls")
        head = f"{self._path.partition('/')[0]}:{branch}"
        for one in self._host.pages(path, state=state, head=head, sort="created", direction="desc"):
            if text(one, "head", "ref") == branch and text(one, "head", "repo", "full_name") == self._path:
                yield self._pull(one)

    def _run(self, check: Check) -> None:
        found = self._host.pages(self._at("commits", check.commit, "check-runs"), "check_runs", check_name=check.name)
        output = {"title": check.title[:_TITLE], "summary": _cut(check.summary)}
        kept = (_CONCLUSIONS[check.conclusion], output["title"], output["summary"], len(check.annotations))
        if any(_published(one) == kept for one in found):
            return
        batches = [
            [_annotation(one) for one in check.annotations[start : start + _ANNOTATIONS]]
            for start in range(0, len(check.annotations), _ANNOTATIONS)
        ]
        state = _state(check.conclusion)
        # A new run takes the place of the last of its name; a changed one would keep that one's annotations.
        said = {"name": check.name, "head_sha": check.commit, **state}
        said["output"] = {**output, "annotations": batches[0] if batches else []}
        run = number(self._host.call("POST", self._at("check-runs"), said), "id")
        for batch in batches[1:]:
            self._host.call("PATCH", self._at("check-runs", run), {"output": {**output, "annotations": batch}})

    def _status(self, check: Check) -> None:
        said = {
            "state": "success" if check.conclusion is Conclusion.NEUTRAL else check.conclusion.value,
            "context": check.name,
            "description": check.title[:_STATUS],
        }
        for one in self._host.pages(self._at("commits", check.commit, "statuses")):
            if text(one, "context") == check.name:
                if {name: value(one, name) for name in said} == said:
                    return
                break
        self._host.call("POST", self._at("statuses", check.commit), said)


_CONCLUSIONS = {
    Conclusion.PENDING: None,
    Conclusion.SUCCESS: "success",
    Conclusion.NEUTRAL: "neutral",
    Conclusion.FAILURE: "failure",
}


def _state(conclusion: Conclusion) -> dict[str, object]:
    ended = _CONCLUSIONS[conclusion]
    return {"status": "in_progress"} if ended is None else {"status": "completed", "conclusion": ended}


def _published(said: object) -> tuple[object, ...]:
    output = value(said, "output")
    return (value(said, "conclusion"), *(value(output, name) for name in ("title", "summary", "annotations_count")))


def _annotation(said: Annotation) -> Mapping[str, object]:
    return {
        "path": said.path,
        "start_line": said.line,
        "end_line": said.end_line,
        "annotation_level": "failure" if said.failure else "warning",
        "title": said.title[:_TITLE],
        "message": _cut(said.message),
    }


def _remark(said: Annotation, body: str) -> Mapping[str, object]:
    at = {"path": said.path, "line": said.end_line, "side": "RIGHT", "body": body}
    if said.line == said.end_line:
        return at
    return {**at, "start_line": said.line, "start_side": "RIGHT"}


def _cut(words: str) -> str:
    return words if len(words) <= _TEXT else words[: _TEXT - 1] + "…"


def _pull_request(said: object) -> PullRequest:
    is_merged = bool(text(said, "merged_at"))
    return PullRequest(
        number(said, "number"),
        text(said, "head", "ref"),
        text(said, "base", "ref"),
        text(said, "title"),
        text(said, "body"),
        State.MERGED if is_merged else State.OPEN if text(said, "state") == "open" else State.CLOSED,
        text(said, "head", "sha"),
        text(said, "html_url"),
        text(said, "user", "login"),
        flag(said, "draft"),
        tuple(text(one, "name") for one in rows(said, "labels")),
        value(said, "head", "repo", "id") == value(said, "base", "repo", "id"),
    )


def _quoted(path: str) -> str:
    return quote(path, safe="/")
