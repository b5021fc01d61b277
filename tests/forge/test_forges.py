"""What every forge's client must do, against the stand-in for each."""

from __future__ import annotations

import logging
import subprocess
from dataclasses import replace
from importlib import import_module
from traceback import format_exception
from typing import TYPE_CHECKING

import pytest

from stackfix.forge.detect import Kind, account, connect
from stackfix.forge.model import (
    Annotation,
    Check,
    Conclusion,
    Ended,
    ForgeFailed,
    Gone,
    Proposal,
    RateLimited,
    Refused,
    State,
    Unauthorized,
    Unavailable,
)
from tests.forge.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from stackfix.forge.model import Forge
    from tests.forge.state import Repository

KINDS = ("github", "gitlab", "gitea")
FAULTY, MENDED = b"a\nb\nc\nd\n", b"a\nB\nc\nd\nmore\n"
PROPOSAL = Proposal("stackfix/fixes", "main", "Fix the wiring", "What breaks today: ü")
PULLS = ".*/(pulls|merge_requests)"


@pytest.fixture(params=KINDS)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    with Server(str(request.param), tmp_path / "forge") as made:
        yield made


@pytest.fixture
def shop(server: Server) -> Repository:
    made = server.add("acme/shop", {"compose.yaml": FAULTY})
    made.commit({"compose.yaml": MENDED}, "stackfix/fixes")
    made.people["ada"] = "write"
    return made


@pytest.fixture
def forge(server: Server, shop: Repository) -> Forge:
    found = connect(shop.clone_url, Kind(server.kind), server.environment)
    assert found is not None
    return found


def test_a_pull_request_is_opened_with_all_that_was_asked_for(forge: Forge, shop: Repository) -> None:
    asked = Proposal("stackfix/fixes", "main", "Fix", "Body", draft=True, labels=("wiring", "bot"))
    made = forge.create(replace(asked, reviewers=("ada",), assignees=("@ada",)))
    assert (made.number, made.branch, made.base, made.title, made.body) == (1, "stackfix/fixes", "main", "Fix", "Body")
    assert (made.state, made.draft, made.author) == (State.OPEN, True, "stackfix-bot")
    assert made.head == shop.head("stackfix/fixes")
    kept = shop.pull(1)
    assert (kept.labels, kept.reviewers, kept.assignees) == (["wiring", "bot"], ["ada"], ["ada"])
    assert forge.pull_requests("stackfix/fixes")[0].labels == ("wiring", "bot")


def test_a_reviewer_that_is_none_costs_only_itself(
    forge: Forge, shop: Repository, caplog: pytest.LogCaptureFixture
) -> None:
    asked = replace(PROPOSAL, labels=("wiring",), reviewers=("stranger",), assignees=("ada",))
    with caplog.at_level(logging.WARNING, "stackfix.forge"):
        assert forge.create(asked).number == 1
    assert (shop.pull(1).labels, shop.pull(1).reviewers, shop.pull(1).assignees) == (["wiring"], [], ["ada"])
    assert [record.message.partition(":")[0] for record in caplog.records] == ["not added"]
    assert "stranger" in caplog.text


def test_a_drafts_words_are_changed_and_it_stays_a_draft(forge: Forge, shop: Repository) -> None:
    forge.create(Proposal("stackfix/fixes", "main", "Fix", "Body", draft=True))
    forge.update(1, title="Another", body="New")
    found = forge.open_pull_requests()[0]
    assert (found.title, found.body, found.draft) == ("Another", "New", True)
    assert forge.pull_request(1) == found
    assert forge.pull_request(99) is None
    assert shop.pull(1).draft


@pytest.mark.parametrize(
    ("grade", "may"), [("read", False), ("write", True), ("admin", True), ("none", False), ("nobody", False)]
)
def test_who_may_write(forge: Forge, shop: Repository, grade: str, *, may: bool) -> None:
    if grade != "nobody":
        shop.people["ben"] = grade
    assert forge.may_write("ben") is may


def check(shop: Repository, conclusion: str = "failure", title: str = "1 new fault") -> Check:
    commit = shop.head("stackfix/fixes")
    assert commit
    return Check("stackfix", commit, Conclusion(conclusion), title, "The words", (PLACE,))


PLACE = Annotation("compose.yaml", 2, 2, "proxy-port", "api listens on 8000", suggestion="b: 8000")


@pytest.mark.parametrize(
    ("conclusion", "state"),
    [("failure", "failure"), ("success", "success"), ("neutral", "success"), ("pending", "pending")],
)
def test_a_token_shows_a_status_once(forge: Forge, shop: Repository, conclusion: str, state: str) -> None:
    forge.publish(check(shop, conclusion))
    forge.publish(check(shop, conclusion))
    said = [(one.name, one.state.replace("failed", "failure"), one.title) for one in shop.statuses]
    assert said == [("stackfix", state, "1 new fault")]


def test_a_status_is_replaced(forge: Forge, shop: Repository) -> None:
    forge.publish(check(shop, "pending", "Looking"))
    forge.publish(check(shop, "success", "x" * 200))
    assert (shop.statuses[-1].state, shop.statuses[-1].title) == ("success", "x" * 140)
    forge.publish(check(shop, "failure", "Again"))
    forge.publish(check(shop, "failure", "Again"))
    assert shop.statuses[-1].title == "Again"


def test_suggestions_are_said_once_on_changed_lines(forge: Forge, shop: Repository, server: Server) -> None:
    made = forge.create(PROPOSAL)
    many = Annotation("compose.yaml", 2, 3, "ports", "two lines", suggestion="x\n\ny")
    elsewhere = Annotation("other.yaml", 2, 2, "ports", "not in this pull request")
    unchanged = Annotation("compose.yaml", 3, 3, "ports", "shown beside a change")
    bare = Annotation("compose.yaml", 5, 5, "ports", "no suggestion")
    for _ in range(2):
        forge.suggest(made.number, made.head, (PLACE, PLACE, many, elsewhere, unchanged, bare))
    said = shop.pull(made.number).remarks
    assert [one.line for one in said] == [2, 3, 5]
    one, two = SUGGESTIONS[server.kind]
    assert said[0].body == f"**proxy-port**\n\napi listens on 8000\n\n```{one}\nb: 8000\n```"
    assert said[1].body == f"**ports**\n\ntwo lines\n\n```{two}\nx\n\ny\n```"
    assert said[2].body == "**ports**\n\nno suggestion"


SUGGESTIONS = {
    "github": ("suggestion", "suggestion"),
    "gitlab": ("suggestion:-0+0", "suggestion:-1+0"),
    "gitea": ("suggestion", "suggestion"),
}


def test_the_repositories_of_an_organisation_a_person_a_search_and_a_token(server: Server) -> None:
    for n in range(3):
        server.add(f"acme/shop-{n}")
    server.add("ada/site")
    server.individuals.add("ada")
    seen = account(Kind(server.kind), server.address.removeprefix("http://"), server.environment)
    assert [one.path for one in seen.repositories(organisation="acme")] == ["acme/shop-0", "acme/shop-1", "acme/shop-2"]
    assert [one.path for one in seen.repositories(organisation="ada")] == ["ada/site"]
    assert [one.path for one in seen.repositories(query="shop-1")] == ["acme/shop-1"]
    assert [one.path for one in seen.repositories(organisation="ada", query="site")] == ["ada/site"]
    assert [one.path for one in seen.repositories(organisation="acme", query="shop-2")] == ["acme/shop-2"]
    assert len(list(seen.repositories())) == 4
    with pytest.raises(Gone):
        list(seen.repositories(organisation="nobody"))


@pytest.mark.parametrize(
    ("status", "words", "kind", "told"),
    [
        (401, "Unauthorized", Unauthorized, "Unauthorized (401); the token is missing, revoked or expired"),
        (403, "403 Forbidden", Unauthorized, "(403); the token may not do this"),
        (404, "Not Found", Gone, "it isn't there, or this token may not see it"),
        (409, "Conflict", Refused, "Conflict"),
        (422, "Validation Failed", Refused, "Validation Failed"),
        (423, "Repository is archived", Refused, "archived"),
        (500, "", Unavailable, "(500)"),
        (503, "No server is available", Unavailable, "(503)"),
        (418, "teapot", ForgeFailed, "teapot"),
        (404, "a\n\x1b[31mred\u202e", Gone, "a [31mred (404)"),
    ],
)
def test_each_failure_has_its_kind(  # noqa: PLR0913, PLR0917 - a table's columns
    forge: Forge, server: Server, status: int, words: str, kind: type[ForgeFailed], told: str
) -> None:
    server.order(status, words)
    with pytest.raises(ForgeFailed) as problem:
        forge.repository()
    assert type(problem.value) is kind
    assert told in str(problem.value)
    assert "\n" not in str(problem.value)
    assert server.token not in str(problem.value)
    assert len(server.requests) == 1, "nobody but the queue tries again"
    assert forge.repository().path == "acme/shop"


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "3"}, 3),
        ({}, 60),
        ({"RateLimit-Reset": "1"}, 0),
        ({"Retry-After": "Thu, 01 Jan 2026 00:00:00 GMT"}, 0),
    ],
)
def test_too_many_requests_says_how_long_to_wait(
    forge: Forge, server: Server, headers: dict[str, str], wait: float
) -> None:
    server.order(429, "Too many", headers=headers)
    with pytest.raises(RateLimited) as problem:
        forge.repository()
    assert problem.value.retry_after == wait
    assert len(server.requests) == 1, "nobody but the queue tries again"


def test_silence_is_unavailable(server: Server, shop: Repository) -> None:
    client = import_module(f"stackfix.forge.{server.kind}")
    address = next(value for name, value in server.environment.items() if name.endswith("_URL"))
    server.hang()
    with pytest.raises(Unavailable, match="no answer in time"):
        client.with_token(address, server.token, timeout=1).forge("acme/shop").repository()
    with pytest.raises(Unavailable, match="no connection"):
        client.with_token("http://127.0.0.1:1", "token").forge("acme/shop").repository()


def test_a_branch_that_isnt_there_is_refused_with_the_forges_words(forge: Forge) -> None:
    with pytest.raises(ForgeFailed) as problem:
        forge.create(Proposal("stackfix/nothing", "main", "Fix", "Body"))
    assert isinstance(problem.value, Refused | Gone)


def test_an_archived_repository_takes_nothing(forge: Forge, shop: Repository) -> None:
    shop.archived = True
    with pytest.raises((Refused, Unauthorized)):
        forge.create(PROPOSAL)


def test_the_repository_is_told_as_it_is(forge: Forge, shop: Repository) -> None:
    found = forge.repository()
    assert (found.path, found.url, found.default_branch) == ("acme/shop", shop.clone_url, "main")
    assert not found.archived
    shop.archived = True
    assert forge.repository().archived


def test_a_second_creation_gives_the_open_one(forge: Forge, shop: Repository) -> None:
    assert forge.create(PROPOSAL).number == forge.create(PROPOSAL).number
    assert len(shop.pulls) == 1


def test_an_answer_that_was_lost_opens_no_second_pull_request(forge: Forge, shop: Repository, server: Server) -> None:
    server.order(502, method="POST", path=PULLS, done=True)
    with pytest.raises(Unavailable, match="502"):
        forge.create(PROPOSAL)
    assert forge.create(PROPOSAL).number == 1
    assert len(shop.pulls) == 1


def test_a_connection_that_broke_off_opens_no_second_pull_request(
    forge: Forge, shop: Repository, server: Server
) -> None:
    server.cut(method="POST", path=PULLS, done=True)
    with pytest.raises(Unavailable, match="no connection, or it broke off"):
        forge.create(PROPOSAL)
    assert forge.create(PROPOSAL).number == 1
    assert len(shop.pulls) == 1


def test_no_log_has_the_token(forge: Forge, server: Server, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        forge.create(PROPOSAL)
        server.revoke()
        with pytest.raises(Unauthorized) as problem:
            forge.repository()
    assert server.token not in caplog.text
    assert server.token not in "".join(format_exception(problem.value))


def test_all_pull_requests_of_a_branch_the_newest_first(forge: Forge, shop: Repository) -> None:
    forge.create(PROPOSAL)
    forge.close(1, "gone")
    forge.create(PROPOSAL)
    shop.merge(2)
    shop.commit({"other": b"x"}, "another")
    shop.open_pull("another")
    found = forge.pull_requests("stackfix/fixes")
    assert [(one.number, one.state) for one in found] == [(2, State.MERGED), (1, State.CLOSED)]
    assert [one.branch for one in forge.open_pull_requests()] == ["another"]


@pytest.mark.parametrize("may", [True, False])
def test_what_we_opened_and_what_became_of_it(forge: Forge, shop: Repository, server: Server, *, may: bool) -> None:
    for branch in ("stackfix/fixes", "stackfix/ports", "stackfix/names"):
        shop.commit({"compose.yaml": MENDED + branch.encode()}, branch)
        forge.create(replace(PROPOSAL, branch=branch, body=branch))
    theirs = shop.open_from_fork("stackfix/fixes", {"x": b"y"}, "theirs")
    shop.close(theirs.number)
    shop.merge(1)
    shop.delete("stackfix/ports")
    if not may:
        server.order(403, "Resource not accessible by personal access token", path=".*/issues")
    assert forge.ended_pull_requests() == (
        Ended(2, "stackfix/ports", State.CLOSED),
        Ended(1, "stackfix/fixes", State.MERGED),
    )


def test_a_branch_of_that_name_in_a_fork_is_not_ours(forge: Forge, shop: Repository) -> None:
    shop.open_from_fork("stackfix/fixes", {"evil": b"x"})
    assert forge.pull_requests("stackfix/fixes") == ()
    assert [(one.branch, one.own, one.author) for one in forge.open_pull_requests()] == [
        ("stackfix/fixes", False, "eve")
    ]
    made = forge.create(PROPOSAL)
    assert (made.number, made.own) == (2, True)
    assert forge.create(PROPOSAL).number == 2


def test_more_than_a_page_is_read_to_its_end(forge: Forge, shop: Repository) -> None:
    for n in range(101):
        shop.open_pull("stackfix/fixes", title=str(n))
    assert len(forge.open_pull_requests()) == 101


def test_words_are_changed_and_others_left(forge: Forge, shop: Repository) -> None:
    forge.create(PROPOSAL)
    forge.update(1, title="Another")
    assert (shop.pull(1).title, shop.pull(1).body) == ("Another", PROPOSAL.body)
    forge.update(1, body="New")
    assert (shop.pull(1).title, shop.pull(1).body) == ("Another", "New")


def test_a_pull_request_is_closed_with_one_word(forge: Forge, shop: Repository, server: Server) -> None:
    forge.create(PROPOSAL)
    server.order(500, method="PUT" if server.kind == "gitlab" else "PATCH")
    with pytest.raises(Unavailable):
        forge.close(1, "the faults are gone")
    forge.close(1, "the faults are gone")
    forge.close(1, "the faults are gone")
    assert shop.pull(1).state == "closed"
    assert [one.body for one in shop.pull(1).comments] == ["the faults are gone"]


def test_our_own_issue_is_found_and_kept(forge: Forge, shop: Repository) -> None:
    shop.open_issue("Dashboard", author="somebody")
    assert forge.issue("Dashboard") is None
    made = forge.create_issue("Dashboard", "- [ ] all", ("wiring",))
    assert (made.number, made.open, made.body) == (2, True, "- [ ] all")
    assert shop.issues[2].labels == ["wiring"]
    forge.comment(2, "Said", on_issue=True)
    assert forge.is_said(2, "ai", on_issue=True)
    assert not forge.is_said(2, "ia", on_issue=True)
    assert [one.body for one in shop.issues[2].comments] == ["Said"]
    forge.update_issue(2, body="- [x] all", open_=False)
    forge.create_issue("Dashboard of another name", "")
    found = forge.issue("Dashboard")
    assert found is not None
    assert (found.number, found.open, found.body) == (2, False, "- [x] all")
    newer = forge.create_issue("Dashboard", "new")
    forge.update_issue(2, open_=True)
    forge.update_issue(newer.number, open_=False)
    found = forge.issue("Dashboard")
    assert found is not None
    assert found.number == 2, "an open one before a closed"


def test_a_name_of_a_person_is_no_path(forge: Forge) -> None:
    assert not forge.may_write("../../../acme/shop")


def test_nothing_to_say_says_nothing(forge: Forge, server: Server) -> None:
    made = forge.create(PROPOSAL)
    forge.suggest(made.number, made.head, ())
    assert not server.asked("POST", ".*/(reviews|discussions)")


def test_a_repository_of_another_name_is_followed(forge: Forge, shop: Repository, server: Server) -> None:
    server.rename("acme/shop", "acme/store")
    assert forge.create(PROPOSAL).number == 1
    assert forge.repository().path == "acme/store"
    assert [one.number for one in forge.pull_requests("stackfix/fixes")] == [1]


def test_what_is_no_answer_is_unavailable(server: Server, forge: Forge) -> None:
    server.garble()
    with pytest.raises(Unavailable, match="no JSON"):
        forge.repository()
    server.order(200, body=b"<html>busy</html>", headers={"Content-Type": "text/html"})
    with pytest.raises(Unavailable, match="no JSON"):
        forge.repository()
    for odd in ({"id": 1, "full_name": ["?"]}, [1], "?", None, {"id": "?"}):
        server.order(200, body=odd)
        with pytest.raises(Unavailable, match=r"no (full_name|id|path_with_namespace) as"):
            forge.repository()
    assert forge.repository().path == "acme/shop"


def test_a_vanished_repository_and_a_revoked_token(forge: Forge, server: Server) -> None:
    server.remove("acme/shop")
    with pytest.raises(Gone, match=r"\(404\); it isn't there"):
        forge.repository()
    server.revoke()
    with pytest.raises(Unauthorized):
        forge.repository()


def git(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)


def with_password(shop: Repository, password: str) -> str:
    return shop.clone_url.replace("http://", f"http://x-access-token:{password}@")


def test_git_pushes_to_the_repository_that_the_api_tells_of(forge: Forge, shop: Repository, tmp_path: Path) -> None:
    credentials = forge.credentials()
    assert credentials is not None
    url = with_password(shop, credentials.password)
    assert git(tmp_path, "clone", "--quiet", "--filter=blob:none", "--depth=1", url, "work").returncode == 0
    work = tmp_path / "work"
    (work / "compose.yaml").write_bytes(b"x" * 2_000_000)
    for words in (("add", "."), ("-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm", "Change")):
        assert git(work, *words).returncode == 0
    assert git(work, "push", "--quiet", "origin", "HEAD:refs/heads/stackfix/other").returncode == 0
    assert shop.head("stackfix/other") == git(work, "rev-parse", "HEAD").stdout.strip()
    assert forge.create(Proposal("stackfix/other", "main", "Fix", "Body")).head == shop.head("stackfix/other")
    shop.protect("main")
    refused = git(work, "push", "origin", "HEAD:main")
    assert refused.returncode
    assert "GH006: Protected branch update failed" in refused.stderr
    person = shop.commit({"theirs": b"x"}, "person")
    shop.race("stackfix/other", person)
    old = shop.head("stackfix/other")
    (work / "compose.yaml").write_bytes(b"y")
    git(work, "-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qam", "Change")
    lost = git(work, "push", f"--force-with-lease=stackfix/other:{old}", "origin", "HEAD:stackfix/other")
    assert lost.returncode
    assert shop.head("stackfix/other") == person


def test_git_asks_for_a_token_that_is_good(shop: Repository, server: Server, tmp_path: Path) -> None:
    env = ("-c", "credential.helper=", "-c", "core.askPass=true")
    shop.private = True
    assert git(tmp_path, *env, "ls-remote", shop.clone_url).returncode
    assert git(tmp_path, *env, "ls-remote", with_password(shop, "wrong")).returncode
    assert git(tmp_path, *env, "ls-remote", with_password(shop, server.token)).returncode == 0
    shop.people[server.login] = "read"
    url = with_password(shop, server.token)
    git(tmp_path, "clone", "--quiet", url, "work")
    assert "403" in git(tmp_path / "work", "push", "origin", "HEAD:refs/heads/x").stderr
    server.revoke()
    assert git(tmp_path, *env, "ls-remote", url).returncode
