"""Killed at each step of its way from a delivery to its end, the bot loses nothing and makes nothing twice."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING, Any

import httpx

from stackfix.bot import working
from stackfix.bot.events import Place, Pushed
from stackfix.config.bot import DASHBOARD
from tests.bot.conftest import GOOD, NGINX
from tests.bot.sending import example
from tests.bot.serving import Bot, Nursery, host, push, running, until
from tests.fleet.operating import moves
from tests.forge.state import git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.forge.server import Server
    from tests.forge.state import Issue, Repository

POINTS = {
    # The server: before the delivery is kept, and before the forge hears of it.
    "take-before": "push",
    "take-after": "push",
    # The workflow: its one step, what it came to, its next try, its word to people.
    "do-before": "push",
    "do-after": "push",
    "stored-before": "push",
    "enter-before": "away",
    "enter-after": "away",
    "tell-before": "refused",
    "tell-after": "refused",
    # All that is done outside.
    "clone-after": "push",
    "push-before": "push",
    "push-after": "push",
    "open-after": "push",
    "board-after": "push",
    "check-after": "change",
    "suggest-after": "change",
    "answer-after": "command",
    "close-after": "mended",
    "rewrite-after": "ticked",
}
SPREAD = "enter-after"


def test_at_every_step(github_server: Server, desk: working.Desk, tmp_path: Path, nursery: Nursery) -> None:
    """Each bot dies at another point of its first repository's work, the next goes on with that; the last one lives."""
    shops = {point: repository(github_server, point, how) for point, how in POINTS.items()}
    for point, how in POINTS.items():
        if how in {"mended", "ticked"}:
            looked_after(desk, shops[point], how)
    fresh = [repository(github_server, name, "push") for name in ("new-one", "new-other")]
    due: list[tuple[str, Any, str]] = []
    for point, how in POINTS.items():
        with running(github_server, tmp_path, nursery, point=point, meant=shops[point].path) as bot:
            for event, payload, name in due:
                bot.send(event, payload, name)
            event, payload = delivery(github_server, shops[point], how)
            due = [] if is_answered(bot, event, payload, point) else [(event, payload, point)]
            assert bot.process.wait() == -signal.SIGKILL, point
    with running(github_server, tmp_path, nursery, point=SPREAD, meant=fresh[0].path) as bot:
        assert bot.send("installation", installed(github_server, fresh), "new")[0] == 202
        assert bot.process.wait() == -signal.SIGKILL
    with running(github_server, tmp_path, nursery) as bot:
        ended(bot)
        assert not list((tmp_path / "cache" / "stackfix").glob("clones/*/work-*"))
    for shop in fresh:
        opened_once(shop)
    for point, how in POINTS.items():
        as_it_should_be(shops[point], how, point)


def repository(server: Server, name: str, how: str) -> Repository:
    """One with a fault, or (where a change or a command is what comes) with what that is about."""
    broken = {**GOOD, "nginx.conf": NGINX % 5000}
    made = server.add(f"acme/{name}", dict(GOOD) if how in {"change", "refused"} else broken)
    git(made.folder, "config", "core.logAllRefUpdates", "always")
    made.people["ada"] = "write"
    if how in {"change", "refused"}:
        made.commit({"nginx.conf": NGINX % 5000}, "change")
        made.open_pull("change")
    if how == "command":
        made.open_issue("Noise")
    if how == "away":
        server.order(503, "in a minute", path=f"/repos/{made.path}", headers={"Retry-After": "0"})
    if how == "refused":
        server.order(409, "not now", path=f"/repos/{made.path}")
    return made


def looked_after(desk: working.Desk, shop: Repository, how: str) -> None:
    """Let it have a pull request and a dashboard, and then something happen to them."""
    push = Pushed(Place("github", shop.address.removeprefix("http://"), shop.path), "main", "a" * 40)
    working.done(desk, push)
    if how == "mended":
        shop.commit({"nginx.conf": NGINX % 8000})
    else:
        shop.close(1)
        working.done(desk, push)
        board(shop).body = board(shop).body.replace("- [ ]", "- [x]")


def board(shop: Repository) -> Issue:
    (found,) = [one for one in shop.issues.values() if one.title == DASHBOARD]
    return found


def delivery(server: Server, shop: Repository, how: str) -> tuple[str, Any]:
    said = push(server, shop.path)
    if how in {"push", "away", "mended"}:
        return "push", said
    where = {"repository": said["repository"]}
    if how == "command":
        comment = example("issue_comment", "created") | where
        comment["comment"] |= {"body": "/stackfix ignore proxy-port", "id": shop.number}
        comment["comment"]["user"] |= {"login": "ada", "type": "User"}
        comment["issue"]["number"] = 1
        return "issue_comment", comment
    if how == "ticked":
        text = board(shop).body
        edited = example("issues", "edited") | where | {"changes": {"body": {"from": text.replace("[x]", "[ ]")}}}
        edited["issue"] |= {"number": board(shop).number, "body": text}
        edited["sender"] |= {"login": "ada", "type": "User"}
        return "issues", edited
    change = example("pull_request", "opened") | where
    change["pull_request"]["number"] = 1
    return "pull_request", change


def installed(server: Server, shops: list[Repository]) -> dict[str, Any]:
    said = example("installation", "created")
    said["installation"]["html_url"] = f"http://{host(server)}/settings"
    said["repositories"] = [{"full_name": shop.path} for shop in shops]
    return said


def is_answered(bot: Bot, event: str, payload: object, name: str) -> bool:
    """Whether the forge has heard that a delivery is taken: if not, somebody lets it deliver that again."""
    try:
        return bot.send(event, payload, name)[0] == 202
    except httpx.TransportError:
        return False


def ended(bot: Bot) -> None:
    until(lambda: re.search(r"^stackfix_waiting 0\.0$", bot.get("/metrics").text, re.MULTILINE), bot)


def opened_once(shop: Repository) -> None:
    assert [pull.branch for pull in shop.pulls] == ["stackfix/fixes"], shop.path
    assert moves(shop.folder) == 1, f"{shop.path}: pushed once"
    assert f"/{shop.path}/pull/{shop.pulls[0].number})" in board(shop).body


def as_it_should_be(shop: Repository, how: str, point: str) -> None:
    if how in {"push", "away"}:
        opened_once(shop)
    elif how == "mended":
        assert [(pull.state, len(pull.comments)) for pull in shop.pulls] == [("closed", 1)], point
        assert (shop.head("stackfix/fixes"), board(shop).state) == (None, "closed"), point
    elif how == "ticked":
        assert [pull.state for pull in shop.pulls] == ["closed", "open"], point
        assert "[x]" not in board(shop).body, point
    elif how == "command":
        assert [len(shop.issues[1].comments), len(shop.pulls)] == [1, 0], point
        assert "`proxy-port` is left alone here" in shop.issues[1].comments[0].body
        assert [one.title for one in shop.issues.values()] == ["Noise", DASHBOARD], point
    else:
        told = "Not judged" if how == "refused" else "1 wire stops meeting"
        assert [one.title for one in shop.statuses] == [told], point
        assert len(shop.pull(1).remarks) == (how == "change"), point
