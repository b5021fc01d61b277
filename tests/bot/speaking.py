"""What GitLab, and Gitea and Forgejo, say of a repository: their deliveries, as their documentation has them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from tests.bot.sending import body_of, gitea, gitlab

if TYPE_CHECKING:
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


def speaking(kind: str, shop: Repository) -> Gitea | GitLab:
    """What a forge of that kind says of a repository."""
    return GitLab(shop) if kind == "gitlab" else Gitea(shop)


def delivered(kind: str, said: Said, name: str) -> tuple[bytes, dict[str, str]]:
    """A delivery's body and headers."""
    event, payload = said
    body = body_of(payload)
    return body, gitlab(event, delivery=name) if kind == "gitlab" else gitea(event, body, delivery=name)
