"""Gitea's part of the stand-in, over the state.

What it says is checked by Gitea's description as far as a client that was generated from it keeps it: paths, parameters,
names and types, but not which of an answer's fields are always there, nor which words a parameter takes.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from stackfix.forge.remarks import shown_lines
from tests.forge import state
from tests.forge.routing import Call, No, Routed, issue_of, newest_first, page, pull_of, route
from tests.forge.server import Answer

if TYPE_CHECKING:
    from tests.forge.server import Request, Server


class Api(Routed):
    """Gitea over the state of a server."""

    prefix = "/api/v1"
    kind = "gitea"
    nothing = "The target couldn't be found."
    unknown = "invalid username, password or token"

    def __init__(self, server: Server) -> None:
        """`labels` are those of each repository, with their numbers."""
        super().__init__(server)
        self.labels: dict[str, dict[str, int]] = {}

    def environment(self) -> dict[str, str]:
        return {"GITEA_TOKEN": self.server.token, "GITEA_URL": self.server.address}

    def refusal(self, status: int, words: object) -> Answer:
        return Answer(status, {"message": words, "url": f"{self.server.address}/api/swagger"})

    def redirected(self, request: Request) -> Answer | None:
        for old, new in self.server.renamed.items():
            if f"{request.path}/".startswith(f"/repos/{old}/"):
                rest = request.path.removeprefix(f"/repos/{old}")
                return Answer(307, None, {"Location": f"{self.server.address}{self.prefix}/repos/{new}{rest}"})
        return None

    def archived(self) -> No:
        return No(423, "repo is archived")

    def forbidden(self, call: Call) -> No:  # noqa: ARG002 - it tells nobody who asked
        return No(403, "user should have permission to write to the repo")

    # Who one is.

    @route("GET /user")
    def user(self, call: Call) -> object:
        return said_user(call.person.login)

    @route("GET /repos/{owner}/{repo}/collaborators/{collaborator}/permission")
    def permission(self, call: Call) -> object:
        name = call.names["collaborator"]
        if name not in call.repository.people:
            raise No(404, f"user redirect does not exist [name: {name}]")
        grade = call.repository.people[name]
        return {"permission": grade, "role_name": grade, "user": said_user(name)}

    # Repositories.

    @route("GET /repos/{owner}/{repo}")
    def repository(self, call: Call) -> object:
        return self.said_repository(call.repository)

    @route("GET /user/repos")
    def own_repositories(self, call: Call) -> object:
        found = [one for one in self.seen(call) if call.person.login in one.people]
        return page(call, [self.said_repository(one) for one in found])

    @route("GET /orgs/{org}/repos")
    def organisation_repositories(self, call: Call) -> object:
        return self._owned(call, call.names["org"], individual=False)

    @route("GET /users/{username}/repos")
    def person_repositories(self, call: Call) -> object:
        return self._owned(call, call.names["username"], individual=True)

    @route("GET /repos/search")
    def search(self, call: Call) -> object:
        found = [self.said_repository(one) for one in self.seen(call) if call.request.one("q") in one.name]
        return {"ok": True, "data": page(call, found)}

    def _owned(self, call: Call, owner: str, *, individual: bool) -> object:
        if not self.is_owner(owner, individual=individual):
            raise No(404, self.nothing)
        return page(call, [self.said_repository(one) for one in self.seen(call) if one.owner == owner])

    # Labels.

    @route("GET /orgs/{org}/labels")
    def shared_labels(self, call: Call) -> object:
        found = self.labels.get(call.names["org"], {})
        return page(call, [{"id": number, "name": name} for name, number in found.items()])

    @route("GET /repos/{owner}/{repo}/labels")
    def own_labels(self, call: Call) -> object:
        found = self.labels.get(call.repository.path, {})
        return page(call, [{"id": number, "name": name} for name, number in found.items()])

    @route("POST /repos/{owner}/{repo}/labels", 201)
    def add_label(self, call: Call) -> object:
        number = next(call.repository.ids)
        self.labels.setdefault(call.repository.path, {})[call.body["name"]] = number
        return {"id": number, "name": call.body["name"], "color": call.body["color"].removeprefix("#")}

    def _named(self, call: Call) -> list[str]:
        known = {**self.labels.get(call.repository.owner, {}), **self.labels.get(call.repository.path, {})}
        return [name for name, number in known.items() if number in call.body.get("labels", ())]

    # Pull requests.

    @route("GET /repos/{owner}/{repo}/pulls")
    def pulls(self, call: Call) -> object:
        wanted = call.request.one("state", "open")
        found = [one for one in newest_first(call.repository.pulls) if wanted in {"all", one.state}]
        return page(call, [self.said_pull(call.repository, one) for one in found])

    @route("GET /repos/{owner}/{repo}/pulls/{index}")
    def pull(self, call: Call) -> object:
        return self.said_pull(call.repository, self._pull(call))

    @route("POST /repos/{owner}/{repo}/pulls", 201)
    def open_pull(self, call: Call) -> object:
        repository, said = call.repository, call.body
        branch, base = said["head"], said["base"]
        if repository.head(branch) is None or repository.head(base) is None:
            raise No(404, self.nothing)
        for one in repository.pulls:
            if (one.branch, one.base, one.state, one.fork) == (branch, base, "open", False):
                words = f"pull request already exists for these targets [id: {one.number}, issue_id: {one.number}]"
                raise No(409, words)
        made = repository.open_pull(branch, base, said["title"], call.person.login, said.get("body", ""))
        made.draft = made.title.startswith("WIP:")
        made.labels += self._named(call)
        return self.said_pull(repository, made)

    @route("PATCH /repos/{owner}/{repo}/pulls/{index}", 201)
    def change_pull(self, call: Call) -> object:
        pull = self._pull(call)
        for name in call.body.get("assignees", ()):
            if name not in call.repository.people:
                raise No(422, f"Assignee does not exist: [name: {name}]")
        pull.assignees = call.body.get("assignees", pull.assignees)
        change(pull, call.body)
        pull.draft = pull.title.startswith("WIP:")
        return self.said_pull(call.repository, pull)

    @route("GET /repos/{owner}/{repo}/pulls/{index}.{diffType}")
    def diff(self, call: Call) -> object:
        pull = self._pull(call)
        words = ("diff", f"refs/heads/{pull.base}...{pull.frozen}")
        return Answer(200, state.git(call.repository.folder, *words).encode(), {"Content-Type": "text/plain"})

    @route("POST /repos/{owner}/{repo}/pulls/{index}/requested_reviewers", 201)
    def request_reviewers(self, call: Call) -> object:
        pull = self._pull(call)
        for name in call.body.get("reviewers", ()):
            if name not in call.repository.people:
                raise No(404, f"User does not exist: [name: {name}]")
        pull.reviewers += call.body.get("reviewers", ())
        pull.teams += call.body.get("team_reviewers", ())
        return [{"id": next(call.repository.ids), "state": "REQUEST_REVIEW"}]

    @route("GET /repos/{owner}/{repo}/pulls/{index}/reviews")
    def reviews(self, call: Call) -> object:
        said = [{"id": one.number, "state": "COMMENT", "comments_count": 1} for one in self._pull(call).remarks]
        asked = {"id": 1, "state": "REQUEST_REVIEW", "comments_count": 0}
        return page(call, [asked, *said])

    @route("GET /repos/{owner}/{repo}/pulls/{index}/reviews/{id}/comments")
    def review_comments(self, call: Call) -> object:
        found = [one for one in self._pull(call).remarks if one.number == int(call.names["id"])]
        return [{"id": one.number, "path": one.path, "position": one.line, "body": one.body} for one in found]

    @route("POST /repos/{owner}/{repo}/pulls/{index}/reviews")
    def review(self, call: Call) -> object:
        pull, said = self._pull(call), call.body
        patches = call.repository.changes(f"refs/heads/{pull.base}", said["commit_id"])
        for one in said["comments"]:
            if one["new_position"] not in shown_lines(patches.get(one["path"], "")):
                raise No(422, "line is not in the diff")
            place = (one["path"], one["new_position"], 0, said["commit_id"])
            pull.remarks.append(state.Comment(next(call.repository.ids), call.person.login, one["body"], *place))
        return {"id": next(call.repository.ids), "state": "COMMENT", "comments_count": len(said["comments"])}

    def _pull(self, call: Call) -> state.Pull:
        return pull_of(call, call.names["index"])

    # Issues.

    @route("GET /repos/{owner}/{repo}/issues")
    def issues(self, call: Call) -> object:
        wanted, creator = call.request.one("state", "open"), call.request.one("created_by")
        found = [
            self.said_issue(call.repository, one)
            for one in newest_first(list(call.repository.issues.values()))
            if wanted in {"all", one.state} and creator in {"", one.author} and not isinstance(one, state.Pull)
        ]
        return page(call, found)

    @route("POST /repos/{owner}/{repo}/issues", 201)
    def open_issue(self, call: Call) -> object:
        words = (call.body["title"], call.body.get("body", ""), call.person.login)
        return self.said_issue(call.repository, call.repository.open_issue(*words, tuple(self._named(call))))

    @route("PATCH /repos/{owner}/{repo}/issues/{index}", 201)
    def change_issue(self, call: Call) -> object:
        issue = issue_of(call, call.names["index"])
        change(issue, call.body)
        return self.said_issue(call.repository, issue)

    @route("GET /repos/{owner}/{repo}/issues/{index}/comments")
    def comments(self, call: Call) -> object:
        return [said_comment(one) for one in issue_of(call, call.names["index"]).comments]

    @route("POST /repos/{owner}/{repo}/issues/{index}/comments", 201)
    def add_comment(self, call: Call) -> object:
        number = issue_of(call, call.names["index"]).number
        return said_comment(call.repository.say(number, call.body["body"], call.person.login))

    # Statuses.

    @route("GET /repos/{owner}/{repo}/commits/{ref}/statuses")
    def statuses(self, call: Call) -> object:
        found = [one for one in reversed(call.repository.statuses) if one.commit == call.names["ref"]]
        return page(call, [said_status(one) for one in found])

    @route("POST /repos/{owner}/{repo}/statuses/{sha}", 201)
    def add_status(self, call: Call) -> object:
        if not call.repository.has(call.names["sha"]):
            raise No(404, "object does not exist")
        number = 1 + len(call.repository.statuses)
        words = (call.body["context"], call.body["state"], call.body.get("description", ""))
        made = state.Status(number, call.names["sha"], *words)
        call.repository.statuses.append(made)
        return said_status(made)

    # What things are in an answer.

    def said_repository(self, one: state.Repository) -> dict[str, Any]:
        return {
            "id": one.number,
            "name": one.name,
            "full_name": one.path,
            "owner": said_user(one.owner),
            "clone_url": one.clone_url,
            "html_url": f"{self.server.address}/{one.path}",
            "default_branch": one.default_branch,
            "archived": one.archived,
            "private": one.private,
            "fork": False,
        }

    def said_pull(self, repository: state.Repository, one: state.Pull) -> dict[str, Any]:
        is_there = repository.head(one.branch) is not None
        # A branch that is gone is known by the pull request's own reference.
        head = {"label": one.branch, "ref": one.branch if is_there else f"refs/pull/{one.number}/head"}
        base = {"label": one.base, "ref": one.base, "sha": repository.head(one.base), "repo_id": repository.number}
        return {
            **self._said(one),
            "html_url": f"{self.server.address}/{repository.path}/pulls/{one.number}",
            "merged": one.merged,
            "draft": one.draft,
            "head": {**head, "sha": one.frozen, "repo_id": 1 if one.fork else repository.number},
            "base": base,
        }

    def said_issue(self, repository: state.Repository, one: state.Issue) -> dict[str, Any]:
        return {**self._said(one), "html_url": f"{self.server.address}/{repository.path}/issues/{one.number}"}

    def _said(self, one: state.Issue) -> dict[str, Any]:
        return {
            "number": one.number,
            "title": one.title,
            "body": one.body,
            "state": one.state,
            "user": said_user(one.author),
            "labels": [{"name": name} for name in one.labels] or None,
            "assignees": [said_user(name) for name in one.assignees] or None,
        }


def said_user(login: str) -> dict[str, Any]:
    """A person in an answer."""
    return {"id": zlib.crc32(login.encode()), "login": login}


def said_comment(one: state.Comment) -> dict[str, Any]:
    """A comment in an answer."""
    return {"id": one.number, "body": one.body, "user": said_user(one.author)}


def said_status(one: state.Status) -> dict[str, Any]:
    """A commit status in an answer."""
    return {"id": one.number, "status": one.state, "context": one.name, "description": one.title}


def change(issue: state.Issue, said: dict[str, Any]) -> None:
    """Change words and state of an issue or pull request."""
    issue.title = said.get("title", issue.title)
    issue.body = said.get("body", issue.body)
    issue.state = said.get("state", issue.state)
