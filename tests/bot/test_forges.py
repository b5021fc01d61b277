"""The same life on each forge: a push, a change that breaks something, a command, a box."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stackfix.bot import working
from stackfix.bot.events import Changed, Commanded, Place, Pushed, Ticked
from stackfix.config.bot import DASHBOARD
from stackfix.fleet.clones import Clones
from tests.bot.conftest import GOOD, MAIN, NGINX
from tests.bot.serving import host

if TYPE_CHECKING:
    from pathlib import Path

    from tests.forge.server import Server


@pytest.mark.parametrize("kind", ["gitlab", "gitea"])
def test_a_repository_is_looked_after(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    server: Server = request.getfixturevalue(f"{kind}_server")
    shop = server.add("acme/shop", {**GOOD, "nginx.conf": NGINX % 5000, "other.conf": NGINX % 8000})
    shop.people["ada"] = "write"
    desk, place = working.Desk(Clones(tmp_path / "clones"), server.environment), Place(kind, host(server), "acme/shop")

    assert working.done(desk, Pushed(place, "main", "a" * 40)).endswith("stackfix/fixes opened")
    (pull,) = shop.pulls
    assert shop.read("nginx.conf", "stackfix/fixes") == NGINX % 8000
    (board,) = [one for one in shop.issues.values() if one.title == DASHBOARD]
    assert "stackfix/fixes" in board.body
    assert working.done(desk, Pushed(place, "main", "a" * 40)).endswith("stackfix/fixes unchanged")

    said = working.done(desk, Commanded(place, pull.number, "ada", "/stackfix ignore proxy-port", "1"))
    assert said == "1 commands obeyed"
    assert shop.pull(pull.number).state == "closed"
    assert any("left alone" in comment.body for comment in pull.comments)
    board.body = board.body.replace("- [ ]", "- [x]")
    assert working.done(desk, Ticked(place, board.number, "ada")).endswith("stackfix/fixes opened")

    shop.commit({"nginx.conf": NGINX % 8000, "main.py": MAIN})
    shop.commit({"nginx.conf": NGINX % 7000}, "change")
    change = shop.open_pull("change")
    assert working.done(desk, Changed(place, change.number, "a" * 40)) == "1 introduced"
    status = shop.statuses[-1]
    assert (status.commit, status.title) == (change.frozen, "1 wire stops meeting")
    assert status.state in {"failed", "failure"}
    assert any("proxy_pass http://api:8000;" in remark.body for remark in shop.pull(change.number).remarks)
