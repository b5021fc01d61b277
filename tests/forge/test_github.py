"""GitHub's client against the stand-in, which checks every request and answer by GitHub's published description."""

from __future__ import annotations

import logging
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from github import Auth
from github.Requester import HTTPRequestsConnectionClass

from stackfix.forge.detect import Kind, account, connect
from stackfix.forge.github_host import Host
from stackfix.forge.model import (
    Annotation,
    Check,
    Conclusion,
    ForgeFailed,
    Gone,
    Proposal,
    RateLimited,
    Refused,
    Unauthorized,
    Unavailable,
)
from tests.forge.server import Person, Server

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


def test_a_team_is_asked_for_a_review(forge: Forge, shop: Repository) -> None:
    forge.create(Proposal("stackfix/fixes", "main", "Fix", "Body", reviewers=("ada", "@acme/ops")))
    assert (shop.pull(1).reviewers, shop.pull(1).teams) == (["ada"], ["ops"])


def test_a_suggestion_over_lines_names_the_first(forge: Forge, shop: Repository) -> None:
    made = forge.create(PROPOSAL)
    forge.suggest(made.number, made.head, [Annotation("compose.yaml", 2, 3, "ports", "two lines", suggestion="x")])
    assert [(one.line, one.start_line) for one in shop.pull(1).remarks] == [(3, 2)]


def test_where_a_plan_has_no_drafts_there_is_a_plain_pull_request(forge: Forge, shop: Repository) -> None:
    shop.private = True
    assert not forge.create(Proposal("stackfix/fixes", "main", "Fix", "Body", draft=True)).draft


CHECK = Check("stackfix", "", Conclusion.FAILURE, "1 new fault", "The words", ())
PLACE = Annotation("compose.yaml", 2, 2, "proxy-port", "api listens on 8000", suggestion="b: 8000")


def check(shop: Repository, annotations: tuple[Annotation, ...] = (), **words: str) -> Check:
    commit = shop.head("stackfix/fixes")
    assert commit
    title = words.get("title", "1 new fault")
    return Check("stackfix", commit, Conclusion(words.get("conclusion", "failure")), title, "The words", annotations)


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


def test_an_app_finds_its_issue_among_those_of_other_apps(app: Forge, shop: Repository, github_server: Server) -> None:
    shop.open_issue("Dashboard", author="dependabot[bot]")
    assert app.issue("Dashboard") is None
    assert {one.one("creator") for one in github_server.asked("GET", ".*/issues")} == {"stackfix[bot]"}


def test_a_token_of_actions_finds_its_issue_among_those_of_bots(
    forge: Forge, shop: Repository, github_server: Server
) -> None:
    github_server.people[github_server.token] = Person("github-actions[bot]", is_app=True)
    shop.people["github-actions[bot]"] = "write"
    shop.open_issue("Dashboard", author="somebody")
    assert forge.issue("Dashboard") is None
    made = forge.create_issue("Dashboard", "")
    found = forge.issue("Dashboard")
    assert found is not None
    assert found.number == made.number


def test_requests_of_two_threads_are_not_mixed_up(github_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    meeting, begin = threading.Barrier(2), HTTPRequestsConnectionClass.request

    def both_begun(connection: HTTPRequestsConnectionClass, *words: Any, **more: Any) -> None:  # noqa: ANN401 - as they come
        begin(connection, *words, **more)
        meeting.wait(timeout=10)

    monkeypatch.setattr(HTTPRequestsConnectionClass, "request", both_begun)
    for name in ("acme/one", "acme/two"):
        github_server.add(name)
    seen = account(Kind.GITHUB, github_server.address.removeprefix("http://"), github_server.environment)
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda name: seen.forge(name).repository().path, ("acme/one", "acme/two"))
    assert list(found) == ["acme/one", "acme/two"]


def test_threads_have_one_token_of_an_installation(app: Forge, github_server: Server) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: app.repository().path, range(16))) == {"acme/shop"}
    assert len(github_server.asked("POST", "/app/installations/.*")) == 1


def test_an_app_has_one_token_until_it_ends(app: Forge, github_server: Server) -> None:
    first = app.credentials()
    app.repository()
    assert first is not None
    assert first == app.credentials()
    assert first.password.startswith("ghs_")
    assert len(github_server.asked("POST", "/app/installations/.*")) == 1
    assert first.password not in repr(first)


def test_no_log_has_an_installations_token(app: Forge, caplog: pytest.LogCaptureFixture) -> None:
    assert not logging.getLogger("github").handlers, "only the command line prints"
    with caplog.at_level(logging.DEBUG):
        app.create(PROPOSAL)
    credentials = app.credentials()
    assert credentials is not None
    assert credentials.password not in caplog.text


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
        (422, "Validation Failed: was submitted too quickly", {}, (60, 60)),
        (
            403,
            "API rate limit exceeded for user ID 1.",
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "4102444800"},
            (3600, 3600),
        ),
        (403, SECONDARY, {"x-ratelimit-remaining": "4999", "x-ratelimit-reset": "4102444800"}, (60, 60)),
        (429, "", {"x-ratelimit-reset": "1"}, (0, 0)),
        (429, "", {"retry-after": "99999999"}, (3600, 3600)),
        (429, "", {"retry-after": "inf"}, (60, 60)),
        (429, "", {"retry-after": "nan"}, (60, 60)),
        (429, "", {"retry-after": "-5"}, (0, 0)),
        (429, "", {"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}, (3600, 3600)),
        (429, "", {"retry-after": "Fri, 99 Foo 99999999999999999999 23:59:59 GMT"}, (60, 60)),
        (429, "", {"x-ratelimit-reset": f"{(time.time() + 100) * 1000:.0f}"}, (0, 100)),
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
            host = Host(server.environment["GITHUB_API_URL"], Auth.Token(server.token))
            with pytest.raises(ForgeFailed):
                host.call(verb, f"/repos/acme/shop/{path}", body, **query)

    with pytest.raises(AssertionError, match=re.escape(told)):
        ask()
