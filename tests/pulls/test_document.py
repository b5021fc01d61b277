"""docs/pr.md: each command in it is run, in its order, against a stand-in for GitHub."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

from stackfix.config import load
from tests.checkouts import BROKEN, git
from tests.pulls.conftest import placed
from tests.test_bot_config import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.forge.server import Server
    from tests.pulls.conftest import Ran

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "docs" / "pr.md").read_text("utf-8")


def blocks(syntax: str) -> list[str]:
    """The fenced blocks of a syntax."""
    return re.findall(rf"^```{syntax}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    """All lines of the shell's blocks, without comments."""
    lines = (line.partition(" #")[0].strip() for block in blocks("sh") for line in block.splitlines())
    return [line for line in lines if line]


def test_every_command_does_what_it_says(
    github_server: Server, run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = github_server.add("acme/shop", {path: text.encode() for path, text in BROKEN.items()})
    shop.commit({"stackfix.toml": b""})
    plain = placed(tmp_path, dict(BROKEN))
    monkeypatch.setenv("GITHUB_API_URL", github_server.environment["GITHUB_API_URL"])
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    here, pulls = tmp_path, []
    for line in commands():
        told = line.replace("https://github.com", github_server.address).replace("github_pat_…", github_server.token)
        program, *words = shlex.split(told)
        if program == "cd":
            here /= words[0]
        elif program == "export":
            monkeypatch.setenv(*words[0].split("=", 1))
        elif program == "git":
            git(here, *words)
        elif program != "pip":
            assert program == "stackfix", line
            monkeypatch.chdir(plain.clone if "none" in words else here)
            ran = run(*words)
            assert ran.code == 0, (line, ran.err)
            assert github_server.token not in ran.out + ran.err
            pulls.append(len(shop.pulls))
    assert pulls[0] == 0, "looked"
    assert pulls[1:] == [1] * len(pulls[1:]), "opened once"
    assert plain.branches == ["main", "stackfix/fixes"]
    assert (plain.clone / "body.md").is_file()


def test_the_extra_that_it_names_is_there() -> None:
    [install] = [line for line in commands() if line.startswith("pip ")]
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extra = re.fullmatch(rf"pip install '{told['project']['name']}\[(\w+)\]'", install)
    assert extra is not None
    assert extra[1] in told["project"]["optional-dependencies"]


def test_every_option_is_told() -> None:
    help_ = subprocess.run(
        [sys.executable, "-m", "stackfix", "pr", "--help"],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=True,
    )
    options = set(re.findall(r"(--[a-z-]+)", help_.stdout)) - {"--help"}
    assert options
    assert {option for option in options if option not in TEXT} == set()


def test_the_configuration_that_it_shows_is_one(tmp_path: Path) -> None:
    [written] = blocks("toml")
    (tmp_path / "stackfix.toml").write_text(written, "utf-8")
    assert load(tmp_path).bot.base == "develop"
    told = tomllib.loads(written)
    jsonschema.validate(told, SCHEMA)
    shown = set(told["bot"])
    assert shown == set(SCHEMA["properties"]["bot"]["properties"]) - {"dashboard", "onboarding", "checks"}


@pytest.mark.parametrize("link", re.findall(r"\]\(#([a-z-]+)\)", TEXT))
def test_a_link_within_leads_somewhere(link: str) -> None:
    headings = re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    assert link in {heading.lower().replace(" ", "-") for heading in headings}
