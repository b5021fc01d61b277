"""The same life on each forge, from what it delivers to what is seen there: a push, a change, a command, a box."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from stackfix.bot import working
from stackfix.bot.app import Setting, app
from stackfix.bot.signatures import Secrets
from stackfix.config.bot import DASHBOARD
from stackfix.fleet.clones import Clones
from tests.bot.conftest import GOOD, MAIN, NGINX
from tests.bot.sending import SECRET, Kept, body_of, gitea, gitlab, post

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.applications import Starlette

    from tests.forge.server import Server
    from tests.forge.state import Issue, Pull, Repository

COMMENTS = count(7)

Said = tuple[str, dict[str, Any]]


@dataclass
class Gitea:
    """What Gitea delivers; Forgejo does the same under another name."""

    shop: Repository

    def _said(self, event: str, user: str = "ada", **more: object) -> Said:
        repository = {"full_name": self.shop.path, "html_url": f"{self.shop.address}/{self.shop.path}"}
        return event, {"repository": repository, "sender": {"login": user}, **more}

    def push(self, branch: str = "main") -> Said:
        return self._said("push", ref=f"refs/heads/{branch}", after=self.shop.head(branch))

    def change(self, pull: Pull, action: str = "opened") -> Said:
        # Where the branch is gone, its name is in the label alone.
        ref = pull.branch if self.shop.head(pull.branch) else f"refs/pull/{pull.number}/head"
        head = {"ref": ref, "label": pull.branch, "sha": pull.frozen, "repo": {"full_name": self.shop.path}}
        return self._said("pull_request", action=action, pull_request={"number": pull.number, "head": head})

    def closed(self, pull: Pull) -> Said:
        return self.change(pull, "closed")

    def comment(self, pull: Pull, text: str, user: str = "ada") -> Said:
        comment = {"id": next(COMMENTS), "body": text, "user": {"login": user}}
        issue = {"number": pull.number, "pull_request": None}
        return self._said("issue_comment", action="created", comment=comment, issue=issue, is_pull=True)

    def edited(self, issue: Issue, before: str, user: str = "ada") -> Said:
        changed = {"body": {"from": before}}
        said = {"number": issue.number, "body": issue.body}
        return self._said("issues", user, action="edited", issue=said, changes=changed)


@dataclass
class GitLab:
    """What GitLab delivers."""

    shop: Repository

    def _said(self, event: str, user: str = "ada", **more: object) -> Said:
        project = {"path_with_namespace": self.shop.path, "web_url": f"{self.shop.address}/{self.shop.path}"}
        return f"{event} Hook", {"project": project, "user": {"username": user}, **more}

    def push(self, branch: str = "main") -> Said:
        return self._said("Push", ref=f"refs/heads/{branch}", after=self.shop.head(branch))

    def change(self, pull: Pull, action: str = "open") -> Said:
        said = {"action": action, "iid": pull.number, "last_commit": {"id": pull.frozen}}
        sides = {"source_branch": pull.branch, "source_project_id": 1000, "target_project_id": 1000}
        return self._said("Merge Request", object_attributes=said | sides)

    def closed(self, pull: Pull) -> Said:
        return self.change(pull, "close")

    def comment(self, pull: Pull, text: str, user: str = "ada") -> Said:
        note = {"id": next(COMMENTS), "note": text, "noteable_type": "MergeRequest", "action": "create"}
        return self._said("Note", user, object_attributes=note, merge_request={"iid": pull.number})

    def edited(self, issue: Issue, before: str, user: str = "ada") -> Said:
        said = {"action": "update", "iid": issue.number, "description": issue.body}
        changes = {"description": {"previous": before, "current": issue.body}}
        return self._said("Issue", user, object_attributes=said, changes=changes)


@dataclass
class Line:
    """A forge's deliveries to the real application, and what is done about what that keeps."""

    kind: str
    server: Starlette
    kept: Kept
    desk: working.Desk
    done: list[str] = field(default_factory=list)

    def deliver(self, said: Said) -> str:
        """What a delivery came to: the word of the work, or why there is none."""
        (event, payload), name = said, f"d-{len(self.done)}"
        body = body_of(payload)
        headers = gitlab(event, delivery=name) if self.kind == "gitlab" else gitea(event, body, delivery=name)
        before = len(self.kept.works)
        answer = post(self.server, f"/webhooks/{self.kind}", body, headers)
        assert answer.status_code in {200, 202}, answer.text
        works = list(self.kept.works.values())[before:]
        self.done += [working.done(self.desk, work) for work in works] or [answer.json()["message"]]
        return self.done[-1]


@pytest.mark.parametrize("kind", ["gitlab", "gitea"])
def test_a_repository_is_looked_after(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    server: Server = request.getfixturevalue(f"{kind}_server")
    shop = server.add("acme/shop", {**GOOD, "nginx.conf": NGINX % 5000})
    shop.people |= {"ada": "write", "eve": "read"}
    kept = Kept()
    line = Line(
        kind,
        app(Setting({kind: Secrets((SECRET,))}, kept)),
        kept,
        working.Desk(Clones(tmp_path / "clones"), server.environment),
    )
    says = GitLab(shop) if kind == "gitlab" else Gitea(shop)

    assert line.deliver(says.push()).endswith("stackfix/fixes opened")
    (pull,) = shop.pulls
    assert shop.read("nginx.conf", "stackfix/fixes") == NGINX % 8000
    (board,) = [one for one in shop.issues.values() if one.title == DASHBOARD]
    assert "stackfix/fixes" in board.body
    assert line.deliver(says.push()).endswith("stackfix/fixes unchanged")
    assert line.deliver(says.push("stackfix/fixes")) == "ignored: push to a branch of ours"

    assert line.deliver(says.comment(pull, "/stackfix rebase", "eve")).endswith("may not write")
    assert pull.comments == []
    assert line.deliver(says.comment(pull, "/stackfix ignore proxy-port")) == "1 commands obeyed"
    assert any("left alone" in comment.body for comment in pull.comments)
    assert shop.pull(pull.number).state == "closed"
    assert line.deliver(says.closed(pull)).startswith("0 found, 0 fixed")

    before = board.body
    board.body = before.replace("- [ ]", "- [x]")
    assert line.deliver(says.edited(board, before, "eve")) == "whoever ticked it may not write"
    # What we write ourselves, and what a person changes beside it, asks for nothing that somebody else has ticked.
    assert line.deliver(says.edited(board, board.body + " ", server.login)).startswith("ignored: issue in which no box")
    assert line.deliver(says.edited(board, before)).endswith("stackfix/fixes opened")

    shop.commit({"nginx.conf": NGINX % 8000, "main.py": MAIN})
    shop.commit({"nginx.conf": NGINX % 7000}, "change")
    change = shop.open_pull("change")
    assert line.deliver(says.change(change)) == "1 introduced"
    status = shop.statuses[-1]
    assert (status.commit, status.title) == (change.frozen, "1 wire stops meeting")
    assert status.state in {"failed", "failure"}
    assert any("proxy_pass http://api:8000;" in remark.body for remark in shop.pull(change.number).remarks)
