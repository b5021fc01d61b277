"""A bot that is started: its process, its log, and what it is sent."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Protocol

import httpx

from tests.bot.sending import SECRET, body_of, example, github

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.forge.server import Server

SOURCE = str(Path(__file__).parent.parent.parent / "src")

PATIENCE = 240.0
"""Seconds after which something has gone wrong, however much else the machine has to do."""


class Process(Protocol):
    """As much of a process as is asked for here."""

    def poll(self) -> int | None:
        """How it ended; None while it hasn't."""

    def wait(self, timeout: float | None = None) -> int:
        """The same, once it has."""

    def send_signal(self, sig: int) -> None:
        """Tell it something."""

    def kill(self) -> None:
        """End it."""


class Nursery:
    """Bots without a start of Python for each; see dying.py."""

    def __init__(self) -> None:
        """It imports all that a bot needs, once."""
        environment = {**os.environ, "PYTHONPATH": f"{SOURCE}{os.pathsep}{Path(SOURCE).parent}"}
        words = [sys.executable, str(Path(__file__).parent / "dying.py")]
        self._process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self._began: SimpleQueue[int] = SimpleQueue()
        self.ended: dict[int, int] = {}
        self._hearing = threading.Thread(target=self._hear, daemon=True)
        self._hearing.start()

    def start(self, environment: dict[str, str], log: Path, point: str = "", meant: str = "") -> Nursed:
        """A bot, ended at a point of its work on a repository."""
        assert self._process.stdin is not None
        words = {"environment": environment, "log": str(log), "point": point, "meant": meant}
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        return Nursed(self, self._began.get(timeout=PATIENCE))

    def close(self) -> None:
        """End it; bots are ended by who started them."""
        self._process.kill()
        self._process.communicate()
        self._hearing.join()

    def _hear(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            what, pid, *code = line.split()
            if what == "began":
                self._began.put(int(pid))
            else:
                self.ended[int(pid)] = int(code[0])


@dataclass
class Nursed:
    """One bot of a nursery, as a process."""

    nursery: Nursery
    pid: int

    def poll(self) -> int | None:
        return self.nursery.ended.get(self.pid)

    def wait(self, timeout: float | None = None) -> int:
        deadline = time.monotonic() + (timeout or PATIENCE)
        while (code := self.poll()) is None:
            assert time.monotonic() < deadline, "it goes on"
            time.sleep(0.01)
        return code

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


@dataclass
class Bot:
    """A server's process, and what it logs."""

    process: Process
    log: Path
    port: int = 0

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]

    def send(self, event: str, payload: object, delivery: str) -> tuple[int, str]:
        body = body_of(payload)
        return self.post(body, github(event, body, delivery=delivery))

    def post(self, body: bytes, headers: Mapping[str, str], kind: str = "github") -> tuple[int, str]:
        """The answer's status and outcome."""
        address = f"http://127.0.0.1:{self.port}/webhooks/{kind}"
        answer = httpx.post(address, content=body, headers=headers, timeout=PATIENCE)
        return answer.status_code, answer.json()["outcome"]

    def outcomes(self, repository: str = "acme/shop") -> list[str]:
        """What the work on a repository has come to so far."""
        return [one["outcome"] for one in self.worked() if one["repository"] == repository]

    def worked(self) -> list[dict[str, Any]]:
        return [line for line in self.lines() if line["message"].startswith("work: ")]

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=PATIENCE)


def until(true: Callable[[], object], bot: Bot, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert bot.process.poll() is None, bot.log.read_text("utf-8")
        assert time.monotonic() < deadline, bot.log.read_text("utf-8")
        time.sleep(0.05)


@contextmanager
def running(  # noqa: PLR0913 - each has its name
    server: Server,
    folder: Path,
    nursery: Nursery | None = None,
    *,
    database: str = "",
    point: str = "",
    meant: str = "",
    more: Mapping[str, str] | None = None,
) -> Iterator[Bot]:
    """A bot that serves, started by a nursery if there is one. `more` are variables in place of the server's."""
    log = folder / "log"
    log.write_bytes(b"")
    connects = server.environment if more is None else more
    environment = {**os.environ, **connects, "PYTHONPATH": SOURCE, "XDG_CACHE_HOME": str(folder / "cache")}
    environment |= {f"STACKFIX_{server.kind.upper()}_WEBHOOK_SECRET": SECRET}
    environment["STACKFIX_DATABASE"] = database or f"sqlite:///{folder}/bot.sqlite"
    process: Process
    if nursery is not None:
        process = nursery.start(environment, log, point, meant)
    else:
        with log.open("wb") as stream:
            words = [sys.executable, "-m", "stackfix", "bot", "--port", "0"]
            process = subprocess.Popen(words, env=environment, stderr=stream)
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


def host(server: Server) -> str:
    """What a delivery would say of where a forge is."""
    return server.address.removeprefix("http://")


def push(server: Server, name: str = "acme/shop") -> dict[str, Any]:
    payload = example("push", "refs/heads/master")
    payload["ref"] = "refs/heads/main"
    payload["repository"] |= {"full_name": name, "html_url": f"http://{host(server)}/{name}"}
    payload["repository"]["default_branch"] = "main"
    return payload
