"""A pull request is judged by what it breaks itself, against a stand-in held to GitHub's own description."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stackfix.bot import working
from stackfix.bot.events import Changed, Place
from stackfix.forge.model import Gone, RateLimited, Unauthorized
from tests.bot.conftest import DOCKERFILE, GOOD, MAIN, NGINX
from tests.bot.serving import host

if TYPE_CHECKING:
    from tests.forge.server import Server
    from tests.forge.state import Repository, Status


@pytest.fixture
def shop(github_server: Server) -> Repository:
    return github_server.add("acme/shop", dict(GOOD))


def checked(desk: working.Desk, server: Server, number: int = 1) -> str:
    return working.done(desk, Changed(Place("github", host(server), "acme/shop"), number, "a" * 40))


def shown(shop: Repository) -> Status:
    """The newest of what is shown on the pull request's commit."""
    found = [*shop.statuses, *shop.runs]
    assert {one.commit for one in found} == {shop.pull(1).frozen}
    return found[-1]


def test_a_fault_that_a_pull_request_introduces_is_shown_on_its_commit(
    desk: working.Desk, github_server: Server, shop: Repository
) -> None:
    shop.commit({"nginx.conf": NGINX % 5000}, "change")
    shop.open_pull("change")
    assert checked(desk, github_server) == "1 introduced"
    assert shown(shop).state == "failure"
    assert shown(shop).title == "1 wire stops meeting"
    shop.statuses.clear()
    shop.commit({"nginx.conf": NGINX % 8000}, "change")
    assert checked(desk, github_server) == "0 introduced"
    assert shown(shop).state == "success", "mended by a later commit"


def test_an_app_says_it_on_the_lines(desk: working.Desk, github_server: Server, shop: Repository) -> None:
    github_server.github.install("acme")
    shop.commit({"nginx.conf": NGINX % 5000}, "change")
    shop.open_pull("change")
    checked(working.Desk(desk.clones, github_server.github.app_environment()), github_server)
    (run,) = shop.runs
    assert (run.state, run.title, shop.statuses) == ("failure", "1 wire stops meeting", [])
    (said,) = run.annotations
    assert (said["path"], said["start_line"], said["annotation_level"]) == ("nginx.conf", 6, "failure")
    assert said["title"] == "proxy-port"
    message = str(said["message"])
    assert "5000" in message
    assert "Dockerfile:5" in message
    assert "`nginx.conf:6`" in run.summary


def test_a_fault_of_the_base_is_not_the_pull_requests(
    desk: working.Desk, github_server: Server, shop: Repository
) -> None:
    shop.commit({"nginx.conf": NGINX % 5000})
    shop.commit({"main.py": MAIN + b"\n\nPORT = 1\n"}, "change")
    shop.open_pull("change")
    assert checked(desk, github_server) == "0 introduced"
    assert (shown(shop).state, shown(shop).title) == ("success", "Nothing stops meeting")


def test_a_base_that_was_mended_since_makes_no_fault_of_the_pull_request(
    desk: working.Desk, github_server: Server, shop: Repository
) -> None:
    shop.commit({"nginx.conf": NGINX % 5000})
    shop.commit({"main.py": MAIN + b"\n\nPORT = 1\n"}, "change")
    shop.commit({"nginx.conf": NGINX % 8000})
    shop.open_pull("change")
    assert checked(desk, github_server) == "0 introduced"


def test_a_repair_is_suggested_on_a_line_of_the_change(
    desk: working.Desk, github_server: Server, shop: Repository
) -> None:
    shop.commit({"nginx.conf": NGINX % 5000}, "change")
    shop.open_pull("change")
    for _ in range(2):
        checked(desk, github_server)
    (remark,) = shop.pull(1).remarks
    assert (remark.path, remark.line) == ("nginx.conf", 6)
    assert "```suggestion\n      proxy_pass http://api:8000;\n```" in remark.body
    assert "proxy-port" in remark.body


def test_nothing_is_suggested_where_the_change_has_no_line(
    desk: working.Desk, github_server: Server, shop: Repository
) -> None:
    shop.commit({"Dockerfile": DOCKERFILE % (9000, 9000)}, "change")
    shop.open_pull("change")
    assert checked(desk, github_server) == "1 introduced"
    assert shop.pull(1).remarks == []


def test_a_configuration_that_is_wrong_stops_nobody(
    desk: working.Desk, github_server: Server, shop: Repository
) -> None:
    shop.commit({"stackfix.toml": b"ignroe = []\n"}, "change")
    shop.open_pull("change")
    assert checked(desk, github_server).startswith("not judged: stackfix.toml:1")
    assert shown(shop).state == "success", "a commit status has no neutral"


def test_a_strangers_change_has_no_say_in_its_own_check(
    desk: working.Desk, github_server: Server, shop: Repository
) -> None:
    silence = {"stackfix.toml": b"ignore = ['proxy-port']\n[bot]\nchecks = false\n"}
    shop.open_from_fork("change", {"nginx.conf": NGINX % 5000, **silence})
    assert checked(desk, github_server) == "1 introduced"
    assert shown(shop).state == "failure"
    shop.commit({"stackfix.toml": b"[bot]\nchecks = false\n"})
    assert checked(desk, github_server) == "the configuration wants no checks"


HUSHED = (NGINX % 5000).replace(b";\n    }", b";  # stackfix: ignore[proxy-port] later\n    }")


def test_what_a_change_hides_itself_is_ignored_and_said(
    desk: working.Desk, github_server: Server, shop: Repository
) -> None:
    github_server.github.install("acme")
    desk = working.Desk(desk.clones, github_server.github.app_environment())
    shop.open_from_fork("change", {"nginx.conf": HUSHED})
    assert checked(desk, github_server) == "0 introduced, 1 ignored by its own comments"
    assert shown(shop).state == "success", "as everywhere else, a comment counts"
    assert shown(shop).title == "Nothing stops meeting; 1 ignored by a comment of this change"
    assert "- **proxy-port** `nginx.conf:6`" in shown(shop).summary
    # A comment that the base has is the base's own word, wherever the change moves it.
    shop.commit({"main.py": MAIN + b"\n", "nginx.conf": HUSHED.replace(b"5000", b"8000")})
    shop.commit({"nginx.conf": b"\n" + HUSHED}, "another")
    assert checked(desk, github_server, shop.open_pull("another").number) == "0 introduced"


def test_a_check_that_can_not_be_made_is_shown_so(desk: working.Desk, github_server: Server, shop: Repository) -> None:
    shop.commit({"nginx.conf": NGINX % 5000}, "change")
    shop.open_pull("change")
    event = Changed(Place("github", host(github_server), "acme/shop"), 1, "a" * 40)
    working.given_up(desk, event, "it is larger than 1 MB")
    assert (shown(shop).state, shown(shop).title) == ("success", "Not judged")


def test_a_pull_request_that_is_closed_meanwhile_is_nothing_to_do(
    desk: working.Desk, github_server: Server, shop: Repository
) -> None:
    shop.commit({"nginx.conf": NGINX % 5000}, "change")
    shop.open_pull("change")
    shop.close(1)
    assert checked(desk, github_server) == "the pull request is open no more"
    assert shop.statuses == []


def test_a_vanished_repository_a_revoked_token_and_a_limit_are_told_by_their_kinds(
    desk: working.Desk, github_server: Server, shop: Repository
) -> None:
    github_server.order(403, "You have exceeded a secondary rate limit", headers={"Retry-After": "7"})
    with pytest.raises(RateLimited) as limited:
        checked(desk, github_server)
    assert limited.value.retry_after == 7
    github_server.remove("acme/shop")
    with pytest.raises(Gone):
        checked(desk, github_server)
    github_server.revoke()
    with pytest.raises(Unauthorized):
        checked(desk, github_server)
