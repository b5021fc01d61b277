"""A delivery as what it means to us. What means nothing is ignored by its name; what can't be read is Malformed.

May import boxes, events, payload and signatures, of this package.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from stackfix.bot import boxes, payload, signatures
from stackfix.bot.events import (
    BRANCHES,
    Changed,
    Closed,
    Commanded,
    Event,
    Ignored,
    Installed,
    Place,
    Pushed,
    Ticked,
)
from stackfix.bot.payload import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_HEADS = "refs/heads/"
_COMMAND = re.compile(r"^ {0,3}/stackfix(\s|$)", re.MULTILINE)
_NAME = re.compile(r"[a-z0-9_ ]{1,60}")
_DELIVERY = re.compile(r"[\w.:-]{1,200}", re.ASCII)
_LONGEST_COMMENT = 20_000


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request: the forge's own name of it, which a repetition bears too, the kind of event, and what it means."""

    identity: str
    name: str
    event: Event


def read(kind: str, headers: Mapping[str, str], body: bytes) -> Delivery:
    """What a proved body means. Malformed where it is none of the forge's. Names of headers are in lower case."""
    name = next((headers[header] for header in _NAMES[kind] if headers.get(header)), "").lower()
    if not _NAME.fullmatch(name):
        raise Malformed("no header says what event it is")
    identity = _identity(kind, headers, body)
    said = payload.parsed(body, headers.get("content-type", ""))
    if not isinstance(said, dict):
        raise Malformed("the body is no object")
    readers: Mapping[str, Callable[[str, object], Event]] = _GITLAB if kind == signatures.GITLAB else _HUB
    event = readers.get(name, _others)(kind, said)
    if isinstance(event, Commanded):
        # What somebody wrote is obeyed once, whatever name the same words are delivered under.
        identity = f"{kind}:{event.place.host}/{event.place.path}:comment:{event.comment}"
    return Delivery(identity, name if name in readers else "other", event)


def _others(_: str, __: object) -> Event:
    return Ignored("an event that means nothing here")


_NAMES = {
    signatures.GITHUB: ("x-github-event",),
    signatures.GITLAB: ("x-gitlab-event",),
    signatures.GITEA: ("x-forgejo-event", "x-gitea-event"),
}


def _identity(kind: str, headers: Mapping[str, str], body: bytes) -> str:
    names = {
        signatures.GITHUB: ("x-github-delivery",),
        signatures.GITLAB: ("webhook-id", "idempotency-key"),
        signatures.GITEA: ("x-forgejo-delivery", "x-gitea-delivery"),
    }[kind]
    given = next((headers[name] for name in names if headers.get(name)), "")
    if not given and kind == signatures.GITLAB and (chain := headers.get("x-gitlab-event-uuid")):
        # All webhooks that one event sets off have it, also those of what was done about it: the body tells them apart.
        given = f"{chain}-{sha256(body).hexdigest()[:16]}"
    if not _DELIVERY.fullmatch(given):
        raise Malformed("no header names the delivery")
    return f"{kind}:{given}"


# --- GitHub, and Gitea and Forgejo, which speak as it does -----------------------------------------------------------


def _hub_place(kind: str, said: object) -> Place:
    return Place(kind, payload.host(said, "repository", "html_url"), payload.path(said, "repository", "full_name"))


def _hub_push(kind: str, said: object) -> Event:
    return _pushed(_hub_place(kind, said), said)


def _pushed(place: Place, said: object) -> Event:
    """Which branch is repaired, the configuration says, which isn't here: any but ours may be."""
    if not payload.text(said, "ref").startswith(_HEADS):
        return Ignored("push of no branch")
    branch, head = (
        payload.branch({"ref": payload.text(said, "ref").removeprefix(_HEADS)}, "ref"),
        payload.commit(said, "after"),
    )
    if branch.startswith(BRANCHES):
        return Ignored("push to a branch of ours")
    return Ignored("branch deleted") if not head.strip("0") else Pushed(place, branch, head)


_OPENED = frozenset({"opened", "reopened", "synchronize", "synchronized"})


def _hub_pull_request(kind: str, said: object) -> Event:
    action = payload.text(said, "action")
    number = payload.number(said, "pull_request", "number")
    # Another base (GitHub's word, and Gitea's) has other faults; other words have not.
    is_moved = any(payload.value(said, "changes", name) is not None for name in ("base", "ref"))
    if action in _OPENED or (action == "edited" and is_moved):
        return Changed(_hub_place(kind, said), number, payload.commit(said, "pull_request", "head", "sha"))
    if action == "closed":
        branch = _hub_branch(kind, said)
        is_own = payload.value(said, "pull_request", "head", "repo", "full_name") == payload.path(
            said, "repository", "full_name"
        )
        return _closed(_hub_place(kind, said), number, branch if is_own else "")
    return Ignored("pull request, no other commits")


def _hub_branch(kind: str, said: object) -> str:
    """The branch of a pull request; of one that is gone Gitea has the name in the label alone."""
    where = ("pull_request", "head")
    is_gone = kind == signatures.GITEA and payload.text(said, *where, "ref").startswith("refs/")
    return payload.branch(said, *where, "label" if is_gone else "ref")


def _closed(place: Place, number: int, branch: str) -> Event:
    return Closed(place, number, branch) if branch.startswith(BRANCHES) else Ignored("pull request of others closed")


def _hub_comment(kind: str, said: object) -> Event:
    words = payload.text(said, "comment", "body")
    if payload.text(said, "action") != "created" or not _COMMAND.search(words):
        return Ignored("comment without command")
    if payload.text(said, "comment", "user", "type").lower() == "bot":
        return Ignored("comment of a bot")
    user = payload.user(said, "comment", "user", "login")
    comment = str(payload.number(said, "comment", "id"))
    number = payload.number(said, "issue", "number")
    # Gitea says it in other places, too, and not in all of its versions in this one.
    signs = [("issue", "pull_request"), ("pull_request",)]
    on_issue = not payload.flag(said, "is_pull") and all(payload.value(said, *sign) is None for sign in signs)
    return Commanded(_hub_place(kind, said), number, user, words[:_LONGEST_COMMENT], comment, on_issue)


def _hub_issue(kind: str, said: object) -> Event:
    if payload.text(said, "action") != "edited":
        return Ignored("issue, not its text")
    if payload.text(said, "sender", "type").lower() == "bot":
        return Ignored("issue changed by a bot")
    before = payload.value(said, "changes", "body") and payload.text(said, "changes", "body", "from")
    after = payload.text(said, "issue", "body")
    user = payload.user(said, "sender", "login")
    return _ticked(_hub_place(kind, said), payload.number(said, "issue", "number"), user, (before, after))


def _ticked(place: Place, number: int, user: str, change: tuple[object, str]) -> Event:
    """Of the boxes that are ticked those alone that this change has ticked: the others are somebody else's, or ours.

    Each time that we write the dashboard anew, we are told of it under our own name, which may write.
    """
    before, after = change
    found = boxes.newly_ticked(before, after) if isinstance(before, str) else ()
    return Ticked(place, number, user, found) if found else Ignored("issue in which no box was ticked")


def _hub_installation(kind: str, said: object) -> Event:
    if payload.text(said, "action") not in {"created", "unsuspend"}:
        return Ignored("installation taken away or changed")
    return _installed(kind, payload.host(said, "installation", "html_url"), payload.rows(said, "repositories"))


def _hub_installation_repositories(kind: str, said: object) -> Event:
    host = payload.host(said, "installation", "html_url")
    return _installed(kind, host, payload.rows(said, "repositories_added"))


def _installed(kind: str, host: str, rows: list[object]) -> Event:
    places = tuple(Place(kind, host, payload.path(row, "full_name")) for row in rows)
    return Installed(places) if places else Ignored("installation without repositories")


def _hub_repository(kind: str, said: object) -> Event:
    if payload.text(said, "action") not in {"created", "transferred", "unarchived"}:
        return Ignored("repository, nothing new in it")
    return Installed((_hub_place(kind, said),))


def _hub_check_run(kind: str, said: object) -> Event:
    return _asked_again(kind, said, "check_run")


def _hub_check_suite(kind: str, said: object) -> Event:
    return _asked_again(kind, said, "check_suite")


def _asked_again(kind: str, said: object, what: str) -> Event:
    """Somebody asks for a check once more."""
    rows = payload.rows(said, what, "pull_requests")
    if payload.text(said, "action") != "rerequested" or not rows:
        return Ignored("check")
    head = payload.commit(said, what, "head_sha")
    return Changed(_hub_place(kind, said), payload.number(rows[0], "number"), head)


def _ping(_: str, __: object) -> Event:
    return Ignored("ping")


_HUB: Mapping[str, Callable[[str, object], Event]] = {
    "ping": _ping,
    "push": _hub_push,
    "pull_request": _hub_pull_request,
    "pull_request_sync": _hub_pull_request,
    "issue_comment": _hub_comment,
    "pull_request_comment": _hub_comment,
    "issues": _hub_issue,
    "installation": _hub_installation,
    "installation_repositories": _hub_installation_repositories,
    "repository": _hub_repository,
    "check_run": _hub_check_run,
    "check_suite": _hub_check_suite,
}


# --- GitLab ----------------------------------------------------------------------------------------------------------


def _lab_place(kind: str, said: object) -> Place:
    return Place(kind, payload.host(said, "project", "web_url"), payload.path(said, "project", "path_with_namespace"))


def _lab_push(kind: str, said: object) -> Event:
    return _pushed(_lab_place(kind, said), said)


def _lab_merge_request(kind: str, said: object) -> Event:
    action = payload.text(said, "object_attributes", "action")
    number = payload.number(said, "object_attributes", "iid")
    # An update without another commit before it has only other words; another base is told as a change.
    is_update = action == "update" and (
        payload.value(said, "object_attributes", "oldrev") is not None
        or payload.value(said, "changes", "target_branch") is not None
    )
    if action in {"open", "reopen"} or is_update:
        return Changed(_lab_place(kind, said), number, payload.commit(said, "object_attributes", "last_commit", "id"))
    if action in {"close", "merge"}:
        branch = payload.branch(said, "object_attributes", "source_branch")
        sides = [payload.value(said, "object_attributes", f"{side}_project_id") for side in ("source", "target")]
        return _closed(_lab_place(kind, said), number, branch if sides[0] == sides[1] else "")
    return Ignored("merge request, no other commits")


def _lab_note(kind: str, said: object) -> Event:
    words = payload.text(said, "object_attributes", "note")
    place_in = {"MergeRequest": "merge_request", "Issue": "issue"}.get(
        payload.text(said, "object_attributes", "noteable_type")
    )
    if payload.text(said, "object_attributes", "action") not in {"", "create"} or not _COMMAND.search(words):
        return Ignored("comment without command")
    if place_in is None:
        return Ignored("comment of something else")
    user, comment = payload.user(said, "user", "username"), str(payload.number(said, "object_attributes", "id"))
    number, on_issue = payload.number(said, place_in, "iid"), place_in == "issue"
    return Commanded(_lab_place(kind, said), number, user, words[:_LONGEST_COMMENT], comment, on_issue)


def _lab_issue(kind: str, said: object) -> Event:
    if payload.text(said, "object_attributes", "action") != "update":
        return Ignored("issue, not its text")
    change = payload.value(said, "changes", "description")
    before = change and payload.text(said, "changes", "description", "previous")
    number, user = payload.number(said, "object_attributes", "iid"), payload.user(said, "user", "username")
    after = payload.text(said, "object_attributes", "description")
    return _ticked(_lab_place(kind, said), number, user, (before, after))


_GITLAB: Mapping[str, Callable[[str, object], Event]] = {
    "push hook": _lab_push,
    "merge request hook": _lab_merge_request,
    "note hook": _lab_note,
    "confidential note hook": _lab_note,
    "issue hook": _lab_issue,
    "confidential issue hook": _lab_issue,
}
