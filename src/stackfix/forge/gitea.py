"""Gitea and Forgejo, on Codeberg and hosts of one's own, with a token that may read the user and write to repositories.

Neither has a client that is kept, so httpx talks. It neither waits nor tries again: the queue above does. A draft is a
word of the title, labels have to be there before they are given, and a suggestion is a block of code to copy: Gitea
doesn't take one over with a click.

May import the model and its neighbours of no forge.
"""

from __future__ import annotations

import logging
import re
import weakref
from itertools import count, islice
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import httpx

from stackfix.forge.failing import ELSEWHERE, NO_JSON, failure, flag, number, rows, silence, text, value
from stackfix.forge.model import (
    Check,
    Conclusion,
    Credentials,
    Ended,
    ForgeFailed,
    Gone,
    Issue,
    PullRequest,
    Repository,
    State,
    Unauthorized,
    Unavailable,
)
from stackfix.forge.once import opened, stands
from stackfix.forge.remarks import shown_lines, unsaid
from stackfix.forge.threads import Threads, issue, repository

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stackfix.forge.model import Annotation, Proposal

_LOG = logging.getLogger("stackfix.forge")

_PAGE = 50
"""As many as a server gives unless it is set up otherwise."""

_LOOKED_THROUGH = 300

_DESCRIPTION = 140
_COLOUR = "#ededed"

_DRAFT = re.compile(r"(?:wip:|\[wip\]|draft:|\[draft\])\s*", re.IGNORECASE)


class Host:
    """Gitea's API at one address, spoken to with one token."""

    def __init__(self, address: str, token: str, timeout: float = 30.0) -> None:
        """`address` is the host's own, without what the API adds."""
        self.token = token
        self._name = urlsplit(address).hostname or address
        self._client = httpx.Client(
            base_url=f"{address}/api/v1",
            headers={"Authorization": f"token {token}", "User-Agent": "stackfix", "Accept": "application/json"},
            timeout=timeout,
        )
        # httpx leaves its sockets to whoever forgets it; a forge has no end that anybody would tell it.
        weakref.finalize(self, self._client.close)

    def call(self, verb: str, path: str, body: object = None, **query: str | int) -> object:
        """One request, and the answer's JSON. Raises ForgeFailed."""
        answer = self._ask(verb, path, body, query)
        try:
            answered: object = answer.json()
        except ValueError as problem:
            raise Unavailable(f"{self._name}: {verb} {path}: {NO_JSON}") from problem
        return answered

    def read(self, path: str) -> str:
        """A text that is no JSON."""
        return self._ask("GET", path, None, {}).text

    def pages(self, path: str, *names: str, **query: str | int) -> Iterator[object]:
        """All rows of a list, page after page. How long a page is, the server decides, and tells how many there are."""
        seen = 0
        for page in count(1):
            answer = self._ask("GET", path, None, {**query, "limit": _PAGE, "page": page})
            try:
                found = rows(answer.json(), *names)
            except ValueError as problem:
                raise Unavailable(f"{self._name}: GET {path}: {NO_JSON}") from problem
            yield from found
            seen += len(found)
            total = answer.headers.get("x-total-count", "")
            if not found or (seen >= int(total) if total.isdecimal() else len(found) < _PAGE):
                return

    def _ask(self, verb: str, path: str, body: object, query: Mapping[str, str | int]) -> httpx.Response:
        what = f"{self._name}: {verb} {path}"
        try:
            # A repository of another name is redirected to; httpx leaves the token behind where the host is another.
            answer = self._client.request(verb, path, params=dict(query), json=body, follow_redirects=verb == "GET")
        except httpx.TimeoutException as problem:
            raise Unavailable(f"{what}: {silence(is_late=True)}") from problem
        except httpx.HTTPError as problem:
            raise Unavailable(f"{what}: {silence(is_late=False)}") from problem
        if answer.is_redirect:
            raise ForgeFailed(f"{what}: {ELSEWHERE}")
        if answer.is_error:
            raise failure(what, answer.status_code, answer.headers, _said(answer))
        return answer


def _said(answer: httpx.Response) -> str:
    try:
        said = answer.json()
    except ValueError:
        return answer.text
    message = said.get("message") if isinstance(said, dict) else None
    return message if isinstance(message, str) else ""


def with_token(address: str, token: str, timeout: float = 30.0) -> GiteaAccount:
    """What a token sees."""
    return GiteaAccount(Host(address, token, timeout))


class GiteaAccount:
    """What one token sees on one host."""

    def __init__(self, host: Host) -> None:
        """`host` speaks with the token."""
        self._host = host

    def repositories(self, *, organisation: str | None = None, query: str | None = None) -> Iterator[Repository]:
        """The repositories of an organisation or person, or of the host's search; of neither, one's own."""
        if organisation is None:
            asked = {} if query is None else {"q": query}
            listed = self._host.pages("/repos/search", "data", **asked) if asked else self._host.pages("/user/repos")
            yield from map(repository, listed)
            return
        owner = quote(organisation, safe="")
        try:
            yield from self._listed(f"/orgs/{owner}/repos", query)
        except Gone:
            yield from self._listed(f"/users/{owner}/repos", query)

    def _listed(self, path: str, query: str | None) -> Iterator[Repository]:
        for one in map(repository, self._host.pages(path)):
            if query is None or query.lower() in one.path.rpartition("/")[2].lower():
                yield one

    def forge(self, path: str) -> GiteaForge:
        """One repository."""
        return GiteaForge(self._host, path)


class GiteaForge(Threads[Host]):
    """One repository on Gitea or Forgejo."""

    def __init__(self, host: Host, path: str) -> None:
        """`path` is `owner/name`."""
        self._host = host
        self._path = path
        self._id: int | None = None

    def repository(self) -> Repository:
        """The repository as it is now, under the name that it has now."""
        said = self._host.call("GET", f"/repos/{quote(self._path, safe='/')}")
        found = repository(said)
        self._path, self._id = found.path, number(said, "id")
        return found

    def credentials(self) -> Credentials | None:
        """The token, as git sends it."""
        return Credentials("stackfix", self._host.token)

    def pull_requests(self, branch: str) -> tuple[PullRequest, ...]:
        """All pull requests ever made from the branch, the newest first. No search asks for a branch: all are read."""
        return tuple(self._pulls(branch, "all"))

    def open_pull_requests(self) -> tuple[PullRequest, ...]:
        """All open pull requests, the newest first."""
        return _newest_first(map(self._pull, self._host.pages(self._at("pulls"), state="open")))

    def ended_pull_requests(self) -> tuple[Ended, ...]:
        """Those that were closed or merged, of the newest, of the repository's own branches: who may push made them.

        Our own name, to ask for ours alone, isn't for every token.
        """
        newest = islice(self._host.pages(self._at("pulls"), state="closed"), _LOOKED_THROUGH)
        found = _newest_first(map(self._pull, newest))
        return tuple(Ended(one.number, one.body, one.state) for one in found if one.own)

    def create(self, proposal: Proposal) -> PullRequest:
        """Open a pull request, or give the open one of the branch."""
        said: dict[str, object] = {
            "title": _titled(proposal.title, draft=proposal.draft),
            "body": proposal.body,
            "head": proposal.branch,
            "base": proposal.base,
            "labels": self._label_numbers(proposal.labels),
        }
        made = opened(
            lambda: self._pull(self._host.call("POST", self._at("pulls"), said)),
            lambda: self._pulls(proposal.branch, "open"),
            proposal,
            self._path,
        )
        pull = self._at("pulls", made.number)
        self._ask_for_reviews(pull, proposal)
        self._add("PATCH", pull, assignees=[one.removeprefix("@") for one in proposal.assignees])
        return made

    def update(self, number: int, *, title: str | None = None, body: str | None = None) -> None:
        """Change words of a pull request. A draft, which is a word of the title, stays one."""
        said: dict[str, object] = {}
        path = self._at("pulls", number)
        if title is not None:
            said["title"] = _titled(title, draft=_is_draft(self._host.call("GET", path)))
        if body is not None:
            said["body"] = body
        if said:
            self._host.call("PATCH", path, said)

    def issue(self, title: str) -> Issue | None:
        """Our own newest issue of that title, an open one before a closed."""
        me = text(self._host.call("GET", "/user"), "login")
        for state in ("open", "closed"):
            found = self._host.pages(self._at("issues"), state=state, type="issues", created_by=me)
            ours = [issue(one) for one in found if text(one, "title") == title and text(one, "user", "login") == me]
            if ours:
                return max(ours, key=lambda one: one.number)
        return None

    def create_issue(self, title: str, body: str, labels: Sequence[str] = ()) -> Issue:
        """Open an issue."""
        said = {"title": title, "body": body, "labels": self._label_numbers(labels)}
        return issue(self._host.call("POST", self._at("issues"), said))

    def may_write(self, user: str) -> bool:
        """Whether a person may push. Only an administrator of the repository may ask that of others."""
        try:
            said = self._host.call("GET", f"{self._at('collaborators')}/{quote(user, safe='')}/permission")
        except Gone:
            return False
        return text(said, "permission") in {"write", "admin", "owner"}

    def publish(self, check: Check) -> None:
        """A commit status. What is there already stays."""
        said = {
            "context": check.name,
            "state": "success" if check.conclusion is Conclusion.NEUTRAL else check.conclusion.value,
            "description": check.title[:_DESCRIPTION],
        }
        if stands(self._host.pages(self._at("commits", check.commit, "statuses")), "context", said):
            return
        self._host.call("POST", self._at("statuses", check.commit), said)

    def suggest(self, number: int, commit: str, annotations: Sequence[Annotation]) -> None:
        """One review with a comment for each annotation that isn't there yet."""
        pull = self._at("pulls", number)
        shown = _patches(self._host.read(f"{pull}.diff")) if annotations else {}
        said = set(self._remarks(pull)) if annotations else set()
        new = [
            {"path": one.path, "new_position": one.end_line, "body": body}
            for one, body in unsaid(annotations, shown, said)
        ]
        if new:
            self._host.call("POST", f"{pull}/reviews", {"commit_id": commit, "event": "COMMENT", "comments": new})

    def _remarks(self, pull: str) -> Iterator[tuple[str, object, str]]:
        """What was said on lines: path, line and words."""
        for review in self._host.pages(f"{pull}/reviews"):
            if value(review, "comments_count") == 0:
                continue
            for one in rows(self._host.call("GET", f"{pull}/reviews/{number(review, 'id')}/comments")):
                yield text(one, "path"), value(one, "position"), text(one, "body")

    @staticmethod
    def _pull(said: object) -> PullRequest:
        return _pull_request(said)

    def _comments(self, number: int) -> list[object]:
        """All of them: Gitea gives no pages here."""
        return rows(self._host.call("GET", f"{self._at('issues', number)}/comments"))

    def _at(self, *words: str | int) -> str:
        """A path below the repository's. Only who reads is redirected from an old name, so it has to be today's."""
        if self._id is None:
            self.repository()
        return "/".join(("", "repos", quote(self._path, safe="/"), *map(str, words)))

    def _pulls(self, branch: str, state: str) -> tuple[PullRequest, ...]:
        found = self._host.pages(self._at("pulls"), state=state)
        ours = [one for one in found if value(one, "head", "repo_id") == self._id]
        return _newest_first(one for one in map(self._pull, ours) if one.branch == branch)

    def _label_numbers(self, labels: Sequence[str]) -> list[int]:
        """The numbers of labels, of the repository or its organisation; one that isn't there is made."""
        if not labels:
            return []
        known = {text(one, "name"): number(one, "id") for one in self._host.pages(self._at("labels"))}
        if any(label not in known for label in labels):
            try:
                owner = quote(self._path.partition("/")[0], safe="")
                shared = {text(one, "name"): number(one, "id") for one in self._host.pages(f"/orgs/{owner}/labels")}
            except (Gone, Unauthorized):
                shared = {}
            known = {**shared, **known}
        for label in labels:
            if label not in known:
                made = self._host.call("POST", self._at("labels"), {"name": label, "color": _COLOUR})
                known[label] = number(made, "id")
        return [known[label] for label in labels]


def _patches(diff: str) -> dict[str, dict[int, int | None]]:
    """The lines that a diff of many files shows, by file."""
    found = {}
    for part in re.split(r"^diff --git ", diff, flags=re.MULTILINE)[1:]:
        head, _, patch = part.partition("\n@@ ")
        if named := re.search(r'^\+\+\+ (?:b/(.*?)|"b/(.*)")\t?$', head, re.MULTILINE):
            found[named[1] or named[2]] = shown_lines(f"@@ {patch}")
    return found


def _newest_first(found: Iterator[PullRequest]) -> tuple[PullRequest, ...]:
    return tuple(sorted(found, key=lambda one: one.number, reverse=True))


def _titled(title: str, *, draft: bool) -> str:
    return f"WIP: {title}" if draft else title


def _is_draft(said: object) -> bool:
    """Older servers don't say so: there it's the title's word alone."""
    return flag(said, "draft") or _DRAFT.match(text(said, "title")) is not None


def _pull_request(said: object) -> PullRequest:
    is_draft = _is_draft(said)
    title = text(said, "title")
    is_open = text(said, "state") == "open"
    return PullRequest(
        number(said, "number"),
        # `ref` is no longer the branch when that is gone; the label stays its name.
        text(said, "head", "label") or text(said, "head", "ref"),
        text(said, "base", "ref"),
        _DRAFT.sub("", title, count=1) if is_draft else title,
        text(said, "body"),
        State.MERGED if flag(said, "merged") else State.OPEN if is_open else State.CLOSED,
        text(said, "head", "sha"),
        text(said, "html_url"),
        text(said, "user", "login"),
        is_draft,
        tuple(text(one, "name") for one in _labels(said)),
        value(said, "head", "repo_id") == value(said, "base", "repo_id"),
    )


def _labels(said: object) -> list[object]:
    """A pull request's labels; null where it has none."""
    return [] if value(said, "labels") is None else rows(said, "labels")
