"""`stackfix bot` as it is started: a real process, real requests, a database that outlives it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from stackfix.bot.queue import forget
from stackfix.fleet.durable import Database
from tests.bot.conftest import GOOD, NGINX, host
from tests.bot.sending import SECRET, body_of, example, github
from tests.fleet.postgres import PASSWORD, cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dbos import DBOSClient

    from tests.forge.server import Server
    from tests.forge.state import Repository

SOURCE = str(Path(__file__).parent.parent.parent / "src")


@dataclass
class Bot:
    """A server's process, and what it logs."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int = 0

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]

    def send(self, event: str, payload: object, delivery: str) -> tuple[int, str]:
        body = body_of(payload)
        headers = github(event, body, delivery=delivery)
        answer = httpx.post(f"http://127.0.0.1:{self.port}/webhooks/github", content=body, headers=headers, timeout=20)
        return answer.status_code, answer.json()["outcome"]

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=20)


def until(true: Callable[[], object], bot: Bot, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert bot.process.poll() is None, bot.log.read_text("utf-8")
        assert time.monotonic() < deadline, bot.log.read_text("utf-8")
        time.sleep(0.05)


@contextmanager
def running(server: Server, folder: Path, database: str = "") -> Iterator[Bot]:
    log = folder / "log"
    environment = {**os.environ, **server.environment, "PYTHONPATH": SOURCE, "XDG_CACHE_HOME": str(folder / "cache")}
    environment |= {"STACKFIX_GITHUB_WEBHOOK_SECRET": SECRET}
    environment["STACKFIX_DATABASE"] = database or f"sqlite:///{folder}/bot.sqlite"
    words = ["bot", "--port", "0"]
    with log.open("wb") as stream:
        process = subprocess.Popen([sys.executable, "-m", "stackfix", *words], env=environment, stderr=stream)
    bot = Bot(process, log)
    try:
        until(lambda: re.search(r"listening at http", log.read_text("utf-8")), bot)
        matched = re.search(r"listening at http://127\.0\.0\.1:(\d+)", log.read_text("utf-8"))
        assert matched
        bot.port = int(matched[1])
        yield bot
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def shop(github_server: Server) -> Repository:
    return github_server.add("acme/shop", {**GOOD, "nginx.conf": NGINX % 5000})


def push(server: Server, name: str = "acme/shop") -> dict[str, Any]:
    payload = example("push", "refs/heads/master")
    payload["ref"] = "refs/heads/main"
    payload["repository"] |= {"full_name": name, "html_url": f"http://{host(server)}/{name}"}
    payload["repository"]["default_branch"] = "main"
    return payload


def test_from_a_delivery_to_a_pull_request_and_over_a_restart(
    github_server: Server, shop: Repository, tmp_path: Path
) -> None:
    with running(github_server, tmp_path) as bot:
        assert bot.get("/ready").json() == {"status": "ok"}
        assert bot.send("push", push(github_server), "d-1") == (202, "queued")
        until(lambda: shop.pulls, bot)
        assert bot.send("push", push(github_server), "d-1") == (200, "seen")
        until(lambda: [line for line in bot.lines() if line["message"].startswith("work: ")], bot)
        (work,) = [line for line in bot.lines() if line["message"].startswith("work: ")]
        assert (work["repository"], work["outcome"]) == ("acme/shop", "done")
        installed = example("installation", "created")
        installed["installation"]["html_url"] = f"http://{host(github_server)}/settings"
        installed["repositories"] = [{"full_name": "acme/shop"}, {"full_name": "acme/gone"}]
        assert bot.send("installation", installed, "d-2") == (202, "queued")
        until(lambda: len([line for line in bot.lines() if line["message"].startswith("work: ")]) == 3, bot)
        assert sorted(line["outcome"] for line in bot.lines() if line["message"].startswith("work: ")) == [
            "done",
            "done",
            "failed",
        ]
        assert 'stackfix_work_total{kind="pushed",outcome="done"} 1.0' in bot.get("/metrics").text
        bot.process.send_signal(signal.SIGTERM)
        assert bot.process.wait(30) == 0
        logged = bot.log.read_text("utf-8")
        assert github_server.token not in logged
        assert SECRET not in logged
    with running(github_server, tmp_path) as bot:
        assert bot.send("push", push(github_server), "d-1") == (200, "seen"), "after a restart, too"
    assert len(shop.pulls) == 1
    assert not list((tmp_path / "cache" / "stackfix").glob("clones/*/work-*"))
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("bot.sqlite*"))
    assert github_server.token.encode() not in stored
    assert SECRET.encode() not in stored


def test_killed_wherever_it_waits_it_goes_on_and_makes_nothing_twice(
    github_server: Server, shop: Repository, tmp_path: Path
) -> None:
    with running(github_server, tmp_path) as bot:
        # Done, and not known to be done.
        github_server.hang(method="POST", path=".*/pulls", done=True)
        assert bot.send("push", push(github_server), "d-1") == (202, "queued")
        until(lambda: github_server.asked("POST", ".*/pulls"), bot)
    with running(github_server, tmp_path) as bot:
        github_server.hang(method="POST", path=".*/issues", done=True)
        until(lambda: github_server.asked("POST", ".*/issues"), bot)
    with running(github_server, tmp_path) as bot:
        until(lambda: [line for line in bot.lines() if line["message"].startswith("work: ")], bot)
    assert [type(one).__name__ for one in shop.issues.values()] == ["Pull", "Issue"]


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
    github_server: Server, shop: Repository, tmp_path: Path, postgres: str
) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    with running(github_server, tmp_path / "one", database=postgres) as one:
        github_server.hang(method="GET", path=".*/pulls.*")
        assert one.send("push", push(github_server), "d-1") == (202, "queued")
        until(lambda: github_server.asked("GET", ".*/pulls.*"), one)
        with running(github_server, tmp_path / "other", database=postgres) as other:
            assert other.send("push", push(github_server), "d-1") == (200, "seen")
            one.process.kill()
            one.process.wait()
            until(lambda: [line for line in other.lines() if line["message"].startswith("work: ")], other)
            assert PASSWORD not in other.log.read_text("utf-8")
            until(lambda: "stackfix_waiting 0.0" in other.get("/metrics").text, other)
    assert len(shop.pulls) == 1
    with asking(postgres) as client:
        assert [forget(client, days) for days in (1, -1, -1)] == [0, 1, 0]


def test_what_a_forge_refuses_is_told_and_what_may_help_is_done_again(
    github_server: Server, shop: Repository, tmp_path: Path
) -> None:
    with running(github_server, tmp_path) as bot:
        github_server.order(429, "slow down", headers={"Retry-After": "0"})
        bot.send("push", push(github_server), "limited")
        until(lambda: outcomes(bot) == ["again", "done"], bot)
        github_server.remove("acme/shop")
        bot.send("push", push(github_server), "vanished")
        until(lambda: outcomes(bot)[2:] == ["failed"], bot)
        github_server.revoke()
        bot.send("push", push(github_server), "revoked")
        until(lambda: outcomes(bot)[3:] == ["failed"], bot)
        told = [line["message"] for line in bot.lines() if line["message"].startswith("work: ")]
    assert "it isn't there" in told[2]
    assert "revoked" in told[3]
    assert github_server.token not in str(told)


def outcomes(bot: Bot) -> list[str]:
    return [line["outcome"] for line in bot.lines() if line["message"].startswith("work: ")]


def test_what_waits_takes_nobodys_place_and_keeps_no_process_alive(
    github_server: Server, shop: Repository, tmp_path: Path
) -> None:
    with running(github_server, tmp_path) as bot:
        # As many as are worked on at once.
        github_server.order(429, "slow down", headers={"Retry-After": "600"}, times=2)
        for name in ("away", "gone"):
            bot.send("push", push(github_server, f"{name}/shop"), name)
        until(lambda: outcomes(bot) == ["again", "again"], bot)
        assert bot.send("push", push(github_server, "away/shop"), "again") == (200, "seen"), "one head, one work"
        bot.send("push", push(github_server), "third")
        until(lambda: outcomes(bot)[2:] == ["done"], bot)
        assert len(shop.pulls) == 1
        assert "stackfix_waiting 2.0" in bot.get("/metrics").text
        bot.process.send_signal(signal.SIGTERM)
        assert bot.process.wait(20) == 0


def test_a_check_that_can_not_be_made_is_told_on_the_commit(
    github_server: Server, shop: Repository, tmp_path: Path
) -> None:
    shop.commit({"nginx.conf": NGINX % 8000}, "change")
    pull = shop.open_pull("change")
    payload = example("pull_request", "opened")
    payload |= {"number": pull.number, "repository": push(github_server)["repository"]}
    payload["pull_request"]["number"] = pull.number
    with running(github_server, tmp_path) as bot:
        github_server.order(409, "not now")
        bot.send("pull_request", payload, "d-1")
        until(lambda: shop.statuses, bot)
    assert [(one.commit, one.title) for one in shop.statuses] == [(pull.frozen, "Not judged")]


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
