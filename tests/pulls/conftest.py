"""A repository with a fault, its bare remote, and the command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from stackfix import cli
from tests import checkouts
from tests.checkouts import BROKEN, git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Place:
    """A clone and the bare remote that it calls origin."""

    clone: Path
    hub: Path

    @property
    def branches(self) -> list[str]:
        """The remote's branches."""
        return git(self.hub, "for-each-ref", "--format=%(refname:short)", "refs/heads").split()

    def tip(self, branch: str = "stackfix/fixes") -> str:
        """The commit that a branch of the remote ends in."""
        return git(self.hub, "rev-parse", branch)

    def shown(self, path: str, branch: str = "stackfix/fixes") -> str:
        """A file of a branch of the remote."""
        return git(self.hub, "show", f"{branch}:{path}")

    def commit(self, files: dict[str, str], branch: str = "main", message: str = "More") -> str:
        """Somebody's commit on a branch of the remote; its name."""
        elsewhere = self.hub.parent / "elsewhere"
        if not elsewhere.exists():
            git(self.hub.parent, "clone", "-q", str(self.hub), "elsewhere")
        git(elsewhere, "fetch", "-q")
        git(elsewhere, "checkout", "-q", "-B", "work", f"origin/{branch}")
        checkouts.write(elsewhere, files)
        git(elsewhere, "add", "-A")
        git(elsewhere, "commit", "-q", "--allow-empty", "-m", message)
        git(elsewhere, "push", "-q", "origin", f"work:{branch}")
        return git(elsewhere, "rev-parse", "HEAD")


def placed(folder: Path, files: dict[str, str]) -> Place:
    """A remote with these files on main, and a clone of it."""
    source = checkouts.repository(folder / "source", files)
    hub = folder / "hub.git"
    git(folder, "clone", "-q", "--bare", str(source), str(hub))
    git(folder, "clone", "-q", str(hub), "clone")
    git(folder / "clone", "remote", "set-url", "origin", "../hub.git")
    return Place(folder / "clone", hub)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A repository in which one wire doesn't meet."""
    return placed(tmp_path, dict(BROKEN))


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Ran]:
    """Call the command in this process."""

    def call(*words: object) -> Ran:
        code = cli.main([str(word) for word in words])
        out, err = capsysbinary.readouterr()
        return Ran(code, out.decode(), err.decode())

    return call
