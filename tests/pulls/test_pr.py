"""`stackfix pr` by its contract, with a remote that is no forge."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from stackfix.pulls import setting
from tests import checkouts
from tests.checkouts import BROKEN, git, write
from tests.pulls.conftest import placed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.pulls.conftest import Place, Ran

    Run = Callable[..., Ran]

WRONG, RIGHT = "http://api:9100", "http://api:8000"
REPAIRED = BROKEN["compose.yml"].replace(WRONG, RIGHT)


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_branch_is_pushed_and_the_body_written(place: Place, run: Run, tmp_path: Path) -> None:
    body = tmp_path / "body.md"
    ran = run("pr", place.clone, "--body-file", body)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "stackfix: stackfix/fixes on origin pushed\n"
    assert place.shown("compose.yml") + "\n" == REPAIRED
    assert git(place.hub, "log", "--format=%s", "main..stackfix/fixes") == "[host-port-inside-network] use api:8000"
    assert git(place.hub, "diff", "--name-only", "main", "stackfix/fixes") == "compose.yml"
    assert git(place.hub, "fsck", "--strict") == ""
    text = body.read_text("utf-8")
    assert "host-port-inside-network" in text
    assert "compose.yml:8" in text
    assert "hunter2" not in text


def test_nothing_of_the_users_repository_changes(place: Place, run: Run) -> None:
    write(place.clone, {"api/main.py": "staged", "untracked": "x"})
    git(place.clone, "add", "api/main.py")
    write(place.clone, {"api/main.py": "dirty"})
    place.commit({"new": "x"})
    before = everything(place.clone)
    ran = run("pr", place.clone)
    assert ran.code == 0
    assert everything(place.clone) == before
    assert ran.err.startswith("stackfix: not looked at, since not committed: api/main.py, untracked\n")


def test_the_remotes_base_is_judged_and_not_what_is_here(place: Place, run: Run) -> None:
    write(place.clone, {"compose.yml": REPAIRED})
    git(place.clone, "commit", "-q", "-a", "-m", "Repaired here, not there")
    there = place.commit({"new": "x"})
    assert run("pr", place.clone).code == 0
    assert git(place.hub, "rev-parse", "stackfix/fixes^") == there


def test_a_second_run_pushes_nothing(place: Place, run: Run) -> None:
    run("pr", place.clone)
    tip = place.tip()
    ran = run("pr", place.clone)
    assert (ran.code, place.tip()) == (0, tip)
    assert ran.err == "stackfix: stackfix/fixes on origin holds these repairs already\n"


def test_it_is_refreshed_when_the_base_moves(place: Place, run: Run) -> None:
    run("pr", place.clone)
    base = place.commit({"new": "x"})
    ran = run("pr", place.clone)
    assert (ran.code, ran.err) == (0, "stackfix: stackfix/fixes on origin brought up to date\n")
    assert git(place.hub, "rev-parse", "stackfix/fixes^") == base


def test_nothing_to_repair_makes_no_branch(run: Run, tmp_path: Path) -> None:
    place = placed(tmp_path, {**BROKEN, "compose.yml": REPAIRED})
    ran = run("pr", place.clone, "--body-file", tmp_path / "body.md")
    assert (ran.code, ran.err) == (0, "stackfix: nothing to repair on main of origin\n")
    assert place.branches == ["main"]
    assert not (tmp_path / "body.md").exists()


def test_the_branch_goes_when_the_faults_are_gone(place: Place, run: Run) -> None:
    run("pr", place.clone)
    place.commit({"compose.yml": REPAIRED})
    ran = run("pr", place.clone)
    assert (ran.code, place.branches) == (0, ["main"])
    assert ran.err == "stackfix: stackfix/fixes on origin deleted: nothing is broken now\n"


def test_a_remote_that_keeps_every_branch_is_no_failure(place: Place, run: Run) -> None:
    run("pr", place.clone)
    git(place.hub, "config", "receive.denyDeletes", "true")
    place.commit({"compose.yml": REPAIRED})
    ran = run("pr", place.clone)
    assert ran.code == 0
    assert "stackfix/fixes can't be deleted: origin: it refuses the branch: deletion prohibited" in ran.err
    assert place.branches == ["main", "stackfix/fixes"]


@pytest.mark.parametrize("gone", [False, True])
def test_somebody_elses_commits_are_never_touched(place: Place, run: Run, *, gone: bool) -> None:
    run("pr", place.clone)
    theirs = place.commit({"mine": "x"}, "stackfix/fixes")
    place.commit({"compose.yml": REPAIRED} if gone else {"new": "x"})
    ran = run("pr", place.clone)
    assert place.tip() == theirs
    if not gone:
        assert ran.code == 2
        assert ran.err == (
            "stackfix: stackfix/fixes on origin is left as it is: it holds commits that are not stackfix's\n"
        )


def test_a_dry_run_shows_title_branch_and_body(place: Place, run: Run) -> None:
    ran = run("pr", place.clone, "--dry-run")
    assert ran.code == 0
    assert ran.out.startswith("title: Use api:8000\nbranch: stackfix/fixes\n\n")
    assert "host-port-inside-network" in ran.out
    assert place.branches == ["main"]


def test_another_base_is_judged_by_its_own_configuration(place: Place, run: Run) -> None:
    git(place.hub, "branch", "quiet", "main")
    place.commit(
        {"stackfix.toml": 'extends = "more/base.toml"\n', "more/base.toml": 'ignore = ["names", "ports"]\n'}, "quiet"
    )
    assert "nothing to repair on quiet of origin" in run("pr", place.clone, "--base", "quiet").err
    write(place.clone, {"stackfix.toml": 'ignore = ["ports", "names"]\n'})
    assert "would be opened" in run("pr", place.clone, "--dry-run").err
    given = run("pr", place.clone, "--dry-run", "--config", place.clone / "stackfix.toml")
    assert given.err.endswith("nothing to repair on main of origin\n")
    assert "nothing to repair" in run("pr", place.clone, "--dry-run", "--set", "ignore=ports,names").err


def test_a_wrong_configuration_of_the_base_is_told_by_its_place(place: Place, run: Run) -> None:
    place.commit({"stackfix.toml": "ignored = []\n"})
    ran = run("pr", place.clone)
    assert (ran.code, ran.err) == (2, "stackfix: stackfix.toml:1: no key is called 'ignored'; did you mean 'ignore'?\n")


def test_a_folder_below_the_top_is_a_root_of_its_own(run: Run, tmp_path: Path) -> None:
    place = placed(tmp_path, {f"site/{path}": text for path, text in BROKEN.items()} | {"README": "x"})
    assert run("pr", place.clone / "site").code == 0
    assert git(place.hub, "diff", "--name-only", "main", "stackfix/fixes") == "site/compose.yml"
    write(place.clone, {"other/x": "x"})
    ran = run("pr", place.clone / "other")
    assert (ran.code, ran.err.splitlines()[-1]) == (2, "stackfix: main of origin has no folder other/")


def test_ignore_rules_of_the_base_count(place: Place, run: Run) -> None:
    """An image that copies a file which isn't there breaks, unless somebody makes the file, and git ignores it."""
    files = {"web/Dockerfile": "FROM python:3.12\nCOPY made.json .\n", "web/x.py": "x = 1\n"}
    files["compose.yml"] = REPAIRED.replace("image: example/web:1", "build: ./web")
    place.commit(files)
    assert "1 finding for a person" in run("pr", place.clone).err
    place.commit({"web/.gitignore": "made.json\n"})
    assert run("pr", place.clone).err == "stackfix: nothing to repair on main of origin\n"


@pytest.mark.parametrize(("name", "code"), [("x" * 300, 0), ("..", 2), (".GIT", 2)])
def test_names_that_no_disk_should_take(place: Place, run: Run, tmp_path: Path, name: str, code: int) -> None:
    blob = git(place.hub, "hash-object", "-w", str(write(tmp_path, {"rules": "*\n"}) / "rules"))
    inner = _tree(place.hub, f"100644 blob {blob}\t.gitignore")
    odd = _tree(place.hub, f"040000 tree {inner}\t{name}")
    whole = git(place.hub, "ls-tree", "main") + f"\n040000 tree {odd}\todd"
    commit = git(place.hub, "commit-tree", "-p", "main", "-m", "Odd", _tree(place.hub, whole))
    git(place.hub, "update-ref", "refs/heads/main", commit)
    ran = run("pr", place.clone)
    assert (ran.code, ran.err.count("\n")) == (code, 1)


def test_nothing_is_laid_out_beside_the_folder(tmp_path: Path) -> None:
    top = checkouts.repository(tmp_path / "deep" / "top", {".gitignore": "x\n"})
    blob = git(top, "rev-parse", "HEAD:.gitignore")
    tree = _tree(top, f"100644 blob {blob}\t.gitignore")
    for name in ("..", "..", "odd"):
        tree = _tree(top, f"040000 tree {tree}\t{name}")
    commit = git(top, "commit-tree", "-m", "Odd", tree)
    assert "odd/../../.gitignore" in git(top, "ls-tree", "-r", commit)
    setting.lay_out(str(top), "", commit)
    found = [path for path in tmp_path.rglob("*") if ".git" not in path.parts]
    assert sorted(found) == [tmp_path / "deep", tmp_path / "deep" / "top"]


def _tree(hub: Path, lines: str) -> str:
    """A tree as no git of today would write it."""
    made = subprocess.run(
        ["git", "-C", str(hub), "mktree"], input=f"{lines}\n", capture_output=True, text=True, check=True
    )
    return made.stdout.strip()


def test_an_address_in_place_of_a_name(place: Place, run: Run) -> None:
    git(place.clone, "remote", "remove", "origin")
    assert run("pr", place.clone, "--remote", place.hub).code == 0
    assert "stackfix/fixes" in place.branches


def test_a_shallow_clone_is_enough(place: Place, run: Run, tmp_path: Path) -> None:
    place.commit({"new": "x"})
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{place.hub}", "shallow")
    base = place.commit({"newer": "x"})
    assert run("pr", tmp_path / "shallow").code == 0
    assert git(place.hub, "rev-parse", "stackfix/fixes^") == base
    assert git(place.hub, "fsck") == ""


def test_a_partial_clone_is_enough(place: Place, run: Run, tmp_path: Path) -> None:
    git(place.hub, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--bare", "--filter=blob:none", f"file://{place.hub}", "partial")
    assert run("pr", tmp_path / "partial").code == 0
    assert place.shown("compose.yml") + "\n" == REPAIRED


def test_a_repository_of_sha256(run: Run, tmp_path: Path) -> None:
    source = checkouts.repository(tmp_path / "source", BROKEN, "--object-format=sha256")
    git(tmp_path, "clone", "-q", "--bare", str(source), "hub.git")
    git(tmp_path, "clone", "-q", "hub.git", "clone")
    assert run("pr", tmp_path / "clone").code == 0
    assert git(tmp_path / "hub.git", "rev-parse", "main") == git(tmp_path / "hub.git", "rev-parse", "stackfix/fixes^")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--remote", "upstream"], "there is no remote called 'upstream' here"),
        (["--remote=-x"], "there is no remote called '-x' here"),
        (["--remote", "ext::sh -c id"], "can't be the address of a repository"),
        (["--base", "nowhere"], "origin has no branch nowhere"),
        (["--base=-x"], "'-x' can't be a branch's name"),
        (["--base", "a..b"], "'a..b' can't be a branch's name"),
        (["--forge", "nonesuch"], "nonesuch"),
        (["--remote", "https://x"], "can't be the address"),
    ],
)
def test_wrong_words_are_one_line(place: Place, run: Run, words: list[str], said: str) -> None:
    ran = run("pr", place.clone, *words)
    assert ran.code == 2
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert place.branches == ["main"]


def test_outside_git_and_without_commits(run: Run, tmp_path: Path) -> None:
    outside = run("pr", tmp_path)
    assert outside.code == 2
    assert "lies in no git repository" in outside.err
    (tmp_path / "empty.git").mkdir()
    git(tmp_path / "empty.git", "init", "-q", "--bare")
    ran = run("pr", tmp_path / "empty.git", "--remote", tmp_path / "empty.git")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "its HEAD names no branch with a commit" in ran.err


def test_a_remote_whose_head_names_nothing_has_its_only_branch_judged(place: Place, run: Run) -> None:
    git(place.hub, "symbolic-ref", "HEAD", "refs/heads/trunk")
    ran = run("pr", place.clone)
    assert ran.code == 0
    assert ran.err == (
        "stackfix: origin has no default branch: main is judged\nstackfix: stackfix/fixes on origin pushed\n"
    )
    assert run("pr", place.clone).err.endswith("holds these repairs already\n")
    git(place.hub, "branch", "other", "main")
    assert run("pr", place.clone).code == 0, "main is the usual name"
    git(place.hub, "branch", "-m", "main", "one")
    assert "name one with --base" in run("pr", place.clone).err


def test_a_vanished_remote_is_one_line(place: Place, run: Run) -> None:
    place.hub.rename(place.hub.parent / "moved")
    ran = run("pr", place.clone)
    assert (ran.code, ran.err) == (2, f"stackfix: {place.hub}: there is no repository\n")


def over_ssh(folder: Path) -> str:
    """What stands in for ssh: it runs the command here."""
    script = folder / "ssh"
    script.write_text('#!/bin/sh\nwhile [ $# -gt 1 ]; do shift; done\nexec sh -c "$1"\n')
    script.chmod(0o755)
    return str(script)


@pytest.mark.parametrize("how", ["environment", "global", "local"])
def test_over_ssh_with_the_users_own_program_alone(
    place: Place, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    program = over_ssh(tmp_path)
    git(place.clone, "remote", "set-url", "origin", f"git@nowhere.invalid:{place.hub}")
    if how == "environment":
        monkeypatch.setenv("GIT_SSH_COMMAND", program)
    elif how == "global":
        (tmp_path / "global").write_text(f"[core]\n\tsshCommand = {program}\n")
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "global"))
    else:
        # The repository's own configuration names no program that is run.
        git(place.clone, "config", "core.sshCommand", program)
        (tmp_path / "programs").mkdir()
        (tmp_path / "programs" / "ssh").symlink_to("/bin/false")
        monkeypatch.setenv("PATH", f"{tmp_path / 'programs'}:{os.environ['PATH']}")
    ran = run("pr", place.clone, "--forge", "none")
    assert ran.code == (2 if how == "local" else 0), ran.err
    assert ("stackfix/fixes" in place.branches) == (how != "local")


def test_a_protected_branch_is_one_line(place: Place, run: Run) -> None:
    hook = place.hub / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'GH006: Protected branch update failed' >&2\nexit 1\n")
    hook.chmod(0o755)
    ran = run("pr", place.clone)
    assert ran.code == 2
    assert ran.err == (
        "stackfix: origin: it refuses the branch: its hook pre-receive would have to agree, and nothing of a folder is"
        " run\n"
    )
