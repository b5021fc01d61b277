"""`stackfix pr` over HTTP, against stand-ins for the forges: real git, every request checked by the forge's description."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from tests.checkouts import BROKEN, git
from tests.forge.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.forge.state import Repository
    from tests.pulls.conftest import Ran

    Run = Callable[..., Ran]

FILES = {path: text.encode() for path, text in BROKEN.items()}
REPAIRED = BROKEN["compose.yml"].replace("http://api:9100", "http://api:8000").encode()


@pytest.fixture(params=["github", "gitlab", "gitea"])
def server(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with Server(request.param, tmp_path / "forge") as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def shop(server: Server) -> Repository:
    return server.add("acme/shop", dict(FILES))


@pytest.fixture
def clone(shop: Repository, tmp_path: Path) -> Path:
    git(tmp_path, "clone", "-q", str(shop.folder), "clone")
    git(tmp_path / "clone", "remote", "set-url", "origin", shop.clone_url)
    return tmp_path / "clone"


on_each = pytest.mark.parametrize("server", ["github", "gitlab", "gitea"], indirect=True)


@on_each
def test_from_the_first_fault_to_the_last(clone: Path, shop: Repository, server: Server, run: Run) -> None:
    ran = run("pr", clone)
    assert (ran.code, ran.out) == (0, "")
    [pull] = shop.pulls
    assert ran.err.rstrip().endswith(" opened")
    assert (pull.branch, pull.base, pull.state, pull.author) == ("stackfix/fixes", "main", "open", server.login)
    assert "mermaid" in pull.body
    assert f"](<{shop.clone_url.removesuffix('.git')}/" in pull.body
    assert "/main/compose.yml#L8>)" in pull.body
    assert "hunter2" not in pull.body
    asked = len(server.requests)
    again = run("pr", clone)
    assert (again.code, again.err.rstrip().rpartition(" ")[2]) == (0, "already")
    assert {request.method for request in server.requests[asked:] if "git-" not in request.path} == {"GET"}
    shop.commit({"new": b"x"})
    assert run("pr", clone).err.rstrip().endswith("brought up to date")
    assert shop.pull(pull.number).frozen != pull.frozen or shop.head("stackfix/fixes") == shop.pull(pull.number).frozen
    shop.commit({"compose.yml": REPAIRED})
    ran = run("pr", clone)
    assert (ran.code, "closed: nothing is broken now" in ran.err) == (0, True)
    assert shop.pull(pull.number).state != "open"
    assert shop.head("stackfix/fixes") is None
    assert any("no longer found on `main`" in comment.body for comment in pull.comments)


@on_each
def test_the_token_is_seen_nowhere(
    clone: Path, shop: Repository, server: Server, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = clone.parent / "trace"
    # git writes every command that it starts there, with its arguments: what the list of processes would show.
    monkeypatch.setenv("GIT_TRACE", str(trace))
    ran = run("pr", clone)
    assert ran.code == 0
    written = trace.read_text("utf-8")
    assert "git remote-http" in written
    assert "push" in written
    sent = base64.b64encode(server.token.encode()).decode().rstrip("=")[4:-4]
    for text in (written, ran.out, ran.err, shop.pulls[0].body, git(shop.folder, "log", "--all")):
        assert server.token not in text
        assert sent not in text
    for path in clone.rglob("*"):
        assert not path.is_file() or server.token.encode() not in path.read_bytes()


def failure(ran: Ran, server: Server) -> str:
    """The one line that a failed call says."""
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert server.token not in ran.err
    return ran.err


def test_a_revoked_token_is_one_line(clone: Path, server: Server, run: Run) -> None:
    server.revoke()
    assert "token" in failure(run("pr", clone), server)


def test_no_token_is_one_line(clone: Path, server: Server, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in server.environment.items():
        if value == server.token:
            monkeypatch.delenv(name)
    assert "no token for " in failure(run("pr", clone), server)


def test_a_vanished_repository_is_one_line(clone: Path, server: Server, run: Run) -> None:
    server.remove("acme/shop")
    failure(run("pr", clone), server)


def test_a_protected_branch_is_one_line(clone: Path, shop: Repository, server: Server, run: Run) -> None:
    shop.protect("stackfix/fixes")
    assert "it refuses the branch" in failure(run("pr", clone), server)
    assert shop.pulls == []


def test_a_push_race_is_lost_and_told(clone: Path, shop: Repository, server: Server, run: Run) -> None:
    theirs = shop.commit({"theirs": b"x"}, "other")
    shop.race("stackfix/fixes", theirs)
    assert "moved by somebody else" in failure(run("pr", clone), server)
    assert shop.head("stackfix/fixes") == theirs
    assert shop.pulls == []


@pytest.mark.parametrize("done", [False, True])
def test_a_forge_that_fails_once_is_asked_again_by_the_next_call(
    clone: Path, shop: Repository, server: Server, run: Run, *, done: bool
) -> None:
    server.order(502, "bad gateway", method="POST", times=9, done=done)
    first = run("pr", clone)
    server._plans.clear()  # noqa: SLF001 - it is well again
    if first.code:
        failure(first, server)
    assert run("pr", clone).code == 0
    assert [pull.state for pull in shop.pulls] in (["open"], ["opened"])


def test_an_archived_repository_is_one_line(clone: Path, shop: Repository, server: Server, run: Run) -> None:
    shop.archived = True
    failure(run("pr", clone), server)


def test_a_dry_run_asks_no_forge(clone: Path, server: Server, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in server.environment.items():
        if value == server.token:
            monkeypatch.delenv(name)
    ran = run("pr", clone, "--dry-run")
    assert ran.code == 0
    assert "branch: stackfix/fixes\n" in ran.out
    assert all(
        "git-upload-pack" in (request.path, request.one("service")) or "git" in request.path
        for request in server.requests
    )


def test_without_its_forge_the_branch_alone_goes_out(clone: Path, shop: Repository, server: Server, run: Run) -> None:
    refused = run("pr", clone, "--forge", "none")
    assert "it doesn't take the login" in failure(refused, server)
    git(clone, "remote", "set-url", "origin", shop.clone_url.replace("http://", f"http://bot:{server.token}@"))
    ran = run("pr", clone, "--forge", "none")
    assert (ran.code, ran.err) == (0, "stackfix: stackfix/fixes on origin pushed\n")
    assert shop.pulls == []


@pytest.mark.parametrize("where", ["global", "local"])
def test_the_users_own_credential_helper_is_asked(  # noqa: PLR0913, PLR0917 - fixtures
    clone: Path, shop: Repository, server: Server, run: Run, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    helper = f"!f() {{ echo username=bot; echo password={server.token}; touch {clone.parent}/asked; }}; f"
    settings = clone.parent / "global"
    settings.write_text("")
    file = settings if where == "global" else clone / ".git" / "config"
    git(clone, "config", "--file", str(file), "credential.helper", helper)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    ran = run("pr", clone, "--forge", "none")
    assert (ran.code, shop.head("stackfix/fixes") is not None) == ((0, True) if where == "global" else (2, False))
    assert (clone.parent / "asked").exists() == (where == "global")
    assert server.token not in ran.out + ran.err
