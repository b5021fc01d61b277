"""`stackfix bot` as it is started: a real process, real requests, a database that outlives it."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from stackfix.bot.events import Changed, Place, Pushed
from stackfix.bot.metrics import Metrics
from stackfix.bot.queue import Queue, forget
from stackfix.fleet.durable import Database
from tests.bot.conftest import GOOD, NGINX
from tests.bot.sending import SECRET, body_of, example, github
from tests.bot.serving import PATIENCE, Bot, Nursery, host, push, running, until
from tests.bot.speaking import delivered, speaking
from tests.fleet.postgres import PASSWORD, cluster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dbos import DBOSClient

    from tests.forge.server import Server
    from tests.forge.state import Repository


LONG_AGO = {"X-RateLimit-Reset": "1"}


@pytest.fixture
def shop(github_server: Server) -> Repository:
    return github_server.add("acme/shop", {**GOOD, "nginx.conf": NGINX % 5000})


def test_from_a_delivery_to_a_pull_request_and_over_a_restart(
    github_server: Server, shop: Repository, tmp_path: Path, nursery: Nursery
) -> None:
    with running(github_server, tmp_path) as bot:
        assert bot.get("/ready").json() == {"status": "ok"}
        assert bot.send("push", push(github_server), "d-1") == (202, "queued")
        until(lambda: shop.pulls, bot)
        assert bot.send("push", push(github_server), "d-1") == (200, "seen")
        until(lambda: bot.outcomes() == ["done"], bot)
        installed = example("installation", "created")
        installed["installation"]["html_url"] = f"http://{host(github_server)}/settings"
        installed["repositories"] = [{"full_name": "acme/shop"}, {"full_name": "acme/gone"}]
        assert bot.send("installation", installed, "d-2") == (202, "queued")
        until(lambda: [bot.outcomes(), bot.outcomes("acme/gone")] == [["done", "done"], ["failed"]], bot)
        assert 'stackfix_work_total{kind="pushed",outcome="done"} 1.0' in bot.get("/metrics").text
        bot.process.send_signal(signal.SIGTERM)
        assert bot.process.wait(PATIENCE) == 0
        logged = bot.log.read_text("utf-8")
        assert github_server.token not in logged
        assert SECRET not in logged
    with running(github_server, tmp_path, nursery) as bot:
        assert bot.send("push", push(github_server), "d-1") == (200, "seen"), "after a restart, too"
    assert len(shop.pulls) == 1
    assert not list((tmp_path / "cache" / "stackfix").glob("clones/*/work-*"))
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("bot.sqlite*"))
    assert github_server.token.encode() not in stored
    assert SECRET.encode() not in stored


@contextmanager
def asking(url: str) -> Iterator[DBOSClient]:
    client = Database(url).client("stackfix-bot")
    try:
        yield client
    finally:
        client.destroy()


@pytest.fixture
def postgres() -> Iterator[str]:
    with cluster() as url:
        yield url


def test_two_share_a_queue_and_one_takes_over_what_the_other_had_begun(
    github_server: Server, shop: Repository, tmp_path: Path, nursery: Nursery, postgres: str
) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    with running(github_server, tmp_path / "one", nursery, database=postgres) as one:
        github_server.hang(method="GET", path=".*/pulls.*")
        assert one.send("push", push(github_server), "d-1") == (202, "queued")
        until(lambda: github_server.asked("GET", ".*/pulls.*"), one)
        with running(github_server, tmp_path / "other", nursery, database=postgres) as other:
            assert other.send("push", push(github_server), "d-1") == (200, "seen")
            one.process.kill()
            one.process.wait()
            until(other.outcomes, other)
            assert PASSWORD not in other.log.read_text("utf-8")
            until(lambda: "stackfix_waiting 0.0" in other.get("/metrics").text, other)
    assert len(shop.pulls) == 1
    with asking(postgres) as client:
        assert [forget(client, days) for days in (1, -1, -1)] == [0, 1, 0]


def test_what_waits_for_one_head_is_one_piece_of_work(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/bot.sqlite")
    database.prepare()
    queue = Queue(database, ["github"], Metrics())
    place, head = Place("github", "github.com", "acme/shop"), "a" * 40
    works: list[Pushed | Changed] = [
        Pushed(place, "main", head),
        Pushed(place, "other", head),
        Changed(place, 1, head),
        Changed(place, 2, head),
    ]
    with asking(database.url) as client:
        queue._client = client  # noqa: SLF001 - nothing works on it
        assert [queue.take(f"d-{number}", work) for number, work in enumerate(works)] == [True] * 4
        assert [queue.take(f"again-{number}", work) for number, work in enumerate(works)] == [False] * 4
        client.cancel_workflow(client.list_workflows(sort_desc=True, limit=1)[0].workflow_id)
        assert queue.take("another", works[3]), "what has ended is looked at anew"
        assert not queue.take("d-3", works[3])


TROUBLES: dict[str, tuple[dict[str, Any], list[str], str]] = {
    # What the forge answers, what becomes of the work, and the last line on it.
    "5xx": ({"status": 502, "words": "bad gateway"}, ["again", "done"], "opened"),
    "secondary": (
        {"status": 403, "words": "You have exceeded a secondary rate limit", "headers": {"Retry-After": "0"}},
        ["again", "done"],
        "opened",
    ),
    "primary": (
        {"status": 403, "words": "API rate limit exceeded", "headers": {"X-RateLimit-Remaining": "0"} | LONG_AGO},
        ["again", "done"],
        "opened",
    ),
    "too-many": ({"status": 429, "words": "slow down", "headers": {"Retry-After": "0"}}, ["again", "done"], "opened"),
    "protected": ({}, ["failed"], "it refuses the branch: pre-receive hook declined: GH006: Protected branch"),
    "race": ({}, ["again", "done"], "stackfix/fixes left"),
    "vanished": ({}, ["failed"], "it isn't there, or this token may not see it"),
}


def test_each_trouble_has_its_outcome(github_server: Server, tmp_path: Path, nursery: Nursery) -> None:
    shops = {name: github_server.add(f"acme/{name}", {**GOOD, "nginx.conf": NGINX % 5000}) for name in TROUBLES}
    for name, (answer, _, _) in TROUBLES.items():
        if answer:
            github_server.order(path=f"/repos/acme/{name}", **answer)
    theirs = shops["race"].commit({"theirs": b"x"}, "other")
    shops["race"].race("stackfix/fixes", theirs)
    shops["protected"].protect("stackfix/fixes")
    github_server.remove("acme/vanished")
    with running(github_server, tmp_path, nursery) as bot:
        for name in TROUBLES:
            assert bot.send("push", push(github_server, f"acme/{name}"), name) == (202, "queued")
        assert refused(bot, push(github_server)) == [(401, "bad-signature"), (400, "malformed"), (200, "ignored")]
        for name, (_, outcomes, _) in TROUBLES.items():
            until(lambda name=name, outcomes=outcomes: bot.outcomes(f"acme/{name}") == outcomes, bot)  # type: ignore[misc] # bound
        github_server.revoke()
        bot.send("push", push(github_server, "acme/5xx"), "revoked")
        until(lambda: bot.outcomes("acme/5xx")[2:] == ["failed"], bot)
        told = {line["repository"]: line["message"] for line in bot.worked()}
        assert "the token is missing, revoked or expired" in told.pop("acme/5xx")
    for name, (_, _, line) in TROUBLES.items():
        assert line in told.get(f"acme/{name}", line)
    assert [len(shops[name].pulls) for name in TROUBLES] == [1, 1, 1, 1, 0, 0, 0]
    assert shops["race"].head("stackfix/fixes") == theirs
    assert github_server.token not in bot.log.read_text("utf-8")


def refused(bot: Bot, payload: dict[str, Any]) -> list[tuple[int, str]]:
    """What a delivery comes to that somebody else signed, that is none, and that means nothing here."""
    body = body_of(payload)
    half = body[: len(body) // 2]
    sent = [
        (body, github("push", body, secret="another")),
        (half, github("push", half)),
        (body, github("sponsor", body)),
    ]
    return [bot.post(body, headers) for body, headers in sent]


@pytest.mark.parametrize("kind", ["gitlab", "gitea"])
def test_each_forge_is_served(kind: str, request: pytest.FixtureRequest, tmp_path: Path, nursery: Nursery) -> None:
    server: Server = request.getfixturevalue(f"{kind}_server")
    shop = server.add("acme/shop", {**GOOD, "nginx.conf": NGINX % 5000})
    body, headers = delivered(kind, speaking(kind, shop).push(), "d-1")
    server.order(429, "slow down", headers={"Retry-After": "0"})
    with running(server, tmp_path, nursery) as bot:
        assert bot.post(body, headers, kind) == (202, "queued")
        until(lambda: bot.outcomes() == ["again", "done"], bot)
        assert bot.post(body, headers, kind) == (200, "seen")
        assert bot.post(body[:-9], delivered(kind, ("push", {}), "d-2")[1], kind)[0] in {400, 401}
        server.revoke()
        assert bot.post(*delivered(kind, speaking(kind, shop).push(), "d-3"), kind) == (202, "queued")
        until(lambda: bot.outcomes()[2:] == ["failed"], bot)
        assert "revoked" in bot.worked()[-1]["message"]
        assert server.token not in bot.log.read_text("utf-8")
    assert [pull.state for pull in shop.pulls] == ["open"]


def test_what_waits_takes_nobodys_place_and_keeps_no_process_alive(
    github_server: Server, shop: Repository, tmp_path: Path, nursery: Nursery
) -> None:
    for name in ("away/shop", "away/other", "gone/shop"):
        github_server.add(name)
    for owner in ("away", "gone", "acme"):
        github_server.github.install(owner)
    with running(github_server, tmp_path, nursery, more=github_server.github.app_environment()) as bot:
        # As many as are worked on at once.
        for owner in ("away", "gone"):
            github_server.order(429, "slow down", path=f"/repos/{owner}/.*", headers={"Retry-After": "600"})
            bot.send("push", push(github_server, f"{owner}/shop"), owner)
        with asking(f"sqlite:///{tmp_path}/bot.sqlite") as client:
            until(lambda: len(client.list_workflows(status="DELAYED", load_input=False)) == 2, bot)
        assert bot.send("push", push(github_server, "away/shop"), "again") == (200, "seen"), "one head, one work"
        asked = len(github_server.asked("GET", "/repos/away/.*"))
        bot.send("push", push(github_server, "away/other"), "second")
        bot.send("push", push(github_server), "third")
        until(lambda: [bot.outcomes("away/other"), bot.outcomes()] == [["again"], ["done"]], bot)
        assert len(github_server.asked("GET", "/repos/away/.*")) == asked, "whoever asks to wait is left in peace"
        assert len(shop.pulls) == 1
        assert "stackfix_waiting 3.0" in bot.get("/metrics").text
        bot.process.send_signal(signal.SIGTERM)
        assert bot.process.wait(PATIENCE) == 0


@pytest.mark.parametrize(
    ("environment", "words", "told"),
    [
        ({}, [], "no webhook secret is set"),
        ({"STACKFIX_GITLAB_SIGNING_TOKEN": "whsec"}, [], "STACKFIX_GITLAB_SIGNING_TOKEN is no signing token"),
        ({"STACKFIX_GITHUB_WEBHOOK_SECRET_FILE": "/nowhere"}, [], "/nowhere"),
        ({"STACKFIX_GITHUB_WEBHOOK_SECRET": SECRET}, ["--database", "mysql://x"], "--database takes"),
        ({"STACKFIX_GITHUB_WEBHOOK_SECRET": SECRET}, ["--host", "192.0.2.1"], "can't be listened at"),
    ],
)
def test_wrong_use_is_one_line(
    environment: dict[str, str],
    words: list[str],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from stackfix.cli import main  # noqa: PLC0415 - the command, as it is used

    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert main(["bot", *words]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert told in said.err
    assert SECRET not in said.err
