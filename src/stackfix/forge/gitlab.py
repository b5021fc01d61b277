"""GitLab, on gitlab.com and hosts of one's own, with a personal, project or group access token.

python-gitlab signs and talks; its objects are left aside as PyGithub's are. It neither waits nor tries again: the queue
above does. A merge request is a pull request here, and a developer's access (30) is what may write.

May import the model and its neighbours of no forge.
"""

from __future__ import annotations

import logging
import re
import threading
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import requests
from gitlab import Gitlab
from gitlab.exceptions import GitlabError, RedirectError

from stackfix.forge.failing import ELSEWHERE, NO_JSON, failure, flag, name, number, rows, silence, text, value
from stackfix.forge.model import (
    Annotation,
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
    Unavailable,
)
from stackfix.forge.once import opened, stands
from stackfix.forge.remarks import shown_lines, unsaid, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stackfix.forge.model import Proposal

_LOG = logging.getLogger("stackfix.forge")

_PAGE = 100
_DESCRIPTION = 140
_DEVELOPER = 30

_DRAFT = re.compile(r"(?:draft:|\[draft\]|\(draft\))\s*", re.IGNORECASE)

_STATES = {"opened": State.OPEN, "locked": State.OPEN, "merged": State.MERGED}
"""A merge request is locked for the moment in which it is merged."""


class Host:
    """GitLab's API at one address, spoken to with one token."""

    def __init__(self, address: str, token: str, timeout: float = 30.0) -> None:
        """`address` is the host's own, without what the API adds."""
        self.token = token
        self._name = urlsplit(address).hostname or address
        # python-gitlab's errors don't have the headers, which say how long to wait.
        self._last = threading.local()
        session = requests.Session()
        session.hooks["response"].append(self._note)
        self._asked = Gitlab(address, private_token=token, timeout=timeout, user_agent="stackfix", session=session)

    def _note(self, response: requests.Response, **_: object) -> None:
        self._last.headers = dict(response.headers)
        to = urlsplit(response.headers.get("Location", ""))
        # requests would take our token along.
        if response.is_redirect and to.netloc not in {"", urlsplit(response.url).netloc}:
            raise ForgeFailed(f"{self._name}: it redirects to another host, {to.hostname}")

    def call(self, verb: str, path: str, body: Mapping[str, object] | None = None, **query: str | int) -> object:
        """One request, and the answer's JSON. Raises ForgeFailed."""
        what = f"{self._name}: {verb} {path}"
        self._last.headers = {}
        try:
            answer = self._asked.http_request(
                verb.lower(),
                path,
                query_data=query,
                post_data=None if body is None else dict(body),
                obey_rate_limit=False,
                max_retries=0,
            )
            answered: object = answer.json()
        except RedirectError as problem:
            raise ForgeFailed(f"{what}: {ELSEWHERE}") from problem
        except GitlabError as problem:
            raise failure(what, problem.response_code or 0, self._last.headers, _said(problem)) from problem
        except requests.JSONDecodeError as problem:
            raise Unavailable(f"{what}: {NO_JSON}") from problem
        except requests.RequestException as problem:
            raise Unavailable(f"{what}: {silence(is_late=isinstance(problem, requests.Timeout))}") from problem
        return answered

    def pages(self, path: str, **query: str | int) -> Iterator[object]:
        """All rows of a list, page after page."""
        for page in count(1):
            found = rows(self.call("GET", path, None, **query, per_page=_PAGE, page=page))
            yield from found
            if len(found) < _PAGE:
                return


def _said(problem: GitlabError) -> str:
    """GitLab's words, which are a text, a list, or a list for each field."""
    said: object = problem.error_message
    if isinstance(said, dict):
        return "; ".join(f"{name} {_listed(one)}" for name, one in said.items())
    return _listed(said)


def _listed(said: object) -> str:
    return ", ".join(map(str, said)) if isinstance(said, list) else str(said)


def with_token(address: str, token: str, timeout: float = 30.0) -> GitLabAccount:
    """What a token sees."""
    return GitLabAccount(Host(address, token, timeout))


class GitLabAccount:
    """What one token sees on one host."""

    def __init__(self, host: Host) -> None:
        """`host` speaks with the token."""
        self._host = host

    def repositories(self, *, organisation: str | None = None, query: str | None = None) -> Iterator[Repository]:
        """The projects of a group and its subgroups, or of a person, or of GitLab's search; of neither, one's own."""
        searched: dict[str, str] = {} if query is None else {"search": query}
        if organisation is None:
            asked = searched or {"membership": "true"}
            yield from map(_repository, self._host.pages("/projects", **asked, order_by="id", sort="asc"))
            return
        group = f"/groups/{quote(organisation, safe='')}/projects"
        try:
            found = self._host.pages(group, **searched, include_subgroups="true", order_by="id", sort="asc")
            yield from map(_repository, found)
        except Gone:
            own = f"/users/{quote(organisation, safe='')}/projects"
            for one in map(_repository, self._host.pages(own, order_by="id", sort="asc")):
                if query is None or query.lower() in one.path.lower():
                    yield one

    def forge(self, path: str) -> GitLabForge:
        """One project."""
        return GitLabForge(self._host, path)


def _repository(said: object) -> Repository:
    return Repository(
        name(said, "path_with_namespace"),
        text(said, "http_url_to_repo"),
        text(said, "default_branch"),
        flag(said, "archived"),
        value(said, "forked_from_project") is not None,
    )


class GitLabForge:
    """One project on GitLab."""

    def __init__(self, host: Host, path: str) -> None:
        """`path` has the groups in which the project is."""
        self._host = host
        self._path = path
        self._id: int | None = None

    def repository(self) -> Repository:
        """The project as it is now, under the name that it has now."""
        said = self._host.call("GET", f"/projects/{quote(self._path, safe='')}")
        self._id = number(said, "id")
        found = _repository(said)
        self._path = found.path
        return found

    def credentials(self) -> Credentials | None:
        """The token, as git sends it."""
        return Credentials("oauth2", self._host.token)

    def pull_requests(self, branch: str) -> tuple[PullRequest, ...]:
        """All merge requests ever made from the branch, the newest first."""
        return tuple(self._merge_requests(branch, "all"))

    def open_pull_requests(self) -> tuple[PullRequest, ...]:
        """All open merge requests, the newest first."""
        found = self._host.pages(self._at("merge_requests"), state="opened", order_by="created_at", sort="desc")
        return tuple(map(_pull_request, found))

    def ended_pull_requests(self) -> tuple[Ended, ...]:
        """Those of ours that were closed or merged."""
        me = number(self._host.call("GET", "/user"), "id")
        asked: dict[str, str | int] = {"author_id": me, "state": "all", "order_by": "created_at", "sort": "desc"}
        found = map(_pull_request, self._host.pages(self._at("merge_requests"), **asked))
        return tuple(Ended(one.number, one.body, one.state) for one in found if one.own and one.state is not State.OPEN)

    def pull_request(self, number: int) -> PullRequest | None:
        """The merge request of that number."""
        try:
            return _pull_request(self._host.call("GET", self._at("merge_requests", number)))
        except Gone:
            return None

    def create(self, proposal: Proposal) -> PullRequest:
        """Open a merge request, or give the open one of the branch."""
        said: dict[str, object] = {
            "source_branch": proposal.branch,
            "target_branch": proposal.base,
            "title": _titled(proposal.title, draft=proposal.draft),
            "description": proposal.body,
            "labels": ",".join(proposal.labels),
            "assignee_ids": self._ids(proposal.assignees),
            "reviewer_ids": self._ids(proposal.reviewers),
            "remove_source_branch": True,
        }
        return opened(
            lambda: _pull_request(self._host.call("POST", self._at("merge_requests"), _given(said))),
            lambda: self._merge_requests(proposal.branch, "opened"),
            proposal,
            self._path,
        )

    def update(self, number: int, *, title: str | None = None, body: str | None = None) -> None:
        """Change words of a merge request. A draft, which is a word of the title, stays one."""
        said: dict[str, object] = {}
        path = self._at("merge_requests", number)
        if title is not None:
            said["title"] = _titled(title, draft=flag(self._host.call("GET", path), "draft"))
        if body is not None:
            said["description"] = body
        if said:
            self._host.call("PUT", path, said)

    def close(self, number: int, word: str) -> None:
        """Close a merge request with a word, which is said once however often this is called."""
        path = self._at("merge_requests", number)
        if text(self._host.call("GET", path), "state") != "opened":
            return
        last = next((text(one, "body") for one in self._notes(path) if not flag(one, "system")), None)
        if word != last:
            self.comment(number, word)
        self._host.call("PUT", path, {"state_event": "close"})

    def comment(self, number: int, text: str, *, on_issue: bool = False) -> None:
        """Say something below a merge request or an issue."""
        where = self._at("issues" if on_issue else "merge_requests", number)
        self._host.call("POST", f"{where}/notes", {"body": text})

    def is_said(self, number: int, sign: str, *, on_issue: bool = False) -> bool:
        """Whether a comment there has a sign in it."""
        where = self._at("issues" if on_issue else "merge_requests", number)
        return any(sign in text(one, "body") for one in self._notes(where))

    def issue(self, title: str) -> Issue | None:
        """Our own newest issue of that title, an open one before a closed."""
        me = number(self._host.call("GET", "/user"), "id")
        for state in ("opened", "closed"):
            asked: dict[str, str | int] = {"author_id": me, "state": state, "order_by": "created_at", "sort": "desc"}
            for one in self._host.pages(self._at("issues"), **asked):
                if text(one, "title") == title:
                    return _issue(one)
        return None

    def create_issue(self, title: str, body: str, labels: Sequence[str] = ()) -> Issue:
        """Open an issue."""
        said = {"title": title, "description": body, "labels": ",".join(labels)}
        return _issue(self._host.call("POST", self._at("issues"), _given(said)))

    def update_issue(self, number: int, *, body: str | None = None, open_: bool | None = None) -> None:
        """Change an issue's body, close it or open it again."""
        said = {} if body is None else {"description": body}
        if open_ is not None:
            said["state_event"] = "reopen" if open_ else "close"
        if said:
            self._host.call("PUT", self._at("issues", number), said)

    def may_write(self, user: str) -> bool:
        """Whether a person has a developer's access, here or by a group above."""
        found = self._id_of(user)
        if found is None:
            return False
        try:
            member = self._host.call("GET", self._at("members", "all", found))
        except Gone:
            return False
        return text(member, "state") == "active" and number(member, "access_level") >= _DEVELOPER

    def publish(self, check: Check) -> None:
        """A commit status. What is there already stays: GitLab refuses to say it twice."""
        said = {
            "name": check.name,
            "state": _CONCLUSIONS[check.conclusion],
            "description": check.title[:_DESCRIPTION],
        }
        path = self._at("repository", "commits", check.commit, "statuses")
        if stands(self._host.pages(path, name=check.name), "name", said):
            return
        self._host.call("POST", self._at("statuses", check.commit), said)

    def suggest(self, number: int, commit: str, annotations: Sequence[Annotation]) -> None:
        """A discussion for each annotation that isn't there yet. Nothing where the merge request has moved on."""
        path = self._at("merge_requests", number)
        refs = value(self._host.call("GET", path), "diff_refs")
        if text(refs, "head_sha") != commit:
            return
        changed = {text(one, "new_path"): one for one in self._host.pages(f"{path}/diffs")}
        said = {
            (text(note, "position", "new_path"), value(note, "position", "new_line"), text(note, "body"))
            for one in self._host.pages(f"{path}/discussions")
            for note in rows(one, "notes")
        }
        shown = {path: shown_lines(text(one, "diff")) for path, one in changed.items()}
        for one, body in unsaid(annotations, shown, said, _words):
            place: dict[str, object] = {
                **{name: text(refs, name) for name in ("base_sha", "start_sha", "head_sha")},
                "position_type": "text",
                "old_path": text(changed[one.path], "old_path"),
                "new_path": one.path,
                "new_line": one.end_line,
            }
            # An unchanged line is named on both sides.
            if (old := shown[one.path][one.end_line]) is not None:
                place["old_line"] = old
            self._host.call("POST", f"{path}/discussions", {"body": body, "position": place})

    def _notes(self, where: str) -> Iterator[object]:
        """What was said there, the newest first."""
        return self._host.pages(f"{where}/notes", order_by="created_at", sort="desc")

    def _at(self, *words: str | int) -> str:
        """A path below the project's number, which outlives its name."""
        if self._id is None:
            self.repository()
        return "/".join(("", "projects", str(self._id), *(quote(str(word), safe="") for word in words)))

    def _merge_requests(self, branch: str, state: str) -> Iterator[PullRequest]:
        path = self._at("merge_requests")
        asked: dict[str, str | int] = {
            "source_branch": branch,
            "state": state,
            "order_by": "created_at",
            "sort": "desc",
        }
        for one in self._host.pages(path, **asked):
            if text(one, "source_branch") == branch and value(one, "source_project_id") == self._id:
                yield _pull_request(one)

    def _ids(self, names: Sequence[str]) -> list[int]:
        """The numbers of people. One who isn't there is told, and takes nothing else with it."""
        found = {name: None if "/" in name else self._id_of(name.removeprefix("@")) for name in names}
        if missing := [name for name, one in found.items() if one is None]:
            _LOG.warning("not added: %s: no such person on %s", ", ".join(missing), self._path)
        return [one for one in found.values() if one is not None]

    def _id_of(self, user: str) -> int | None:
        found = rows(self._host.call("GET", "/users", username=user))
        return next((number(one, "id") for one in found if text(one, "username").lower() == user.lower()), None)


_CONCLUSIONS = {
    Conclusion.PENDING: "pending",
    Conclusion.SUCCESS: "success",
    Conclusion.NEUTRAL: "success",
    Conclusion.FAILURE: "failed",
}


def _words(said: Annotation) -> str:
    return words(said, f"suggestion:-{said.end_line - said.line}+0")


def _given(said: Mapping[str, object]) -> dict[str, object]:
    """What says anything: an empty list of labels or people isn't sent."""
    return {name: one for name, one in said.items() if one not in ("", [])}


def _titled(title: str, *, draft: bool) -> str:
    return f"Draft: {title}" if draft else title


def _pull_request(said: object) -> PullRequest:
    is_draft = flag(said, "draft")
    title = text(said, "title")
    return PullRequest(
        number(said, "iid"),
        text(said, "source_branch"),
        text(said, "target_branch"),
        _DRAFT.sub("", title, count=1) if is_draft else title,
        text(said, "description"),
        _STATES.get(text(said, "state"), State.CLOSED),
        text(said, "sha"),
        text(said, "web_url"),
        text(said, "author", "username"),
        is_draft,
        tuple(str(one) for one in rows(said, "labels")),
        value(said, "source_project_id") == value(said, "target_project_id"),
    )


def _issue(said: object) -> Issue:
    return Issue(
        number(said, "iid"),
        text(said, "title"),
        text(said, "description"),
        text(said, "state") == "opened",
        text(said, "web_url"),
    )
