"""The same life on each forge, from what it delivers to what is seen there: a push, a change, a command, a box."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from stackfix.bot import working
from stackfix.bot.app import Setting, app
from stackfix.bot.signatures import Secrets
from stackfix.config.bot import DASHBOARD
from stackfix.fleet.clones import Clones
from tests.bot.conftest import GOOD, MAIN, NGINX
from tests.bot.sending import SECRET, Kept, post
from tests.bot.speaking import delivered, speaking

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.applications import Starlette

    from tests.bot.speaking import Said
    from tests.forge.server import Server


@dataclass
class Line:
    """A forge's deliveries to the real application, and what is done about what that keeps."""

    kind: str
    server: Starlette
    kept: Kept
    desk: working.Desk
    done: list[str] = field(default_factory=list)

    def deliver(self, said: Said) -> str:
        """What a delivery came to: the word of the work, or why there is none."""
        body, headers = delivered(self.kind, said, f"d-{len(self.done)}")
        before = len(self.kept.works)
        answer = post(self.server, f"/webhooks/{self.kind}", body, headers)
        assert answer.status_code in {200, 202}, answer.text
        works = list(self.kept.works.values())[before:]
        self.done += [working.done(self.desk, work) for work in works] or [answer.json()["message"]]
        return self.done[-1]


@pytest.mark.parametrize("kind", ["gitlab", "gitea"])
def test_a_repository_is_looked_after(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    server: Server = request.getfixturevalue(f"{kind}_server")
    shop = server.add("acme/shop", {**GOOD, "nginx.conf": NGINX % 5000})
    shop.people |= {"ada": "write", "eve": "read"}
    kept = Kept()
    line = Line(
        kind,
        app(Setting({kind: Secrets((SECRET,))}, kept)),
        kept,
        working.Desk(Clones(tmp_path / "clones"), server.environment),
    )
    says = speaking(kind, shop)

    assert line.deliver(says.push()).endswith("stackfix/fixes opened")
    (pull,) = shop.pulls
    assert shop.read("nginx.conf", "stackfix/fixes") == NGINX % 8000
    (board,) = [one for one in shop.issues.values() if one.title == DASHBOARD]
    assert "stackfix/fixes" in board.body
    assert line.deliver(says.push()).endswith("stackfix/fixes unchanged")
    assert line.deliver(says.push("stackfix/fixes")) == "ignored: push to a branch of ours"

    assert line.deliver(says.comment(pull, "/stackfix rebase", "eve")).endswith("may not write")
    assert pull.comments == []
    assert line.deliver(says.comment(pull, "/stackfix ignore proxy-port")) == "1 commands obeyed"
    assert any("left alone" in comment.body for comment in pull.comments)
    assert shop.pull(pull.number).state == "closed"
    assert line.deliver(says.closed(pull)).startswith("0 found, 0 fixed")

    before = board.body
    board.body = before.replace("- [ ]", "- [x]")
    assert line.deliver(says.edited(board, before, "eve")) == "whoever ticked it may not write"
    # What we write ourselves, and what a person changes beside it, asks for nothing that somebody else has ticked.
    assert line.deliver(says.edited(board, board.body + " ", server.login)).startswith("ignored: issue in which no box")
    assert line.deliver(says.edited(board, before)).endswith("stackfix/fixes opened")

    shop.commit({"nginx.conf": NGINX % 8000, "main.py": MAIN})
    shop.commit({"nginx.conf": NGINX % 7000}, "change")
    change = shop.open_pull("change")
    assert line.deliver(says.change(change)) == "1 introduced"
    status = shop.statuses[-1]
    assert (status.commit, status.title) == (change.frozen, "1 wire stops meeting")
    assert status.state in {"failed", "failure"}
    assert any("proxy_pass http://api:8000;" in remark.body for remark in shop.pull(change.number).remarks)
