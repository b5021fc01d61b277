"""GitLab's part of the stand-in, over the state.

What it says is checked by a description written by hand from GitLab's documentation: no registry carries GitLab's own.
So it shows that the client keeps to the documentation as we read it, and no more.
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from stackfix.forge.remarks import shown_lines
from tests.forge import state
from tests.forge.contract import LONG_AGO
from tests.forge.routing import Call, No, Routed, newest_first, page, pull_of, route

if TYPE_CHECKING:
    from tests.forge.server import Request

GRADES = {state.MAY_READ: 20, state.MAY_WRITE: 30, state.MAY_ADMINISTER: 40}


class Api(Routed):
    """GitLab over the state of a server."""

    prefix = "/api/v4"
    kind = "gitlab"
    nothing = "404 Project Not Found"
    unknown = "401 Unauthorized"

    def environment(self) -> dict[str, str]:
        return {"GITLAB_TOKEN": self.server.token, "GITLAB_URL": self.server.address}

    def authenticate(self, request: Request) -> str:
        return request.headers.get("private-token", "")

    def repository_of(self, call: Call) -> state.Repository | None:
        if not call.request.path.startswith("/projects/"):
            return None
        name = call.names["id"]
        if name.isdecimal():
            found = [one.path for one in self.server.repositories.values() if one.number == int(name)]
            return self.allowed(call, found[0] if found else "")
        return self.allowed(call, self.server.renamed.get(unquote(name), unquote(name)))

    def archived(self) -> No:
        return No(403, "403 Forbidden")

    def forbidden(self, call: Call) -> No:  # noqa: ARG002 - it tells nobody who asked
        return No(403, "403 Forbidden")

    # Who one is.

    @route("GET /user")
    def user(self, call: Call) -> object:
        return said_user(call.person.login)

    @route("GET /users")
    def users(self, call: Call) -> object:
        name = call.request.one("username")
        known = {person.login for person in self.server.people.values()}
        known |= {person for one in self.server.repositories.values() for person in one.people}
        return [said_user(name)] if name in known else []

    @route("GET /projects/{id}/members/all/{user_id}")
    def member(self, call: Call) -> object:
        for name, grade in call.repository.people.items():
            if number_of(name) == int(call.names["user_id"]) and grade in GRADES:
                return {**said_user(name), "access_level": GRADES[grade]}
        raise No(404, "404 Not found")

    # Projects.

    @route("GET /projects/{id}")
    def project(self, call: Call) -> object:
        return self.said_project(call.repository)

    @route("GET /projects")
    def projects(self, call: Call) -> object:
        found = self.seen(call)
        if call.request.one("membership") == "true":
            found = [one for one in found if call.person.login in one.people]
        return self._listed(call, found)

    @route("GET /groups/{id}/projects")
    def group_projects(self, call: Call) -> object:
        group = unquote(call.names["id"])
        found = [one for one in self.seen(call) if f"{one.owner}/".startswith(f"{group}/")]
        if group in self.server.individuals or not found:
            raise No(404, "404 Group Not Found")
        return self._listed(call, found)

    @route("GET /users/{username}/projects")
    def user_projects(self, call: Call) -> object:
        name = unquote(call.names["username"])
        if not self.is_owner(name, individual=True):
            raise No(404, "404 User Not Found")
        return self._listed(call, [one for one in self.seen(call) if one.owner == name])

    def _listed(self, call: Call, found: list[state.Repository]) -> object:
        wanted = call.request.one("search")
        return page(call, [self.said_project(one) for one in found if wanted in one.path])

    # Merge requests.

    @route("GET /projects/{id}/merge_requests")
    def merge_requests(self, call: Call) -> object:
        wanted, branch = call.request.one("state", "all"), call.request.one("source_branch")
        author = call.request.one("author_id")
        ours = [one for one in call.repository.pulls if author in {"", str(number_of(one.author))}]
        found = [one for one in ours if branch in {"", one.branch}]
        said = [self.said_request(call.repository, one) for one in newest_first(found)]
        return page(call, [one for one in said if wanted in {"all", one["state"]}])

    @route("GET /projects/{id}/merge_requests/{merge_request_iid}")
    def merge_request(self, call: Call) -> object:
        return self.said_request(call.repository, self._pull(call))

    @route("POST /projects/{id}/merge_requests", 201)
    def open_request(self, call: Call) -> object:
        repository, said = call.repository, call.body
        branch, base = said["source_branch"], said["target_branch"]
        for name, what in ((branch, "Source"), (base, "Target")):
            if repository.head(name) is None:
                raise No(400, {f"{what.lower()}_branch": [f'"{name}" does not exist']})
        for one in repository.pulls:
            if (one.branch, one.base, one.state, one.fork) == (branch, base, "open", False):
                words = f"Another open merge request already exists for this source branch: !{one.number}"
                raise No(409, [words])
        made = repository.open_pull(branch, base, said["title"], call.person.login, said.get("description", ""))
        made.draft = said["title"].startswith("Draft: ")
        made.labels += [name for name in said.get("labels", "").split(",") if name]
        made.assignees += self._names(call, said.get("assignee_ids", ()))
        made.reviewers += self._names(call, said.get("reviewer_ids", ()))
        return self.said_request(repository, made)

    def _names(self, call: Call, numbers: list[int]) -> list[str]:
        return [name for name in call.repository.people if number_of(name) in numbers]

    @route("PUT /projects/{id}/merge_requests/{merge_request_iid}")
    def change_request(self, call: Call) -> object:
        pull = self._pull(call)
        change(pull, call.body)
        pull.draft = pull.title.startswith("Draft: ")
        return self.said_request(call.repository, self._pull(call))

    @route("GET /projects/{id}/merge_requests/{merge_request_iid}/diffs")
    def diffs(self, call: Call) -> object:
        pull = self._pull(call)
        found = call.repository.changes(f"refs/heads/{pull.base}", pull.frozen)
        return page(call, [{"old_path": name, "new_path": name, "diff": patch} for name, patch in found.items()])

    @route("GET /projects/{id}/merge_requests/{merge_request_iid}/notes")
    def notes(self, call: Call) -> object:
        said = [said_note(one) for one in self._pull(call).comments]
        return page(call, said[::-1] if call.request.one("sort", "desc") == "desc" else said)

    @route("POST /projects/{id}/merge_requests/{merge_request_iid}/notes", 201)
    def add_note(self, call: Call) -> object:
        return said_note(call.repository.say(self._pull(call).number, call.body["body"], call.person.login))

    @route("GET /projects/{id}/merge_requests/{merge_request_iid}/discussions")
    def discussions(self, call: Call) -> object:
        return page(call, [said_discussion(one, self._refs(call)) for one in self._pull(call).remarks])

    @route("POST /projects/{id}/merge_requests/{merge_request_iid}/discussions", 201)
    def discuss(self, call: Call) -> object:
        pull, refs, place = self._pull(call), self._refs(call), call.body["position"]
        lines = shown_lines(call.repository.changes(place["base_sha"], place["head_sha"]).get(place["new_path"], ""))
        line = place["new_line"]
        # A line that was there before is known by both its numbers, a new one by one.
        if {name: place[name] for name in refs} != refs or line not in lines or lines[line] != place.get("old_line"):
            raise No(400, '400 Bad request - Note {:line_code=>["can\'t be blank", "must be a valid line code"]}')
        where = (place["new_path"], line, 0, place["head_sha"])
        made = state.Comment(next(call.repository.ids), call.person.login, call.body["body"], *where)
        pull.remarks.append(made)
        return said_discussion(made, refs)

    def _refs(self, call: Call) -> dict[str, str]:
        said: dict[str, str] = self.said_request(call.repository, self._pull(call))["diff_refs"]
        return said

    def _pull(self, call: Call) -> state.Pull:
        return pull_of(call, call.names["merge_request_iid"])

    # Issues.

    @route("GET /projects/{id}/issues")
    def issues(self, call: Call) -> object:
        wanted, author = call.request.one("state", "all"), call.request.one("author_id")
        found = [one for one in call.repository.issues.values() if author in {"", str(number_of(one.author))}]
        said = [self.said_issue(call.repository, one) for one in newest_first(found)]
        return page(call, [one for one in said if wanted in {"all", one["state"]}])

    @route("POST /projects/{id}/issues", 201)
    def open_issue(self, call: Call) -> object:
        labels = tuple(name for name in call.body.get("labels", "").split(",") if name)
        words = (call.body["title"], call.body.get("description", ""))
        return self.said_issue(call.repository, call.repository.open_issue(*words, call.person.login, labels))

    @route("PUT /projects/{id}/issues/{issue_iid}")
    def change_issue(self, call: Call) -> object:
        issue = call.repository.issues[int(call.names["issue_iid"])]
        change(issue, call.body)
        return self.said_issue(call.repository, issue)

    @route("GET /projects/{id}/issues/{issue_iid}/notes")
    def issue_notes(self, call: Call) -> object:
        said = [said_note(one) for one in call.repository.issues[int(call.names["issue_iid"])].comments]
        return page(call, said[::-1] if call.request.one("sort", "desc") == "desc" else said)

    @route("POST /projects/{id}/issues/{issue_iid}/notes", 201)
    def add_issue_note(self, call: Call) -> object:
        made = state.Comment(next(call.repository.ids), call.person.login, call.body["body"])
        call.repository.issues[int(call.names["issue_iid"])].comments.append(made)
        return said_note(made)

    # Statuses.

    @route("GET /projects/{id}/repository/commits/{sha}/statuses")
    def statuses(self, call: Call) -> object:
        name = call.request.one("name")
        found = [one for one in call.repository.statuses if one.commit == call.names["sha"] and name in {"", one.name}]
        latest = list({one.name: one for one in found}.values())
        return page(call, [said_status(one) for one in latest])

    @route("POST /projects/{id}/statuses/{sha}", 201)
    def add_status(self, call: Call) -> object:
        sha, said = call.names["sha"], call.body
        if not call.repository.has(sha):
            raise No(404, "404 Commit Not Found")
        name = said.get("name", "default")
        for one in call.repository.statuses:
            if (one.commit, one.name) != (sha, name) or one.state not in {"pending", "running"}:
                continue
            if one.state == said["state"]:
                raise No(400, f"Cannot transition status via :enqueue from :{one.state}")
            one.state, one.title = said["state"], said.get("description", "")
            return said_status(one)
        number = 1 + len(call.repository.statuses)
        made = state.Status(number, sha, name, said["state"], said.get("description", ""))
        call.repository.statuses.append(made)
        return said_status(made)

    # What things are in an answer.

    def said_project(self, one: state.Repository) -> dict[str, Any]:
        return {
            "id": one.number,
            "name": one.name,
            "path": one.name,
            "path_with_namespace": one.path,
            "http_url_to_repo": one.clone_url,
            "default_branch": one.default_branch,
            "archived": one.archived,
            "visibility": "private" if one.private else "public",
        }

    def said_request(self, repository: state.Repository, one: state.Pull) -> dict[str, Any]:
        base = state.git(repository.folder, "merge-base", f"refs/heads/{one.base}", one.frozen)
        return {
            **self._said(one),
            "state": "merged" if one.merged else "opened" if one.state == "open" else "closed",
            "web_url": f"{self.server.address}/{repository.path}/-/merge_requests/{one.number}",
            "merged_at": LONG_AGO if one.merged else None,
            "draft": one.draft,
            "sha": one.frozen,
            "source_branch": one.branch,
            "target_branch": one.base,
            "source_project_id": 1 if one.fork else repository.number,
            "target_project_id": repository.number,
            "assignees": [said_user(name) for name in one.assignees],
            "reviewers": [said_user(name) for name in one.reviewers],
            "diff_refs": {"base_sha": base, "start_sha": base, "head_sha": one.frozen},
        }

    def said_issue(self, repository: state.Repository, one: state.Issue) -> dict[str, Any]:
        web = f"{self.server.address}/{repository.path}/-/issues/{one.number}"
        return {**self._said(one), "state": "opened" if one.state == "open" else "closed", "web_url": web}

    def _said(self, one: state.Issue) -> dict[str, Any]:
        return {
            "iid": one.number,
            "title": one.title,
            "description": one.body,
            "author": said_user(one.author),
            "labels": list(one.labels),
        }


def number_of(login: str) -> int:
    """The number of a person: always the same for a name."""
    return zlib.crc32(login.encode())


def said_user(login: str) -> dict[str, Any]:
    """A person in an answer."""
    return {"id": number_of(login), "username": login, "name": login, "state": "active"}


def said_note(one: state.Comment) -> dict[str, Any]:
    """A comment in an answer."""
    return {"id": one.number, "body": one.body, "author": said_user(one.author)}


def said_discussion(one: state.Comment, refs: dict[str, str]) -> dict[str, Any]:
    """A discussion of one comment on a line, in an answer."""
    place = {**refs, "position_type": "text", "new_path": one.path, "new_line": one.line}
    return {"id": f"{one.number:040x}", "notes": [{**said_note(one), "position": place}]}


def said_status(one: state.Status) -> dict[str, Any]:
    """A commit status in an answer."""
    return {"id": one.number, "status": one.state, "name": one.name, "description": one.title, "sha": one.commit}


def change(issue: state.Issue, said: dict[str, Any]) -> None:
    """Change words and state of an issue or merge request."""
    issue.title = said.get("title", issue.title)
    issue.body = said.get("description", issue.body)
    if event := said.get("state_event"):
        issue.state = "closed" if re.fullmatch("close", event) else "open"
