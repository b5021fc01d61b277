"""docs/fleet.md: each command in it is run, in its order, against a stand-in for GitHub."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stackfix import cli
from stackfix.fleet.sources import listed
from tests.fleet.operating import Operator, moves, served

if TYPE_CHECKING:
    from tests.forge.server import Server

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "docs" / "fleet.md").read_text("utf-8")


def commands() -> list[str]:
    """All lines of the shell's blocks."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


def test_every_command_does_what_it_says(operator: Operator, github_server: Server, postgres: str) -> None:
    shops = served(github_server, ("shop", "depot"))
    operator.environment["GITHUB_API_URL"] = github_server.environment["GITHUB_API_URL"]
    pulls = []
    for line in commands():
        told = line.replace("https://github.com", github_server.address).replace("github_pat_…", github_server.token)
        program, *words = shlex.split(told)
        if program == "echo":
            subprocess.run(["sh", "-c", told], cwd=operator.home, check=True)
        elif program == "export":
            name, _, value = words[0].partition("=")
            operator.environment[name] = postgres if value.startswith("postgresql:") else value
        elif "worker" in words:
            lends(operator, *words)
        elif program != "pip":
            assert program == "stackfix", line
            ran = operator.types(*words)
            assert (ran.returncode, ran.stderr) == (0, ""), (line, ran)
            assert github_server.token not in ran.stdout
            assert "run" not in words or "2 repositories: 2 done; 2 findings, 2 fixed" in ran.stdout
            assert "json" not in words or set(json.loads(ran.stdout)) == set(example())
            pulls.append([len(shop.pulls) for shop in shops])
    assert pulls[0] == [0, 0], "looked"
    assert pulls[1:] == [[1, 1]] * len(pulls[1:]), "opened once"
    assert [moves(shop.folder) for shop in shops] == [1, 1]


def lends(operator: Operator, *words: str) -> None:
    """A worker, until it is told to stop."""
    worker = operator.starts(*words)
    assert worker.stderr is not None
    assert "working" in worker.stderr.readline()
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=60)
    assert worker.returncode == 0


def example() -> dict[str, object]:
    """The JSON that the page shows."""
    [block] = re.findall(r"^```json\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    shown: dict[str, object] = json.loads(block)
    return shown


def test_the_file_that_it_writes_names_two_repositories() -> None:
    lines = [shlex.split(line)[1] for line in commands() if line.startswith("echo ")]
    assert len(listed("\n".join(lines), "/")) == 2


def test_the_extra_that_it_names_is_there() -> None:
    [install] = [line for line in commands() if line.startswith("pip ")]
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extra = re.fullmatch(rf"pip install '{told['project']['name']}\[(\w+)\]'", install)
    assert extra is not None
    assert extra[1] in told["project"]["optional-dependencies"]


@pytest.mark.parametrize("command", ["run", "status", "retry", "cancel", "worker"])
def test_every_option_is_told(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["fleet", command, "--help"]) == 0
    options = set(re.findall(r"(--[a-z-]+)", capsys.readouterr().out)) - {"--help"}
    assert options
    assert {option for option in options if option not in TEXT} == set()
