"""GitHub's part of the stand-in: what its API does, over the state. What it says is checked by its own description."""

from __future__ import annotations

import functools
import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from stackfix.forge.remarks import shown_lines
from tests.forge import state
from tests.forge.contract import LONG_AGO
from tests.forge.routing import Call, No, Routed, issue_of, page, pull_of, route
from tests.forge.server import Answer, Person

if TYPE_CHECKING:
    from tests.forge.server import Request, Server

APP = 4711


@functools.cache
def private_key() -> rsa.RSAPrivateKey:
    """The App's key: made once, since that takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Api(Routed):
    """GitHub over the state of a server."""

    prefix = "/api/v3"
    kind = "github"

    def __init__(self, server: Server) -> None:
        """`installed` are the owners that the App is installed on, `may_check` whether it may make check runs."""
        super().__init__(server)
        self.installed: dict[str, int] = {}
        self.may_check = True
        self.code = ""

    def environment(self) -> dict[str, str]:
        return {"GITHUB_TOKEN": self.server.token, "GITHUB_API_URL": self.server.address + self.prefix}

    def app_environment(self) -> dict[str, str]:
        """The variables of the GitHub App; `install` puts it on an owner's repositories."""
        key = private_key().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        return {
            "STACKFIX_GITHUB_APP_ID": str(APP),
            "STACKFIX_GITHUB_APP_PRIVATE_KEY": key.decode(),
            "GITHUB_API_URL": self.server.address + self.prefix,
        }

    def install(self, owner: str) -> int:
        """Install the App on all repositories of an owner."""
        self.installed[owner] = 9000 + len(self.installed)
        for one in self.server.repositories.values():
            if one.owner == owner:
                one.people["stackfix[bot]"] = state.MAY_WRITE
        return self.installed[owner]

    def refusal(self, status: int, words: object) -> Answer:
        return Answer(
            status, {"message": words, "documentation_url": "https://docs.github.com/rest", "status": str(status)}
        )

    def redirected(self, request: Request) -> Answer | None:
        """What an old name answers; the address by number that it gives stands in no description."""
        if matched := re.match(r"/repositories/(\d+)", request.path):
            found = next(one for one in self.server.repositories.values() if one.number == int(matched[1]))
            request.path = f"/repos/{found.path}" + request.path[matched.end() :]
            return None
        matched = re.match(r"/repos/([^/]+/[^/]+)(.*)", request.path)
        if matched is None or matched[1] not in self.server.renamed:
            return None
        found = self.server.repositories[self.server.renamed[matched[1]]]
        answer = self.refusal(301 if request.method == "GET" else 307, "Moved Permanently")
        answer.headers["Location"] = f"{self.server.address}{self.prefix}/repositories/{found.number}{matched[2]}"
        return answer

    def person(self, request: Request) -> Person:
        if request.path.startswith("/app-manifests/"):
            return Person("whoever has the code")
        if request.token.count(".") == 2:
            try:
                key = private_key().public_key()
                claims = jwt.decode(request.token, key, algorithms=["RS256"], options={"verify_iss": False})
            except jwt.PyJWTError:
                raise No(401, "A JSON web token could not be decoded") from None
            if str(claims["iss"]) != str(APP) or claims["exp"] - claims["iat"] > 600 + 60:
                raise No(401, "'Expiration time' claim ('exp') is too far in the future")
            return Person("stackfix (the App itself)")
        return super().person(request)

    def repository_of(self, call: Call) -> state.Repository | None:
        return None if call.request.path.endswith("/installation") else super().repository_of(call)

    def forbidden(self, call: Call) -> No:
        kind = "integration" if call.person.is_app else "personal access token"
        return No(403, f"Resource not accessible by {kind}")

    # Who one is.

    @route("GET /user")
    def user(self, call: Call) -> object:
        if call.person.is_app:
            raise No(403, "Resource not accessible by integration")
        return {**self.said_user(call.person.login), "user_view_type": "public"}

    @route("GET /app")
    def app(self, call: Call) -> object:  # noqa: ARG002 - all may ask it
        return {"slug": "stackfix", "name": "stackfix"}

    @route("POST /app-manifests/{code}/conversions", 201)
    def convert(self, call: Call) -> object:
        if call.names["code"] != self.code:
            raise No(404, "Not Found")
        # Good for once.
        self.code = ""
        pem = self.app_environment()["STACKFIX_GITHUB_APP_PRIVATE_KEY"]
        secrets = {"client_id": "Iv1.0", "client_secret": "of-no-use-here", "webhook_secret": "from-github-0123456789"}
        return {
            "id": APP,
            "name": "stackfix acme",
            "html_url": f"{self.server.address}/apps/stackfix",
            "pem": pem,
            **secrets,
        }

    @route("GET /app/installations")
    def installations(self, call: Call) -> object:
        return page(call, [{"id": number} for number in self.installed.values()])

    @route("GET /repos/{owner}/{repo}/installation")
    def repository_installation(self, call: Call) -> object:
        if f"{call.names['owner']}/{call.names['repo']}" not in self.server.repositories:
            raise No(404, "Not Found")
        return self._installation(call.names["owner"])

    @route("GET /orgs/{org}/installation")
    def organisation_installation(self, call: Call) -> object:
        return self._installation(call.names["org"])

    @route("GET /users/{username}/installation")
    def user_installation(self, call: Call) -> object:
        return self._installation(call.names["username"])

    def _installation(self, owner: str) -> object:
        if owner not in self.installed:
            raise No(404, "Not Found")
        return {"id": self.installed[owner]}

    @route("POST /app/installations/{installation_id}/access_tokens", 201)
    def access_token(self, call: Call) -> object:
        number = int(call.names["installation_id"])
        if number not in self.installed.values():
            raise No(404, "Not Found")
        token = f"ghs_installation{number}x{len(self.server.people)}"
        until = time.time() + 3600
        self.server.people[token] = Person("stackfix[bot]", is_app=True, until=until)
        return {"token": token, "expires_at": datetime.fromtimestamp(until, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}

    # Repositories.

    @route("GET /repos/{owner}/{repo}")
    def repository(self, call: Call) -> object:
        return self.said_repository(call.repository)

    @route("GET /orgs/{org}/repos")
    def organisation_repositories(self, call: Call) -> object:
        return page(call, self._owned(call, call.names["org"]))

    @route("GET /users/{username}/repos")
    def person_repositories(self, call: Call) -> object:
        return page(call, self._owned(call, call.names["username"]))

    @route("GET /user/repos")
    def own_repositories(self, call: Call) -> object:
        return page(call, self._seen(call))

    @route("GET /installation/repositories")
    def installed_repositories(self, call: Call) -> object:
        found = [
            one for one in self._seen(call) if call.person.login in self.server.repositories[one["full_name"]].people
        ]
        return {"total_count": len(found), "repositories": page(call, found)}

    @route("GET /search/repositories")
    def search(self, call: Call) -> object:
        words = call.request.one("q").split()
        found = [one for one in self._seen(call) if all(fits(one, word) for word in words)]
        items = [{**one, "score": 1.0} for one in page(call, found)]
        return {"total_count": len(found), "incomplete_results": False, "items": items}

    def _owned(self, call: Call, owner: str) -> list[dict[str, Any]]:
        if not self.is_owner(owner, individual=call.request.path.startswith("/users/")):
            raise No(404, "Not Found")
        return [one for one in self._seen(call) if one["owner"]["login"] == owner]

    def _seen(self, call: Call) -> list[dict[str, Any]]:
        return [self.said_repository(one) for one in self.seen(call)]

    @route("GET /repos/{owner}/{repo}/collaborators/{username}/permission")
    def permission(self, call: Call) -> object:
        if not self.server.may(call.person.login, call.repository.path, write=True):
            raise No(403, "Must have push access to view collaborator permission.")
        name = call.names["username"]
        if name not in call.repository.people and name not in {person.login for person in self.server.people.values()}:
            raise No(404, f"{name} is not a user")
        grade = call.repository.people.get(name, state.MAY_READ)
        return {"permission": grade, "role_name": grade, "user": self.said_user(name)}

    # Pull requests.

    @route("GET /repos/{owner}/{repo}/pulls")
    def pulls(self, call: Call) -> object:
        wanted, head, base = call.request.one("state", "open"), call.request.one("head"), call.request.one("base")
        found = [
            one
            for one in call.repository.pulls
            if wanted in {"all", one.state}
            and head in {"", f"{one.author if one.fork else call.repository.owner}:{one.branch}"}
            and base in {"", one.base}
        ]
        found.sort(key=lambda one: one.number, reverse=call.request.one("direction", "desc") == "desc")
        return page(call, [self.said_pull(call.repository, one) for one in found])

    @route("GET /repos/{owner}/{repo}/pulls/{pull_number}")
    def pull(self, call: Call) -> object:
        return self.said_pull(call.repository, self._pull(call))

    @route("POST /repos/{owner}/{repo}/pulls", 201)
    def open_pull(self, call: Call) -> object:
        repository, said = call.repository, call.body
        branch, base = said["head"].rpartition(":")[2], said["base"]
        for name, field in ((branch, "head"), (base, "base")):
            if repository.head(name) is None:
                raise invalid({"resource": "PullRequest", "field": field, "code": "invalid"})
        if any(
            (one.branch, one.base, one.state, one.fork) == (branch, base, "open", False) for one in repository.pulls
        ):
            words = f"A pull request already exists for {repository.owner}:{branch}."
            raise invalid({"resource": "PullRequest", "code": "custom", "message": words})
        if repository.head(branch) == repository.head(base):
            words = f"No commits between {base} and {branch}"
            raise invalid({"resource": "PullRequest", "code": "custom", "message": words})
        if said.get("draft") and repository.private:
            raise No(422, "Draft pull requests are not supported in this repository.")
        made = repository.open_pull(branch, base, said["title"], call.person.login, said.get("body") or "")
        made.draft = said.get("draft", False)
        return self.said_pull(repository, made)

    @route("PATCH /repos/{owner}/{repo}/pulls/{pull_number}")
    def change_pull(self, call: Call) -> object:
        change(self._pull(call), call.body)
        return self.said_pull(call.repository, self._pull(call))

    @route("GET /repos/{owner}/{repo}/pulls/{pull_number}/files")
    def files(self, call: Call) -> object:
        pull = self._pull(call)
        found = call.repository.changes(f"refs/heads/{pull.base}", pull.frozen)
        said = [{"filename": name, "status": "modified", "patch": patch} for name, patch in found.items()]
        return page(call, said)

    @route("GET /repos/{owner}/{repo}/pulls/{pull_number}/comments")
    def remarks(self, call: Call) -> object:
        said = [
            {
                "id": one.number,
                "path": one.path,
                "body": one.body,
                "line": one.line,
                "start_line": one.start_line or None,
                "commit_id": one.commit,
                "user": self.said_user(one.author),
            }
            for one in self._pull(call).remarks
        ]
        return page(call, said)

    @route("POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews")
    def review(self, call: Call) -> object:
        pull, said = self._pull(call), call.body
        if not call.repository.has(said["commit_id"]) or not said.get("body"):
            raise No(422, "Unprocessable Entity", [])
        patches = call.repository.changes(f"refs/heads/{pull.base}", said["commit_id"])
        for one in said.get("comments", ()):
            lines = shown_lines(patches.get(one["path"], ""))
            if not {one["line"], one.get("start_line", one["line"])} <= lines.keys() or one["side"] != "RIGHT":
                raise No(422, "Unprocessable Entity", [])
        for one in said.get("comments", ()):
            place = (one["path"], one["line"], one.get("start_line", 0), said["commit_id"])
            number = next(call.repository.ids)
            pull.remarks.append(state.Comment(number, call.person.login, one["body"], *place))
        return {"id": 1, "body": said.get("body", ""), "state": "COMMENTED", "commit_id": said["commit_id"]}

    @route("POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers", 201)
    def request_reviewers(self, call: Call) -> object:
        pull = self._pull(call)
        for name in call.body.get("reviewers", ()):
            if name == pull.author:
                raise No(422, "Review cannot be requested from pull request author.")
            if name not in call.repository.people:
                raise No(422, "Reviews may only be requested from collaborators.")
        pull.reviewers += call.body.get("reviewers", ())
        pull.teams += call.body.get("team_reviewers", ())
        return self.said_pull(call.repository, pull)

    def _pull(self, call: Call) -> state.Pull:
        return pull_of(call, call.names["pull_number"])

    # Issues.

    @route("GET /repos/{owner}/{repo}/issues")
    def issues(self, call: Call) -> object:
        _ = call.repository.pulls
        wanted, creator = call.request.one("state", "open"), call.request.one("creator")
        found = [
            one
            for one in call.repository.issues.values()
            if wanted in {"all", one.state} and creator in {"", one.author}
        ]
        found.sort(key=lambda one: one.number, reverse=call.request.one("direction", "desc") == "desc")
        return page(call, [self.said_issue(call.repository, one) for one in found])

    @route("POST /repos/{owner}/{repo}/issues", 201)
    def open_issue(self, call: Call) -> object:
        said = call.body
        made = call.repository.open_issue(
            said["title"], said.get("body", ""), call.person.login, tuple(said.get("labels", ()))
        )
        return self.said_issue(call.repository, made)

    @route("PATCH /repos/{owner}/{repo}/issues/{issue_number}")
    def change_issue(self, call: Call) -> object:
        change(self._issue(call), call.body)
        return self.said_issue(call.repository, self._issue(call))

    @route("GET /repos/{owner}/{repo}/issues/{issue_number}/comments")
    def comments(self, call: Call) -> object:
        return page(call, [self.said_comment(one) for one in self._issue(call).comments])

    @route("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", 201)
    def add_comment(self, call: Call) -> object:
        return self.said_comment(call.repository.say(self._issue(call).number, call.body["body"], call.person.login))

    @route("POST /repos/{owner}/{repo}/issues/{issue_number}/labels")
    def add_labels(self, call: Call) -> object:
        issue = self._issue(call)
        issue.labels += [name for name in call.body["labels"] if name not in issue.labels]
        return [{"name": name} for name in issue.labels]

    @route("POST /repos/{owner}/{repo}/issues/{issue_number}/assignees", 201)
    def add_assignees(self, call: Call) -> object:
        issue = self._issue(call)
        # GitHub passes over names that it doesn't take.
        issue.assignees += [name for name in call.body["assignees"] if name in call.repository.people]
        return self.said_issue(call.repository, issue)

    def _issue(self, call: Call) -> state.Issue:
        return issue_of(call, call.names["issue_number"])

    # Statuses and check runs.

    @route("GET /repos/{owner}/{repo}/commits/{ref}/statuses")
    def statuses(self, call: Call) -> object:
        found = [one for one in reversed(call.repository.statuses) if one.commit == call.names["ref"]]
        return page(call, [said_status(one) for one in found])

    @route("POST /repos/{owner}/{repo}/statuses/{sha}", 201)
    def add_status(self, call: Call) -> object:
        if not call.repository.has(call.names["sha"]):
            raise No(422, f"No commit found for SHA: {call.names['sha']}")
        if len(call.body.get("description") or "") > 140:
            raise invalid(
                {"resource": "Status", "code": "custom", "message": "description is too long (maximum is 140)"}
            )
        number = 1 + len(call.repository.statuses)
        words = (call.body.get("context", "default"), call.body["state"], call.body.get("description", ""))
        made = state.Status(number, call.names["sha"], *words)
        call.repository.statuses.append(made)
        return said_status(made)

    @route("GET /repos/{owner}/{repo}/commits/{ref}/check-runs")
    def runs(self, call: Call) -> object:
        found = [one for one in reversed(call.repository.runs) if one.commit == call.names["ref"]]
        if name := call.request.one("check_name"):
            found = [one for one in found if one.name == name]
        if call.request.one("filter", "latest") == "latest":
            found = list({one.name: one for one in reversed(found)}.values())
        return {"total_count": len(found), "check_runs": page(call, [said_run(one) for one in found])}

    @route("POST /repos/{owner}/{repo}/check-runs", 201)
    def add_run(self, call: Call) -> object:
        self._check_may_check(call)
        said = call.body
        if not call.repository.has(said["head_sha"]):
            raise No(422, f"No commit found for SHA: {said['head_sha']}")
        output = said.get("output", {})
        words = (said["name"], said.get("conclusion", ""), output.get("title", ""), output.get("summary", ""))
        made = state.Status(1 + len(call.repository.runs), said["head_sha"], *words)
        made.annotations += output.get("annotations", ())
        call.repository.runs.append(made)
        return said_run(made)

    @route("PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}")
    def change_run(self, call: Call) -> object:
        self._check_may_check(call)
        run = next(one for one in call.repository.runs if one.number == int(call.names["check_run_id"]))
        run.state = call.body.get("conclusion", run.state)
        # Annotations are added to those that are there.
        run.annotations += call.body.get("output", {}).get("annotations", ())
        return said_run(run)

    def _check_may_check(self, call: Call) -> None:
        if not call.person.is_app:
            raise No(403, "You must authenticate via a GitHub App.")
        if not self.may_check:
            raise No(403, "Resource not accessible by integration")

    # What things are in an answer.

    def said_user(self, login: str) -> dict[str, Any]:
        return {"login": login, "type": "Bot" if login.endswith("[bot]") else "User", "site_admin": False}

    def said_repository(self, one: state.Repository) -> dict[str, Any]:
        return {
            "id": one.number,
            "name": one.name,
            "full_name": one.path,
            "owner": self.said_user(one.owner),
            "clone_url": one.clone_url,
            "html_url": f"{self.server.address}/{one.path}",
            "default_branch": one.default_branch,
            "archived": one.archived,
            "private": one.private,
            "fork": False,
        }

    def said_pull(self, repository: state.Repository, one: state.Pull) -> dict[str, Any]:
        there = self.said_repository(repository)
        owner = one.author if one.fork else repository.owner
        away = {
            **there,
            "id": 1,
            "full_name": f"{owner}/{repository.name}",
            "owner": self.said_user(owner),
            "fork": True,
        }
        head = {
            "ref": one.branch,
            "sha": one.frozen,
            "label": f"{owner}:{one.branch}",
            "repo": away if one.fork else there,
        }
        base = {"ref": one.base, "sha": repository.head(one.base) or "", "label": f"{repository.owner}:{one.base}"}
        return {
            **self._said(one),
            "html_url": f"{self.server.address}/{repository.path}/pull/{one.number}",
            "merged_at": LONG_AGO if one.merged else None,
            "draft": one.draft,
            "head": {**head, "user": self.said_user(owner)},
            "base": {**base, "repo": there, "user": self.said_user(repository.owner)},
        }

    def said_issue(self, repository: state.Repository, one: state.Issue) -> dict[str, Any]:
        is_pull = isinstance(one, state.Pull)
        said = {**self._said(one), "html_url": f"{self.server.address}/{repository.path}/issues/{one.number}"}
        merged = "2026-01-01T00:00:00Z" if isinstance(one, state.Pull) and one.merged else None
        return {**said, "pull_request": {"url": "http://127.0.0.1/pull", "merged_at": merged}} if is_pull else said

    def _said(self, one: state.Issue) -> dict[str, Any]:
        return {
            "number": one.number,
            "title": one.title,
            "body": one.body,
            "state": one.state,
            "user": self.said_user(one.author),
            "labels": [{"name": name} for name in one.labels],
            "assignees": [self.said_user(name) for name in one.assignees],
        }

    def said_comment(self, one: state.Comment) -> dict[str, Any]:
        return {"id": one.number, "body": one.body, "user": self.said_user(one.author)}


def said_status(one: state.Status) -> dict[str, Any]:
    """A commit status in an answer."""
    return {"id": one.number, "state": one.state, "context": one.name, "description": one.title}


def said_run(one: state.Status) -> dict[str, Any]:
    """A check run in an answer."""
    output = {"title": one.title, "summary": one.summary, "text": None, "annotations_count": len(one.annotations)}
    return {
        "id": one.number,
        "name": one.name,
        "head_sha": one.commit,
        "status": "completed" if one.state else "in_progress",
        "conclusion": one.state or None,
        "output": {**output, "annotations_url": "http://127.0.0.1/annotations"},
    }


def fits(repository: dict[str, Any], word: str) -> bool:
    """Whether a repository is what a word of a search asks for."""
    name, colon, value = word.partition(":")
    if name in {"org", "user"} and colon:
        return bool(repository["owner"]["login"] == value)
    return word in repository["name"]


def change(issue: state.Issue, said: dict[str, Any]) -> None:
    """Change words and state of an issue or pull request."""
    issue.title = said.get("title", issue.title)
    issue.body = said.get("body", issue.body)
    issue.state = said.get("state", issue.state)


def invalid(error: dict[str, str]) -> No:
    """The 422 that GitHub gives with a list of errors."""
    return No(422, "Validation Failed", [error])
