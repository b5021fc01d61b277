"""Somebody who runs a fleet, and repositories for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from stackfix.fleet import operating, workflows
from stackfix.fleet.durable import Database
from tests.fleet.serving import bare, git

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.fleet.nursery import Nursery
    from tests.forge.server import Server
    from tests.forge.state import Repository

SRC = Path(__file__).parents[2] / "src"
PROGRAM = (sys.executable, "-m", "stackfix")

FAULTY: dict[str, str | bytes] = {
    "compose.yaml": "services:\n  web:\n    build: web\n    ports: ['80:80']\n  api:\n    build: api\n",
    "web/Dockerfile": "FROM nginx:1.27\nCOPY nginx.conf /etc/nginx/conf.d/default.conf\n",
    "web/nginx.conf": "server {\n  listen 80;\n  location /api/ {\n    proxy_pass http://api:5000;\n  }\n}\n",
    "api/Dockerfile": 'FROM python:3.12\nCOPY . .\nCMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]\n',
    "api/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
}


STARTED: list[subprocess.Popen[str]] = []
"""What goes on beside a test; whatever becomes of that, it is ended by then."""


class Operator:
    """Somebody at a terminal, with folders of their own."""

    def __init__(self, home: Path, nursery: Nursery | None = None) -> None:
        """`home` is made where it is missing. With a nursery, what is waited for is forked instead of started."""
        self.home = home
        self._nursery = nursery
        home.mkdir(exist_ok=True)
        self.environment = {
            **os.environ,
            "XDG_STATE_HOME": str(home / "state"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "TMPDIR": str(home),
            "PYTHONPATH": f"{SRC}:{SRC.parent}",
        }

    def types(self, *words: str | Path, dying: str = "") -> subprocess.CompletedProcess[str]:
        if self._nursery is not None:
            return self._nursery.run([str(word) for word in words], self.environment, self.home, dying)
        assert not dying
        return subprocess.run(
            [*PROGRAM, *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
            env=self.environment,
            cwd=self.home,
            timeout=120,
        )

    def starts(self, *words: str | Path) -> subprocess.Popen[str]:
        started = subprocess.Popen(
            [*PROGRAM, *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
            cwd=self.home,
        )
        STARTED.append(started)
        return started

    def states(self, run: str, url: str) -> list[str]:
        """The states of a run's repositories, asked without another process."""
        client = Database(url).client(workflows.APPLICATION)
        try:
            return [one.state.value for one in operating.status(client, run).repositories]
        finally:
            client.destroy()

    def status(self, *words: str) -> dict[str, list[dict[str, object]]]:
        told = self.types("fleet", "status", *words, "--output-format", "json")
        assert told.returncode == 0, told.stderr
        found: dict[str, list[dict[str, object]]] = json.loads(told.stdout)
        return found


def end_all() -> None:
    """End what goes on still: the processes that work for it end by themselves then."""
    while STARTED:
        started = STARTED.pop()
        if started.poll() is None:
            started.kill()
            started.communicate()


def served(server: Server, names: Iterable[str]) -> list[Repository]:
    """Repositories of an organisation on a forge, with one fault each, which note every move of a branch."""
    made = []
    for name in names:
        made.append(server.add(f"acme/{name}", {path: str(text).encode() for path, text in FAULTY.items()}))
        git(made[-1].folder, "config", "core.logAllRefUpdates", "always")
    return made


def repositories(folder: Path, count: int) -> list[Path]:
    """Bare repositories with one fault each, which note every move of a branch."""
    made = []
    for number in range(count):
        origin = bare(folder / f"r{number}.git", FAULTY)
        git(origin, "config", "core.logAllRefUpdates", "always")
        made.append(origin)
    return made


def moves(origin: Path) -> int:
    log = origin / "logs" / "refs" / "heads" / "stackfix" / "fixes"
    return len(log.read_text().splitlines()) if log.is_file() else 0


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
