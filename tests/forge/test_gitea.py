"""What only the client of Gitea and Forgejo does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from stackfix.forge import gitea
from stackfix.forge.detect import Kind, connect
from stackfix.forge.model import Annotation, ForgeFailed, Proposal, Refused, State, Unauthorized, Unavailable
from tests.forge.gitea_api import Api
from tests.forge.server import Server

if TYPE_CHECKING:
    from pathlib import Path

    from stackfix.forge.model import Forge
    from tests.forge.state import Repository

PROPOSAL = Proposal("stackfix/fixes", "main", "Fix the wiring", "What breaks today")


@pytest.fixture
def shop(gitea_server: Server) -> Repository:
    made = gitea_server.add("acme/shop", {"a file.yaml": b"a\nb\nc\n", "other.yaml": b"1\n2\n"})
    made.commit({"a file.yaml": b"a\nB\nc\n", "other.yaml": b"1\n2\n3\n"}, "stackfix/fixes")
    return made


@pytest.fixture
def forge(gitea_server: Server, shop: Repository) -> Forge:
    found = connect(shop.clone_url, Kind.GITEA, gitea_server.environment)
    assert found is not None
    return found


def test_forgejo_has_variables_of_its_own_name(gitea_server: Server, shop: Repository) -> None:
    environment = {"FORGEJO_URL": f"{gitea_server.address}/api/v1/", "FORGEJO_TOKEN": gitea_server.token}
    found = connect(shop.clone_url, Kind.GITEA, environment)
    assert found is not None
    assert found.repository().path == "acme/shop"


def test_labels_are_found_here_and_in_the_organisation_and_else_made(
    forge: Forge, shop: Repository, gitea_server: Server
) -> None:
    api = gitea_server.api
    assert isinstance(api, Api)
    api.labels = {"acme": {"theirs": 1}, "acme/shop": {"ours": 2}}
    forge.create(Proposal("stackfix/fixes", "main", "Fix", "", labels=("ours", "theirs", "new")))
    assert shop.pull(1).labels == ["theirs", "ours", "new"]
    assert list(api.labels["acme/shop"]) == ["ours", "new"]
    forge.create_issue("Dashboard", "", ("new",))
    assert len(gitea_server.asked("POST", ".*/labels")) == 1


def test_a_draft_is_a_word_of_the_title(forge: Forge, shop: Repository, gitea_server: Server) -> None:
    made = forge.create(Proposal("stackfix/fixes", "main", "Fix", "", draft=True))
    assert (made.title, made.draft, shop.pull(1).title) == ("Fix", True, "WIP: Fix")
    older = {"number": 1, "state": "open", "title": "[WIP] Fix", "head": {"label": "x"}, "base": {"ref": "main"}}
    gitea_server.order(200, path=".*/pulls", body=[older])
    assert [(one.title, one.draft) for one in forge.open_pull_requests()] == [("Fix", True)]


def test_a_branch_that_is_gone_keeps_its_name(forge: Forge, shop: Repository) -> None:
    made = forge.create(PROPOSAL)
    forge.open_pull_requests()
    shop.delete("stackfix/fixes")
    found = forge.pull_requests("stackfix/fixes")
    assert [(one.number, one.state, one.head) for one in found] == [(1, State.CLOSED, made.head)]


def test_a_page_is_as_long_as_the_server_wants(forge: Forge, shop: Repository, gitea_server: Server) -> None:
    for n in range(3):
        shop.open_pull("stackfix/fixes", title=str(n))
    forge.repository()
    said = gitea_server.api.answer(gitea_server.requests[0])
    assert said.status == 200
    pulls = [gitea_pull(n) for n in range(3)]
    for found in ([pulls[0], pulls[1]], [pulls[2]]):
        gitea_server.order(200, path=".*/pulls", body=found, headers={"X-Total-Count": "3"})
    assert len(forge.open_pull_requests()) == 3
    assert [one.one("page") for one in gitea_server.asked("GET", ".*/pulls")] == ["1", "2"]


def gitea_pull(number: int) -> dict[str, object]:
    """A pull request as it is answered."""
    return {"number": number, "state": "open", "title": "t", "head": {"label": "x"}, "base": {"ref": "main"}}


def test_remarks_are_found_in_the_file_that_they_are_about(forge: Forge, shop: Repository) -> None:
    made = forge.create(PROPOSAL)
    places = [("a file.yaml", 2), ("a file.yaml", 3), ("other.yaml", 3), ("other.yaml", 2), ("none.yaml", 1)]
    forge.suggest(1, made.head, [Annotation(path, line, line, "ports", "words") for path, line in places])
    assert [(one.path, one.line) for one in shop.pull(1).remarks] == [("a file.yaml", 2), ("other.yaml", 3)]


def test_who_may_write_is_told_to_administrators_alone(forge: Forge, gitea_server: Server) -> None:
    gitea_server.order(403, "Only admins can query all permissions", path=".*/permission")
    with pytest.raises(Unauthorized, match="the token may not do this"):
        forge.may_write("ada")


def test_an_archived_repository_says_so(forge: Forge, shop: Repository) -> None:
    shop.archived = True
    with pytest.raises(Refused, match=r"repo is archived \(423\)"):
        forge.create(PROPOSAL)


def test_words_that_are_no_json_are_told_all_the_same(forge: Forge, gitea_server: Server) -> None:
    gitea_server.order(502, body=b"<html>Bad Gateway</html>")
    with pytest.raises(Unavailable, match="Bad Gateway"):
        forge.repository()
    gitea_server.order(200, path=".*/pulls", body=b"[{")
    with pytest.raises(Unavailable, match="no JSON"):
        forge.open_pull_requests()


def test_a_token_isnt_taken_along_to_another_host(forge: Forge, gitea_server: Server, tmp_path: Path) -> None:
    with Server("gitea", tmp_path / "other") as other:
        gitea_server.order(307, headers={"Location": f"{other.address}/api/v1/repos/acme/shop"})
        with pytest.raises(ForgeFailed):
            forge.repository()
        assert [one.headers.get("authorization", "") for one in other.requests] == [""]


def test_a_write_is_not_redirected(forge: Forge, gitea_server: Server) -> None:
    forge.repository()
    gitea_server.order(
        307, method="POST", headers={"Location": f"{gitea_server.address}/api/v1/repos/acme/store/pulls"}
    )
    with pytest.raises(ForgeFailed, match="redirected to another address"):
        forge.create(PROPOSAL)


@pytest.mark.parametrize(
    ("verb", "path", "body", "query", "told"),
    [
        ("POST", "issues", {"title": "x", "colour": "red"}, {}, "body has no colour"),
        ("POST", "issues", {"body": "x"}, {}, "body"),
        ("POST", "pulls", {"title": ["x"]}, {}, "body['title']"),
        ("GET", "pulls", None, {"page": "one"}, "'one' is not of type 'integer'"),
        ("GET", "pulls", None, {"colour": "red"}, "no such parameter: colour"),
        ("GET", "tulips", None, {}, "no operation"),
    ],
)
def test_a_request_that_gitea_doesnt_know_fails_the_test(  # noqa: PLR0913, PLR0917 - a table's columns
    tmp_path: Path, verb: str, path: str, body: object, query: dict[str, str], told: str
) -> None:
    server = Server("gitea", tmp_path / "forge")
    server.add("acme/shop")

    def ask() -> None:
        with server, pytest.raises(ForgeFailed):
            gitea.Host(server.address, server.token).call(verb, f"/repos/acme/shop/{path}", body, **query)

    with pytest.raises(AssertionError, match=re.escape(told)):
        ask()
