"""GitHub's client against the stand-in, which checks every request and answer by GitHub's published description."""

from __future__ import annotations

import logging
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from github import Auth

from stackfix.forge import github
from stackfix.forge.detect import Kind, account, connect
from stackfix.forge.model import (
    Annotation,
    Check,
    Conclusion,
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
    from pathlib import Path

    from stackfix.forge.model import Forge
    from tests.forge.state import Repository

FAULTY, MENDED = b"a\nb\nc\nd\n", b"a\nB\nc\nd\nmore\n"
PROPOSAL = Proposal("stackfix/fixes", "main", "Fix the wiring", "What breaks today: ü")


@pytest.fixture
def shop(github_server: Server) -> Repository:
    made = github_server.add("acme/shop", {"compose.yaml": FAULTY})
    made.commit({"compose.yaml": MENDED}, "stackfix/fixes")
    made.people["ada"] = "write"
    return made


@pytest.fixture
def forge(github_server: Server, shop: Repository) -> Forge:
    found = connect(shop.clone_url, Kind.GITHUB, github_server.environment)
    assert found is not None
    return found


def test_the_repository_is_told_as_it_is(forge: Forge, shop: Repository) -> None:
    found = forge.repository()
    assert (found.path, found.url, found.default_branch) == ("acme/shop", shop.clone_url, "main")
    assert not found.archived
    shop.archived = True
    assert forge.repository().archived


def test_a_pull_request_is_opened_with_all_that_was_asked_for(forge: Forge, shop: Repository) -> None:
    asked = Proposal(
        "stackfix/fixes",
        "main",
        "Fix",
        "Body",
        draft=True,
        labels=("wiring",),
        reviewers=("ada", "@acme/ops"),
        assignees=("ada",),
    )
    made = forge.create(asked)
    assert (made.number, made.branch, made.base, made.title, made.body) == (1, "stackfix/fixes", "main", "Fix", "Body")
    assert (made.state, made.draft, made.author) == (State.OPEN, True, "stackfix-bot")
    assert made.head == shop.head("stackfix/fixes")
    kept = shop.pull(1)
    assert (kept.labels, kept.reviewers, kept.teams, kept.assignees) == (["wiring"], ["ada"], ["ops"], ["ada"])
    assert forge.pull_requests("stackfix/fixes")[0].labels == ("wiring",)


def test_a_second_creation_gives_the_open_one(forge: Forge, shop: Repository) -> None:
    assert forge.create(PROPOSAL).number == forge.create(PROPOSAL).number
    assert len(shop.pulls) == 1


def test_an_answer_that_was_lost_opens_no_second_pull_request(
    forge: Forge, shop: Repository, github_server: Server
) -> None:
    github_server.order(502, method="POST", path=".*/pulls", done=True)
    with pytest.raises(Unavailable):
        forge.create(PROPOSAL)
    assert forge.create(PROPOSAL).number == 1
    assert len(shop.pulls) == 1


def test_a_reviewer_that_is_none_costs_only_itself(
    forge: Forge, shop: Repository, caplog: pytest.LogCaptureFixture
) -> None:
    asked = Proposal(
        "stackfix/fixes", "main", "Fix", "Body", labels=("wiring",), reviewers=("stranger",), assignees=("ada",)
    )
    with caplog.at_level(logging.WARNING, "stackfix.forge"):
        assert forge.create(asked).number == 1
    assert (shop.pull(1).labels, shop.pull(1).reviewers, shop.pull(1).assignees) == (["wiring"], [], ["ada"])
    assert [record.message.partition(":")[0] for record in caplog.records] == ["not added"]
    assert "stranger" in caplog.text


def test_where_a_plan_has_no_drafts_there_is_a_plain_pull_request(forge: Forge, shop: Repository) -> None:
    shop.private = True
    assert not forge.create(Proposal("stackfix/fixes", "main", "Fix", "Body", draft=True)).draft


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


def test_a_pull_request_is_closed_with_one_word(forge: Forge, shop: Repository, github_server: Server) -> None:
    forge.create(PROPOSAL)
    github_server.order(500, method="PATCH")
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


@pytest.mark.parametrize(
    ("grade", "may"), [("read", False), ("write", True), ("admin", True), ("none", False), ("nobody", False)]
)
def test_who_may_write(forge: Forge, shop: Repository, grade: str, *, may: bool) -> None:
    if grade != "nobody":
        shop.people["ben"] = grade
    assert forge.may_write("ben") is may


def test_a_name_of_a_person_is_no_path(forge: Forge, github_server: Server) -> None:
    assert not forge.may_write("../../../acme/shop")
    assert len(github_server.asked("GET", "/repos/acme/shop/collaborators/[^/]+/permission")) == 1


CHECK = Check("stackfix", "", Conclusion.FAILURE, "1 new fault", "The words", ())
PLACE = Annotation("compose.yaml", 2, 2, "proxy-port", "api listens on 8000", suggestion="b: 8000")


def check(shop: Repository, annotations: tuple[Annotation, ...] = (), **words: str) -> Check:
    commit = shop.head("stackfix/fixes")
    assert commit
    title = words.get("title", "1 new fault")
    return Check("stackfix", commit, Conclusion(words.get("conclusion", "failure")), title, "The words", annotations)


@pytest.mark.parametrize(
    ("conclusion", "state"),
    [("failure", "failure"), ("success", "success"), ("neutral", "success"), ("pending", "pending")],
)
def test_a_token_shows_a_status(forge: Forge, shop: Repository, conclusion: str, state: str) -> None:
    forge.publish(check(shop, (PLACE,), conclusion=conclusion))
    forge.publish(check(shop, (PLACE,), conclusion=conclusion))
    assert [(one.name, one.state, one.title) for one in shop.statuses] == [("stackfix", state, "1 new fault")]
    forge.publish(check(shop, title="x" * 200, conclusion=conclusion))
    assert shop.statuses[1].title == "x" * 140


@pytest.fixture
def app(github_server: Server, shop: Repository) -> Forge:
    github_server.github.install("acme")
    found = connect(shop.clone_url, Kind.GITHUB, github_server.github.app_environment())
    assert found is not None
    return found


def test_an_app_shows_a_check_run_with_all_annotations(app: Forge, shop: Repository) -> None:
    places = tuple(Annotation("compose.yaml", n, n, "proxy-port", "words", failure=n == 1) for n in range(1, 121))
    app.publish(check(shop, places))
    app.publish(check(shop, places))
    assert len(shop.runs) == 1, "what is there already isn't made anew"
    assert [one["start_line"] for one in shop.runs[0].annotations] == list(range(1, 121))
    assert [one["annotation_level"] for one in shop.runs[0].annotations[:2]] == ["failure", "warning"]
    app.publish(check(shop, places[:1]))
    assert [len(one.annotations) for one in shop.runs] == [120, 1], "a new run replaces the old, with its annotations"
    assert not shop.statuses


def test_a_check_that_goes_on_has_no_conclusion(app: Forge, shop: Repository) -> None:
    app.publish(check(shop, conclusion="pending"))
    assert shop.runs[0].state == ""
    app.publish(check(shop, conclusion="success"))
    assert shop.runs[1].state == "success"


def test_an_app_without_the_permission_shows_a_status(app: Forge, shop: Repository, github_server: Server) -> None:
    github_server.github.may_check = False
    app.publish(check(shop))
    assert (len(shop.runs), len(shop.statuses)) == (0, 1)


def test_an_app_opens_and_finds_what_it_opened(app: Forge, shop: Repository) -> None:
    assert app.create(PROPOSAL).author == "stackfix[bot]"
    shop.open_issue("Dashboard", author="somebody")
    made = app.create_issue("Dashboard", "ours")
    found = app.issue("Dashboard")
    assert found is not None
    assert found.number == made.number


def test_an_app_has_one_token_until_it_ends(app: Forge, github_server: Server) -> None:
    first = app.credentials()
    app.repository()
    assert first is not None
    assert first == app.credentials()
    assert first.password.startswith("ghs_")
    assert len(github_server.asked("POST", "/app/installations/.*")) == 1
    assert first.password not in repr(first)


def test_an_app_that_is_not_installed_says_so(github_server: Server, shop: Repository) -> None:
    with pytest.raises(Gone, match="the GitHub App is not installed on acme/shop"):
        connect(shop.clone_url, Kind.GITHUB, github_server.github.app_environment())


def test_a_key_that_is_none_says_so(github_server: Server, shop: Repository) -> None:
    environment = {**github_server.github.app_environment(), "STACKFIX_GITHUB_APP_PRIVATE_KEY": "-----BEGIN NOTHING"}
    with pytest.raises(Unauthorized, match="private key can't be read"):
        connect(shop.clone_url, Kind.GITHUB, environment)


def test_an_app_of_another_key_is_unauthorized(github_server: Server, shop: Repository) -> None:
    environment = {**github_server.github.app_environment(), "STACKFIX_GITHUB_APP_ID": "1"}
    with pytest.raises(Unauthorized):
        connect(shop.clone_url, Kind.GITHUB, environment)


def pull(forge: Forge, shop: Repository) -> tuple[int, str]:
    made = forge.create(PROPOSAL)
    return made.number, made.head


def test_suggestions_are_said_once_on_changed_lines(forge: Forge, shop: Repository) -> None:
    number, head = pull(forge, shop)
    many = Annotation("compose.yaml", 2, 3, "ports", "two lines", suggestion="x\n\ny")
    elsewhere = Annotation("other.yaml", 2, 2, "ports", "not in this pull request")
    unchanged = Annotation("compose.yaml", 3, 3, "ports", "shown beside a change")
    bare = Annotation("compose.yaml", 5, 5, "ports", "no suggestion")
    for _ in range(2):
        forge.suggest(number, head, (PLACE, PLACE, many, elsewhere, unchanged, bare))
    said = shop.pull(number).remarks
    assert [(one.line, one.start_line) for one in said] == [(2, 0), (3, 2), (5, 0)]
    assert said[0].body == "**proxy-port**\n\napi listens on 8000\n\n```suggestion\nb: 8000\n```"
    assert said[1].body == "**ports**\n\ntwo lines\n\n```suggestion\nx\n\ny\n```"
    assert said[2].body == "**ports**\n\nno suggestion"


def test_nothing_to_say_says_nothing(forge: Forge, shop: Repository, github_server: Server) -> None:
    number, head = pull(forge, shop)
    forge.suggest(number, head, ())
    assert not github_server.asked("POST", ".*/reviews")


def test_the_repositories_of_an_organisation_a_person_a_search_and_a_token(github_server: Server) -> None:
    for n in range(3):
        github_server.add(f"acme/shop-{n}")
    github_server.add("ada/site")
    github_server.individuals.add("ada")
    seen = account(Kind.GITHUB, github_server.address.removeprefix("http://"), github_server.environment)
    assert [one.path for one in seen.repositories(organisation="acme")] == ["acme/shop-0", "acme/shop-1", "acme/shop-2"]
    assert [one.path for one in seen.repositories(organisation="ada")] == ["ada/site"]
    assert [one.path for one in seen.repositories(query="shop-1")] == ["acme/shop-1"]
    assert [one.path for one in seen.repositories(organisation="ada", query="site")] == ["ada/site"]
    assert len(list(seen.repositories())) == 4
    with pytest.raises(Gone):
        list(seen.repositories(organisation="nobody"))


def test_the_repositories_of_an_app(github_server: Server) -> None:
    github_server.add("acme/shop")
    github_server.add("else/where")
    github_server.add("ada/site")
    github_server.github.install("acme")
    github_server.github.install("ada")
    seen = account(Kind.GITHUB, github_server.address.removeprefix("http://"), github_server.github.app_environment())
    assert {one.path for one in seen.repositories()} == {"acme/shop", "ada/site"}
    assert [one.path for one in seen.repositories(organisation="acme")] == ["acme/shop"]
    assert [one.path for one in seen.repositories(query="site")] == ["ada/site"]
    with pytest.raises(Gone, match="not installed on else"):
        list(seen.repositories(organisation="else"))


def test_a_repository_of_another_name_is_followed(forge: Forge, shop: Repository, github_server: Server) -> None:
    github_server.rename("acme/shop", "acme/store")
    assert forge.create(PROPOSAL).number == 1
    assert forge.repository().path == "acme/store"
    assert [one.number for one in forge.pull_requests("stackfix/fixes")] == [1]


def failing(server: Server, status: int, words: str, **headers: str) -> None:
    server.order(status, words, headers={name.replace("_", "-"): value for name, value in headers.items()})


SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


@pytest.mark.parametrize(
    ("status", "words", "headers", "kind", "told"),
    [
        (401, "Bad credentials", {}, Unauthorized, "Bad credentials (401); the token is missing, revoked or expired"),
        (403, "Resource not accessible by integration", {}, Unauthorized, "the token may not do this"),
        (403, "Resource protected by organization SAML enforcement.", {}, Unauthorized, "SAML"),
        (403, "Repository was archived so is read-only.", {}, Refused, "archived"),
        (404, "Not Found", {}, Gone, "it isn't there, or this token may not see it"),
        (410, "Issues are disabled for this repo", {}, Gone, "Issues are disabled"),
        (451, "Repository access blocked", {}, Gone, "blocked"),
        (422, "Validation Failed", {}, Refused, "Validation Failed"),
        (409, "Conflict", {}, Refused, "Conflict"),
        (500, "", {}, Unavailable, "no reason given (500)"),
        (503, "No server is available", {}, Unavailable, "(503)"),
        (418, "teapot", {}, ForgeFailed, "teapot"),
        (404, "a\n\x1b[31mred\u202e", {}, Gone, "a [31mred (404)"),
    ],
)
def test_each_failure_has_its_kind(  # noqa: PLR0913, PLR0917 - a table's columns
    forge: Forge,
    github_server: Server,
    status: int,
    words: str,
    headers: dict[str, str],
    kind: type[ForgeFailed],
    told: str,
) -> None:
    failing(github_server, status, words, **headers)
    with pytest.raises(ForgeFailed) as problem:
        forge.repository()
    assert type(problem.value) is kind
    assert told in str(problem.value)
    assert "\n" not in str(problem.value)
    assert github_server.token not in str(problem.value)


@pytest.mark.parametrize(
    ("status", "words", "headers", "wait"),
    [
        (403, SECONDARY, {"retry-after": "17"}, (17, 17)),
        (429, "Too many", {"retry-after": "3"}, (3, 3)),
        (403, SECONDARY, {}, (60, 60)),
        (
            403,
            "API rate limit exceeded for user ID 1.",
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "4102444800"},
            (1e8, 4e9),
        ),
        (429, "", {"x-ratelimit-reset": "1"}, (0, 0)),
    ],
)
def test_a_limit_says_how_long_to_wait(  # noqa: PLR0913, PLR0917 - a table's columns
    forge: Forge, github_server: Server, status: int, words: str, headers: dict[str, str], wait: tuple[float, float]
) -> None:
    failing(github_server, status, words, **headers)
    with pytest.raises(RateLimited) as problem:
        forge.repository()
    assert wait[0] <= problem.value.retry_after <= wait[1]
    assert len(github_server.requests) == 1, "nobody but the queue tries again"


def test_what_is_no_answer_is_unavailable(github_server: Server, forge: Forge) -> None:
    github_server.garble()
    with pytest.raises(Unavailable, match="no JSON"):
        forge.repository()
    github_server.order(200, body=b"<html>busy</html>", headers={"Content-Type": "text/html"})
    with pytest.raises(Unavailable, match="no JSON"):
        forge.repository()
    github_server.order(200, body={"full_name": ["?"]})
    with pytest.raises(Unavailable, match="full_name"):
        forge.repository()
    github_server.order(200, body=[1])
    with pytest.raises(Unavailable, match="full_name"):
        forge.repository()
    assert forge.repository().path == "acme/shop"


def test_silence_is_unavailable(github_server: Server, shop: Repository) -> None:
    address = github_server.environment["GITHUB_API_URL"]
    impatient = github.with_token(address, github_server.token, timeout=1).forge("acme/shop")
    github_server.hang()
    with pytest.raises(Unavailable, match="no answer in time"):
        impatient.repository()
    with pytest.raises(Unavailable, match="no connection"):
        github.with_token("http://127.0.0.1:1/api/v3", "token").forge("acme/shop").repository()


def test_a_vanished_repository_and_a_revoked_token(forge: Forge, github_server: Server) -> None:
    github_server.remove("acme/shop")
    with pytest.raises(Gone, match=r"/repos/acme/shop: Not Found \(404\)"):
        forge.repository()
    github_server.revoke()
    with pytest.raises(Unauthorized):
        forge.repository()


def test_a_branch_that_isnt_there_is_refused_with_the_forges_words(forge: Forge) -> None:
    with pytest.raises(Refused, match="Validation Failed; invalid"):
        forge.create(Proposal("stackfix/nothing", "main", "Fix", "Body"))


@pytest.mark.parametrize(
    ("verb", "path", "body", "query", "told"),
    [
        ("POST", "issues", {"title": "x", "colour": "red"}, {}, "body has no colour"),
        ("POST", "issues", {"title": ["x"]}, {}, "body['title']"),
        ("POST", "pulls", {"title": "x"}, {}, "'head' is a required property"),
        ("POST", "pulls", None, {}, "a body is needed"),
        ("GET", "pulls", None, {"state": "ajar"}, "'ajar' is not one of"),
        ("GET", "pulls", None, {"colour": "red"}, "no such parameter: colour"),
        ("GET", "tulips", None, {}, "no operation"),
    ],
)
def test_a_request_that_github_doesnt_know_fails_the_test(  # noqa: PLR0913, PLR0917 - a table's columns
    tmp_path: Path, verb: str, path: str, body: object, query: dict[str, str], told: str
) -> None:
    server = Server("github", tmp_path / "forge")
    server.add("acme/shop")

    def ask() -> None:
        with server:
            host = github.Host(server.environment["GITHUB_API_URL"], Auth.Token(server.token))
            with pytest.raises(ForgeFailed):
                host.call(verb, f"/repos/acme/shop/{path}", body, **query)

    with pytest.raises(AssertionError, match=re.escape(told)):
        ask()


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


def test_git_asks_for_a_token_that_is_good(shop: Repository, github_server: Server, tmp_path: Path) -> None:
    env = ("-c", "credential.helper=", "-c", "core.askPass=true")
    shop.private = True
    assert git(tmp_path, *env, "ls-remote", shop.clone_url).returncode
    assert git(tmp_path, *env, "ls-remote", with_password(shop, "wrong")).returncode
    assert git(tmp_path, *env, "ls-remote", with_password(shop, github_server.token)).returncode == 0
    shop.people[github_server.login] = "read"
    url = with_password(shop, github_server.token)
    git(tmp_path, "clone", "--quiet", url, "work")
    assert "403" in git(tmp_path / "work", "push", "origin", "HEAD:refs/heads/x").stderr
    github_server.revoke()
    assert git(tmp_path, *env, "ls-remote", url).returncode
