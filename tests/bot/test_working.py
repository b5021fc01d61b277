"""What is done about events, against a stand-in held to GitHub's own description, with real pushes."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import pytest

from stackfix.bot import boxes, working
from stackfix.bot.commands import USAGE
from stackfix.bot.events import Closed, Commanded, Installed, Place, Pushed, Ticked
from stackfix.config.bot import DASHBOARD
from stackfix.pulls.propose import propose
from tests.bot.conftest import GOOD, NGINX
from tests.bot.serving import host

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackfix.pulls.propose import Proposed, Request
    from tests.forge.server import Server
    from tests.forge.state import Issue, Repository

COMMENTS = count(77)
UNSAFE = b"""\
services:
  wiki:
    image: ghcr.io/moss/wiki:3
    container_name: moss-wiki-1
  bot:
    image: ghcr.io/moss/bot:3
    environment:
      WIKI_URL: http://moss-wiki-1:8080
"""


@pytest.fixture
def shop(github_server: Server) -> Repository:
    made = github_server.add("acme/shop", {**GOOD, "nginx.conf": NGINX % 5000})
    made.people["ada"] = "write"
    made.people["eve"] = "read"
    return made


@pytest.fixture
def place(github_server: Server) -> Place:
    return Place("github", host(github_server), "acme/shop")


def pushed(desk: working.Desk, place: Place, branch: str = "main") -> str:
    return working.done(desk, Pushed(place, branch, "a" * 40))


def said(  # noqa: PLR0913 - a comment's own words
    desk: working.Desk, place: Place, text: str, number: int = 1, user: str = "ada", *, on_issue: bool = False
) -> str:
    return working.done(desk, Commanded(place, number, user, text, str(next(COMMENTS)), on_issue))


def board(shop: Repository) -> Issue:
    (found,) = [one for one in shop.issues.values() if one.title == DASHBOARD]
    return found


def ticked(desk: working.Desk, place: Place, shop: Repository, number: int, user: str) -> str:
    """Somebody has ticked all boxes that are ticked now."""
    return working.done(desk, Ticked(place, number, user, boxes.ticked(shop.issues[number].body)))


def writes(server: Server) -> int:
    return sum(one.method != "GET" and "/git-" not in one.path for one in server.requests)


def test_a_push_opens_a_pull_request_and_a_dashboard_once(
    desk: working.Desk, place: Place, shop: Repository, github_server: Server
) -> None:
    assert pushed(desk, place) == "1 found, 1 fixed: stackfix/fixes opened"
    (pull,) = shop.pulls
    assert (pull.branch, pull.base, pull.author) == ("stackfix/fixes", "main", "stackfix-bot")
    assert shop.read("nginx.conf", "stackfix/fixes") == NGINX % 8000
    assert f"[`stackfix/fixes`]({github_server.address}" in board(shop).body
    before = writes(github_server)
    assert pushed(desk, place) == "1 found, 1 fixed: stackfix/fixes unchanged"
    assert writes(github_server) == before
    assert not [one for one in github_server.requests if github_server.token in str(one.body)]


def test_what_is_mended_closes_both(desk: working.Desk, place: Place, shop: Repository) -> None:
    pushed(desk, place)
    shop.commit({"nginx.conf": NGINX % 8000})
    assert pushed(desk, place) == "0 found, 0 fixed: stackfix/fixes closed"
    assert (shop.pull(1).state, board(shop).state) == ("closed", "closed")
    assert "Nothing is wrong" in board(shop).body
    shop.commit({"nginx.conf": NGINX % 5000})
    pushed(desk, place)
    assert board(shop).state == "open", "the same one"


def test_a_dashboard_that_a_person_closed_stays_closed(desk: working.Desk, place: Place, shop: Repository) -> None:
    pushed(desk, place)
    shop.close(board(shop).number)
    shop.commit({"compose.yaml": UNSAFE})
    pushed(desk, place)
    assert board(shop).state == "closed"


def test_a_push_to_a_branch_that_is_not_repaired_is_nothing(desk: working.Desk, place: Place, shop: Repository) -> None:
    shop.commit({"x": b"y"}, "other")
    assert pushed(desk, place, "other") == "other is not repaired"
    shop.commit({"stackfix.toml": b"[bot]\nbase = 'other'\n"})
    shop.commit({"nginx.conf": NGINX % 5000}, "other")
    assert pushed(desk, place, "main") == "main is not repaired"
    assert pushed(desk, place, "other").startswith("1 found, 1 fixed")
    assert shop.pull(1).base == "other"


def test_the_configuration_may_want_no_dashboard_and_an_archived_repository_nothing(
    desk: working.Desk, place: Place, shop: Repository
) -> None:
    shop.commit({"stackfix.toml": b"[bot]\ndashboard = false\n"})
    pushed(desk, place)
    assert [type(one).__name__ for one in shop.issues.values()] == ["Pull"]
    shop.commit({"stackfix.toml": b"[bot]\ndashboard-title = 'Wiring'\n"})
    pushed(desk, place)
    assert [one.title for one in shop.issues.values()][1:] == ["Wiring"]
    assert ticked(desk, place, shop, 2, "ada") == "no box is ticked", "known by its title"
    shop.archived = True
    assert pushed(desk, place) == "the repository is archived"


def test_repositories_that_the_app_is_installed_on_are_looked_after(
    desk: working.Desk, place: Place, shop: Repository
) -> None:
    told = working.done(desk, Installed((place,)))
    assert told == "acme/shop: 1 found, 1 fixed: stackfix/fixes opened"
    assert working.done(desk, Closed(place, 1, "stackfix/fixes")) == "1 found, 1 fixed: stackfix/fixes unchanged"


def test_what_a_person_closed_is_asked_for_by_a_box(desk: working.Desk, place: Place, shop: Repository) -> None:
    pushed(desk, place)
    shop.close(1)
    assert pushed(desk, place).startswith("1 found, 0 fixed")
    issue = board(shop)
    assert "- [ ] <!-- stackfix fix=" in issue.body
    asked = issue.body.replace("- [ ]", "- [x]")
    issue.body = asked
    assert ticked(desk, place, shop, issue.number, "eve") == "whoever ticked it may not write"
    pushed(desk, place)
    assert board(shop).body == asked, "what nobody has decided yet is left"
    assert ticked(desk, place, shop, issue.number, "ada") == "1 found, 1 fixed: stackfix/fixes opened"
    assert [pull.state for pull in shop.pulls] == ["closed", "open"]
    assert "[x]" not in board(shop).body
    assert ticked(desk, place, shop, issue.number, "ada") == "no box is ticked"
    assert ticked(desk, place, shop, 1, "ada") == "the issue is not the dashboard"


def test_a_repair_for_a_person_is_asked_for_by_a_box(desk: working.Desk, place: Place, shop: Repository) -> None:
    shop.commit({"nginx.conf": NGINX % 8000, "compose.yaml": UNSAFE})
    assert "0 fixed" in pushed(desk, place)
    issue = board(shop)
    assert "(its fix is for a person to decide)" in issue.body
    issue.body = issue.body.replace("- [ ]", "- [X]")
    assert ticked(desk, place, shop, issue.number, "ada").endswith("stackfix/fixes opened")
    assert b"moss-wiki-1:8080" not in (shop.read("compose.yaml", "stackfix/fixes") or b"moss-wiki-1:8080")


def answers(shop: Repository, number: int = 1) -> list[str]:
    said = [comment.body for comment in shop.issues[number].comments if comment.author == "stackfix-bot"]
    return [text.partition("\n\n<!-- stackfix-answer ")[0] for text in said]


def test_a_rule_is_left_alone_and_heard_of_again(desk: working.Desk, place: Place, shop: Repository) -> None:
    pushed(desk, place)
    assert said(desk, place, "/stackfix ignore proxy-port") == "1 commands obeyed"
    assert shop.pull(1).state == "closed"
    issue = board(shop)
    assert (issue.state, f"#{issue.number}" in answers(shop)[-1]) == ("open", True)
    assert pushed(desk, place).startswith("0 found"), "remembered"
    issue.body = issue.body.replace("- [ ]", "- [x]")
    assert ticked(desk, place, shop, issue.number, "ada") == "1 found, 1 fixed: stackfix/fixes opened"
    assert "Not heard of here" not in board(shop).body


def test_a_rule_that_is_none_is_told(desk: working.Desk, place: Place, shop: Repository) -> None:
    pushed(desk, place)
    said(desk, place, "/stackfix ignore proxy-prot")
    assert "proxy-port" in answers(shop)[-1]
    assert shop.pull(1).state == "open"


def test_fixes_for_a_person_come_into_the_pull_request(desk: working.Desk, place: Place, shop: Repository) -> None:
    shop.commit({"wiki/compose.yaml": UNSAFE})
    pushed(desk, place)
    assert shop.read("wiki/compose.yaml", "stackfix/fixes") == UNSAFE
    said(desk, place, "/stackfix apply-unsafe")
    assert b"wiki:8080" in (shop.read("wiki/compose.yaml", "stackfix/fixes") or b"")
    assert "with care" in answers(shop)[-1]


def test_a_rebase_makes_the_branch_anew(desk: working.Desk, place: Place, shop: Repository) -> None:
    pushed(desk, place)
    said(desk, place, "/stackfix rebase")
    assert answers(shop)[-1] == "It is up to date with `main`."
    base = shop.commit({"new": b"x"})
    said(desk, place, "/stackfix rebase")
    assert answers(shop)[-1] == "Made anew on top of `main`."
    assert shop.head("stackfix/fixes^") == base
    own = shop.commit({"mine": b"x"}, "stackfix/fixes")
    said(desk, place, "/stackfix rebase")
    assert "not mine" in answers(shop)[-1]
    assert shop.head("stackfix/fixes") == own


def test_who_may_not_write_is_not_even_answered(desk: working.Desk, place: Place, shop: Repository) -> None:
    pushed(desk, place)
    for user in ("eve", "nobody"):
        assert said(desk, place, "/stackfix ignore proxy-port", user=user) == "whoever wrote it may not write"
    assert answers(shop) == []
    assert shop.pull(1).state == "open"


def test_what_is_unknown_is_answered_once_with_what_is_known(
    desk: working.Desk, place: Place, shop: Repository
) -> None:
    pushed(desk, place)
    said(desk, place, "/stackfix merge\n/stackfix please")
    assert answers(shop) == [USAGE]
    other = shop.open_issue("A question")
    said(desk, place, "/stackfix rebase", other.number, on_issue=True)
    assert re.search("for a pull request that I opened", answers(shop, other.number)[0])


def test_a_repository_without_configuration_may_be_asked_first(
    desk: working.Desk, place: Place, shop: Repository, github_server: Server
) -> None:
    asking = working.Desk(desk.clones, {**github_server.environment, working.ONBOARDING: "1"})
    assert pushed(asking, place).startswith("1 found, 0 fixed: stackfix/configure opened, stackfix/fixes left")
    assert "waits until the pull request that adds a configuration is merged" in board(shop).body.replace("`", "")
    shop.merge(1)
    assert pushed(asking, place).endswith("stackfix/fixes opened")


def test_a_configuration_that_is_wrong_is_told_on_the_commit(
    desk: working.Desk, place: Place, shop: Repository
) -> None:
    head = shop.commit({"stackfix.toml": b"[bot]\nlabel = []\n"})
    assert "labels" in pushed(desk, place)
    assert [(one.commit, one.title) for one in shop.statuses] == [(head, "Not judged")]
    assert shop.pulls == []


def test_a_forge_without_issues_costs_the_dashboard_alone(
    desk: working.Desk, place: Place, shop: Repository, github_server: Server
) -> None:
    github_server.order(410, "Issues are disabled for this repo", path=".*/issues", times=99)
    told = pushed(desk, place)
    assert told.startswith("1 found, 1 fixed: stackfix/fixes opened; no dashboard: ")
    assert "Issues are disabled" in told


def test_one_comment_is_answered_once(desk: working.Desk, place: Place, shop: Repository) -> None:
    pushed(desk, place)
    asked = Commanded(place, 1, "ada", "/stackfix merge", "5")
    for _ in range(2):
        working.done(desk, asked)
    working.given_up(desk, asked, "the remote is away")
    assert answers(shop) == [USAGE]
    working.given_up(desk, replace(asked, user="eve", comment="6"), "the remote is away")
    working.given_up(desk, replace(asked, comment="7"), "the remote is away")
    assert answers(shop) == [USAGE, "I couldn't do that: the remote is away"]


def test_a_strangers_pull_request_is_nobodys_to_command(desk: working.Desk, place: Place, shop: Repository) -> None:
    pushed(desk, place)
    pull = shop.open_from_fork("stackfix/fixes", {"x": b"y"}, shop.pull(1).body)
    said(desk, place, "/stackfix apply-unsafe", pull.number)
    assert pull.body == shop.pull(1).body
    assert [re.search("for a pull request that I opened", comment.body) is not None for comment in pull.comments] == [
        True
    ]


def test_a_box_that_is_ticked_during_work_stays_ticked(
    desk: working.Desk, place: Place, shop: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushed(desk, place)
    shop.close(1)
    pushed(desk, place)

    def ticked_meanwhile(request: Request, note: Callable[[str], None]) -> Proposed:
        made = propose(request, note)
        board(shop).body = board(shop).body.replace("- [ ]", "- [x]")
        return made

    monkeypatch.setattr(working, "propose", ticked_meanwhile)
    shop.commit({"wiki/compose.yaml": UNSAFE})
    pushed(desk, place)
    monkeypatch.undo()
    assert "moss-wiki-1" in board(shop).body
    assert ticked(desk, place, shop, board(shop).number, "ada").endswith("stackfix/fixes opened")
