"""What holds in every test: nothing of the user's own settings, and nothing left in the user's folders."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.forge.server import Server


# Containers are often told to keep no bytecode. The many processes that tests start would compile all of us anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


@pytest.fixture(autouse=True)
def _nobody_at_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home: Path = tmp_path_factory.getbasetemp() / "home"
    for name in ("STATE", "CACHE", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    monkeypatch.delenv("NO_COLOR", raising=False)


def _forge(kind: str, folder: Path) -> Iterator[Server]:
    from tests.forge.server import Server  # noqa: PLC0415 - only these tests pay for it

    with Server(kind, folder / "forge") as server:
        yield server


@pytest.fixture
def github_server(tmp_path: Path) -> Iterator[Server]:
    """A stand-in for GitHub; fails the test if it was asked what GitHub's description doesn't know."""
    yield from _forge("github", tmp_path)


@pytest.fixture
def gitlab_server(tmp_path: Path) -> Iterator[Server]:
    """A stand-in for GitLab, checked by a description that is written by hand from GitLab's documentation."""
    yield from _forge("gitlab", tmp_path)


@pytest.fixture
def gitea_server(tmp_path: Path) -> Iterator[Server]:
    """A stand-in for Gitea and Forgejo, checked by what a client generated from Gitea's description knows of it."""
    yield from _forge("gitea", tmp_path)
