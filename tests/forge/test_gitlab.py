"""What only GitLab's client does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from stackfix.forge import gitlab
from stackfix.forge.detect import Kind, connect
from stackfix.forge.model import Annotation, ForgeFailed, Proposal, RateLimited, Refused, State, Unauthorized
from tests.forge.server import Server

if TYPE_CHECKING:
    from pathlib import Path

    from stackfix.forge.model import Forge
    from tests.forge.state import Repository

PROPOSAL = Proposal("stackfix/fixes", "main", "Fix the wiring", "What breaks today")


@pytest.fixture
def shop(gitlab_server: Server) -> Repository:
    made = gitlab_server.add("group/sub/shop", {"compose.yaml": b"a\nb\nc\nd\ne\nf\n"})
    made.commit({"compose.yaml": b"a\nB\nc\nd\ne\nf\n"}, "stackfix/fixes")
    return made


@pytest.fixture
def forge(gitlab_server: Server, shop: Repository) -> Forge:
    found = connect(shop.clone_url, Kind.GITLAB, gitlab_server.environment)
    assert found is not None
    return found


def test_a_project_lies_in_groups(forge: Forge, gitlab_server: Server) -> None:
    assert forge.repository().path == "group/sub/shop"
    assert [one.path for one in gitlab_server.requests] == ["/projects/group%2Fsub%2Fshop"]
    forge.open_pull_requests()
    assert gitlab_server.requests[-1].path == "/projects/1000/merge_requests", "its number outlives its name"


def test_the_address_may_be_the_apis(gitlab_server: Server, shop: Repository) -> None:
    environment = {**gitlab_server.environment, "GITLAB_URL": f"{gitlab_server.address}/api/v4"}
    found = connect(shop.clone_url, Kind.GITLAB, environment)
    assert found is not None
    assert found.repository().path == "group/sub/shop"


def test_a_draft_is_a_word_of_the_title(forge: Forge, shop: Repository) -> None:
    made = forge.create(Proposal("stackfix/fixes", "main", "Draft a wire", "", draft=True))
    assert (made.title, shop.pull(1).title) == ("Draft a wire", "Draft: Draft a wire")
    shop.pull(1).title, shop.pull(1).draft = "Draft a wire", False
    assert forge.open_pull_requests()[0].title == "Draft a wire"
    shop.pull(1).title, shop.pull(1).draft = "[Draft] A wire", True
    assert forge.open_pull_requests()[0].title == "A wire"


def test_a_team_is_no_reviewer(forge: Forge, shop: Repository, caplog: pytest.LogCaptureFixture) -> None:
    forge.create(Proposal("stackfix/fixes", "main", "Fix", "", reviewers=("@group/ops",)))
    assert not shop.pull(1).reviewers
    assert "@group/ops" in caplog.text


def test_issues_and_merge_requests_are_counted_apart(forge: Forge, shop: Repository) -> None:
    assert (forge.create(PROPOSAL).number, forge.create_issue("Dashboard", "").number) == (1, 1)
    forge.comment(1, "to the merge request")
    forge.comment(1, "to the issue", on_issue=True)
    assert [one.body for one in shop.pull(1).comments] == ["to the merge request"]
    assert [one.body for one in shop.issues[1].comments] == ["to the issue"]


def test_a_remark_on_an_unchanged_line_names_both_lines(forge: Forge, shop: Repository, gitlab_server: Server) -> None:
    made = forge.create(PROPOSAL)
    over = Annotation("compose.yaml", 2, 4, "ports", "three lines", suggestion="x")
    forge.suggest(made.number, made.head, [over])
    sent = gitlab_server.asked("POST", ".*/discussions")[0].body
    assert (sent["position"]["new_line"], sent["position"]["old_line"]) == (4, 4)
    assert "```suggestion:-2+0\nx\n```" in sent["body"]
    assert len(shop.pull(1).remarks) == 1


def test_nothing_is_said_of_a_commit_that_is_no_longer_the_head(forge: Forge, shop: Repository) -> None:
    made = forge.create(PROPOSAL)
    shop.commit({"compose.yaml": b"another\n"}, "stackfix/fixes")
    forge.suggest(made.number, made.head, [Annotation("compose.yaml", 2, 2, "ports", "words")])
    assert not shop.pull(1).remarks


def test_a_request_that_is_being_merged_is_open(forge: Forge, gitlab_server: Server) -> None:
    forge.create(PROPOSAL)
    said = gitlab_server.api.answer(gitlab_server.asked("POST", ".*/merge_requests")[0]).body
    assert said["message"][0].startswith("Another open merge request")
    gitlab_server.order(200, path=".*/merge_requests", body=[{**LOCKED}])
    assert [one.state for one in forge.open_pull_requests()] == [State.OPEN]


LOCKED = {
    "iid": 1,
    "source_branch": "x",
    "target_branch": "main",
    "title": "t",
    "description": None,
    "state": "locked",
    "sha": None,
    "web_url": "u",
    "author": None,
    "draft": False,
    "labels": [],
}


def test_who_is_blocked_may_not_write(forge: Forge, shop: Repository, gitlab_server: Server) -> None:
    shop.people["ada"] = "write"
    assert forge.may_write("ada")
    gitlab_server.order(200, path=".*/members/all/.*", body={"state": "awaiting", "access_level": 50})
    assert not forge.may_write("ada")


@pytest.mark.parametrize(
    ("status", "body", "kind", "told"),
    [
        (401, {"message": "401 Unauthorized"}, Unauthorized, "401 Unauthorized"),
        (401, {"error": "invalid_token", "error_description": "Token was revoked."}, Unauthorized, "invalid_token"),
        (403, {"error": "insufficient_scope", "scope": "api"}, Unauthorized, "insufficient_scope (403); the token may"),
        (400, {"message": {"source_branch": ["is invalid", "is gone"]}}, Refused, "source_branch is invalid, is gone"),
        (400, {"error": "title is missing"}, Refused, "title is missing"),
        (409, {"message": ["Conflict", "twice"]}, Refused, "Conflict, twice"),
        (429, b"Retry later\n", RateLimited, "Retry later"),
        (502, b"<html>GitLab is not responding</html>", ForgeFailed, "not responding"),
    ],
)
def test_its_words_come_in_many_forms(  # noqa: PLR0913, PLR0917 - a table's columns
    forge: Forge, gitlab_server: Server, status: int, body: object, kind: type[ForgeFailed], told: str
) -> None:
    gitlab_server.order(status, body=body)
    with pytest.raises(kind, match=re.escape(told)):
        forge.repository()


def test_a_token_isnt_taken_along_to_another_host(forge: Forge, gitlab_server: Server, tmp_path: Path) -> None:
    with Server("gitlab", tmp_path / "other") as other:
        gitlab_server.order(302, headers={"Location": f"{other.address}/api/v4/projects/1"})
        with pytest.raises(ForgeFailed, match="redirects to another host"):
            forge.repository()
        assert not other.requests


@pytest.mark.parametrize(
    ("verb", "path", "body", "query", "told"),
    [
        ("POST", "issues", {"title": "x", "colour": "red"}, {}, "body has no colour"),
        ("POST", "merge_requests", {"title": "x"}, {}, "'source_branch' is a required property"),
        ("GET", "merge_requests", None, {"state": "open"}, "'open' is not one of"),
        ("GET", "tulips", None, {}, "no operation"),
    ],
)
def test_a_request_that_gitlab_doesnt_know_fails_the_test(  # noqa: PLR0913, PLR0917 - a table's columns
    tmp_path: Path, verb: str, path: str, body: dict[str, object] | None, query: dict[str, str], told: str
) -> None:
    server = Server("gitlab", tmp_path / "forge")
    server.add("acme/shop")

    def ask() -> None:
        with server, pytest.raises(ForgeFailed):
            gitlab.Host(server.address, server.token).call(verb, f"/projects/1000/{path}", body, **query)

    with pytest.raises(AssertionError, match=re.escape(told)):
        ask()
