from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from stackfix.deliver import ending
from stackfix.deliver.remote import CannotFetch, CannotPush, Remote, Trouble
from tests.checkouts import BROKEN, git, repository, write


@dataclass(frozen=True)
class Known:
    user: str = "bot"
    password: str = "s3cret-token"


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    source = repository(tmp_path / "source", BROKEN)
    git(tmp_path, "clone", "-q", "--bare", str(source), "hub.git")
    return tmp_path / "hub.git"


@pytest.fixture
def clone(hub: Path) -> Path:
    git(hub.parent, "clone", "-q", str(hub), "clone")
    return hub.parent / "clone"


def remote(clone: Path, word: str = "origin", *, local: bool = True, login: Known | None = None) -> Remote:
    scratch = clone.parent / "scratch"
    scratch.mkdir()
    return Remote(str(clone), word, str(scratch), login=login, local=local)


def test_what_is_there(hub: Path, clone: Path) -> None:
    git(hub, "branch", "stackfix/fixes", "main")
    git(hub, "branch", "other", "main")
    listed = remote(clone).listed(["stackfix/*"])
    assert listed.default == "main"
    assert listed.branches == dict.fromkeys(["main", "stackfix/fixes"], git(hub, "rev-parse", "main"))


def test_a_head_that_is_no_branch_names_none(hub: Path, clone: Path) -> None:
    git(hub, "update-ref", "--no-deref", "HEAD", git(hub, "rev-parse", "main"))
    assert remote(clone).listed(["x"]).default is None


def test_a_race_is_lost_and_told(hub: Path, clone: Path) -> None:
    there = remote(clone)
    tip = there.fetch(["main"])["main"]
    other = git(Path(there.top), "commit-tree", "-p", tip, "-m", "Other", f"{tip}^{{tree}}")
    there.push("stackfix/fixes", tip, None)
    with pytest.raises(CannotPush, match="moved by somebody else") as race:
        there.push("stackfix/fixes", other, None)
    assert race.value.trouble is Trouble.RACE
    assert race.value.again
    with pytest.raises(CannotPush, match="moved by somebody else"):
        there.push("stackfix/fixes", None, "1" * 40)
    assert git(hub, "rev-parse", "stackfix/fixes") == tip
    there.push("stackfix/fixes", None, tip)
    assert git(hub, "branch", "--format=%(refname:short)") == "main"


def test_a_branch_that_went_away_between_two_calls(clone: Path) -> None:
    with pytest.raises(CannotFetch) as gone:
        remote(clone).fetch(["main", "stackfix/gone"])
    assert gone.value.trouble is Trouble.RACE


def test_nothing_that_the_users_repository_names_is_run(hub: Path, clone: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch {ran}\ncat\n")
    script.chmod(0o755)
    for key in (
        "core.fsmonitor",
        "core.sshCommand",
        "core.askPass",
        "credential.helper",
        "core.gitProxy",
        "gpg.program",
    ):
        git(clone, "config", key, str(script))
    git(clone, "config", "core.hooksPath", str(tmp_path))
    git(clone, "config", "remote.origin.uploadpack", str(script))
    git(clone, "config", "remote.origin.receivepack", str(script))
    git(clone, "config", "filter.x.smudge", str(script))
    git(clone, "config", "alias.fetch", f"!{script}")
    for name in ("pre-push", "reference-transaction", "post-checkout"):
        write(clone, {f".git/hooks/{name}": script.read_text()})
        (clone / ".git" / "hooks" / name).chmod(0o755)
        (tmp_path / name).write_bytes(script.read_bytes())
        (tmp_path / name).chmod(0o755)
    there = remote(clone)
    tip = there.fetch(["main"])["main"]
    there.push("stackfix/fixes", tip, None)
    assert git(hub, "rev-parse", "stackfix/fixes") == tip
    assert not ran.exists()


def test_an_address_that_starts_a_program_is_refused(clone: Path, tmp_path: Path) -> None:
    git(clone, "config", "remote.origin.url", f"ext::touch {tmp_path}/ran")
    with pytest.raises(CannotFetch, match="can't be the address"):
        remote(clone)
    git(clone, "config", "remote.origin.url", "ext::id")
    with pytest.raises(CannotFetch, match="would start a program"):
        Remote(str(clone), "origin", str(tmp_path), local=True)


def test_a_rewritten_address_starts_no_program(clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tmp_path / "global"
    settings.write_text(f'[url "ext::touch {tmp_path}/ran %S "]\n\tinsteadOf = https://host.example/\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    git(clone, "config", "remote.origin.url", "https://host.example/a.git")
    with pytest.raises(CannotFetch, match="transport 'ext' not allowed"):
        remote(clone).listed(["x"])
    assert not (tmp_path / "ran").exists()


def test_a_folder_is_no_remote_unless_it_may_be(clone: Path) -> None:
    with pytest.raises(CannotFetch, match="may not be used here"):
        remote(clone, local=False)


def test_the_login_stands_on_no_command_line_and_in_no_file(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[list[str], dict[str, str]]] = []

    def instead(command: list[str], *, env: dict[str, str], **_: object) -> subprocess.CompletedProcess[bytes]:
        seen.append((command, env))
        return subprocess.CompletedProcess(command, 128, b"", b"fatal: Authentication failed for 'https://host/a'\n")

    there = remote(clone, "https://ada:hunter2@host.example/a.git", login=Known())
    monkeypatch.setattr("stackfix.deliver.remote.ending.run", instead)
    with pytest.raises(CannotFetch) as refused:
        there.listed(["x"])
    assert refused.value.trouble is Trouble.LOGIN
    assert not refused.value.again
    [(command, environment)] = seen
    for secret in ("hunter2", "s3cret-token", "Authorization"):
        assert secret not in " ".join(command)
        assert secret not in str(refused.value)
        assert secret not in there.shown
    settings = [value for name, value in environment.items() if name.startswith("GIT_CONFIG_KEY_")]
    assert "http.https://host.example/.extraHeader" in settings
    assert "credential.helper" in settings
    assert environment["GIT_ASKPASS"] == ""
    assert environment["GIT_TERMINAL_PROMPT"] == "0"
    for path in clone.parent.rglob("*"):
        assert not path.is_file() or b"s3cret" not in path.read_bytes()


@pytest.mark.parametrize(
    ("words", "trouble"),
    [
        ("fatal: repository 'https://host/a' not found", Trouble.GONE),
        ("fatal: unable to access 'https://host/a': The requested URL returned error: 503", Trouble.AWAY),
        ("fatal: unable to access 'https://host/a': Could not resolve host: host", Trouble.AWAY),
        ("fatal: could not read Username for 'https://host': terminal prompts disabled", Trouble.LOGIN),
        ("git@host: Permission denied (publickey).", Trouble.LOGIN),
        ("fatal: unable to access 'https://host/a': The requested URL returned error: 403", Trouble.LOGIN),
        ("!\tx:refs/heads/y\t[remote rejected] (protected branch hook declined)", Trouble.PROTECTED),
        ("!\tx:refs/heads/y\t[rejected] (stale info)", Trouble.RACE),
        ("fatal: something else", Trouble.OTHER),
    ],
)
def test_what_git_says_is_told_by_its_kind(
    clone: Path, monkeypatch: pytest.MonkeyPatch, words: str, trouble: Trouble
) -> None:
    def instead(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess(command, 1, b"", words.encode() + b"\n")

    there = remote(clone)
    monkeypatch.setattr("stackfix.deliver.remote.ending.run", instead)
    with pytest.raises(CannotPush) as failed:
        there.push("x", "1", None)
    assert failed.value.trouble is trouble
    assert "\n" not in str(failed.value)


def test_a_line_that_never_ends_is_given_up(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def instead(command: list[str], *, timeout: float, **_: object) -> None:
        raise subprocess.TimeoutExpired(command, timeout)

    there = remote(clone)
    monkeypatch.setattr("stackfix.deliver.remote.ending.run", instead)
    with pytest.raises(CannotFetch, match="no end after 900 seconds") as late:
        there.listed(["x"])
    assert late.value.again


def test_who_is_given_up_is_ended_with_all_its_processes(tmp_path: Path) -> None:
    words = ["sh", "-c", f"sh -c 'echo $$ > {tmp_path}/pid; sleep 60; true' & wait"]
    with pytest.raises(subprocess.TimeoutExpired):
        ending.run(words, env=dict(os.environ), timeout=0.5)
    child = Path("/proc", (tmp_path / "pid").read_text().strip(), "stat")
    assert not child.exists() or child.read_text().split()[2] == "Z"
