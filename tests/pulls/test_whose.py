"""Whose a branch is, and that the same is said by `stackfix pr` and by a fleet, which has less of the past at hand."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from stackfix.deliver.remote import CannotFetch, Remote, Trouble
from stackfix.fleet import hand, sources
from stackfix.fleet.jobs import Job, Manner, Result
from stackfix.forge.model import Credentials
from stackfix.pulls import setting
from tests import checkouts
from tests.checkouts import BROKEN, git, write
from tests.fleet.serving import commit, serving
from tests.pulls.conftest import placed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.pulls.conftest import Place, Ran

    Run = Callable[..., Ran]

TAKEN = "it holds commits that are not stackfix's"


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    for name, value in checkouts.ENVIRONMENT.items():
        if name.startswith("GIT_"):
            monkeypatch.setenv(name, value)


def fleet(place: Place) -> Result:
    job = Job("run", sources.operators(f"file://{place.hub}", "/"), Manner())
    return hand.failing(lambda: hand.propose(job))


def pushed_by_hand(place: Place, run: Run) -> str:
    """The repairs of a person's own checkout, pushed by that person; the branch's end."""
    assert run("--apply", "--commit", place.clone).code == 0
    git(place.clone, "push", "-q", "origin", "stackfix/fixes")
    return place.tip()


def test_commits_below_ours_that_nobody_else_has_are_left_alone(place: Place, run: Run) -> None:
    write(place.clone, {"mine": "x"})
    git(place.clone, "add", "-A")
    git(place.clone, "commit", "-q", "-m", "Mine")
    tip = pushed_by_hand(place, run)
    ran = run("pr", place.clone)
    # The same repairs on another commit are another tree: nothing of it may go.
    assert (ran.code, ran.err) == (2, f"stackfix: stackfix/fixes on origin is left as it is: {TAKEN}\n")
    assert fleet(place).error == f"stackfix/fixes is left as it is: {TAKEN}"
    git(place.clone, "reset", "-q", "--hard", "origin/main")
    assert run("pr", place.clone, "--base", "main").code == 2
    assert place.tip() == tip


@pytest.mark.parametrize(
    ("how", "what"),
    [
        ("pr", "by hand"),
        ("pr", "nothing of its own"),
        ("fleet", "by hand"),
        ("fleet", "nothing of its own"),
        ("fleet", "long ago"),
    ],
)
def test_what_holds_ours_alone_is_made_anew(place: Place, run: Run, how: str, what: str) -> None:
    if what == "by hand":
        pushed_by_hand(place, run)
    else:
        git(place.hub, "branch", "stackfix/fixes", "main")
    for number in range(60 if what == "long ago" else 2):
        base = commit(place.hub, {"new": str(number)})
    if how == "pr":
        ran = run("pr", place.clone)
        assert (ran.code, ran.err) == (0, "stackfix: stackfix/fixes on origin brought up to date\n")
    else:
        assert fleet(place).error is None
    assert git(place.hub, "rev-parse", "stackfix/fixes^") == base


@pytest.mark.parametrize("how", ["pr", "fleet"])
def test_a_base_that_was_written_anew_is_followed(place: Place, run: Run, how: str) -> None:
    place.commit({"new": "x"})
    assert run("pr", place.clone).code == 0
    base = git(place.hub, "commit-tree", "-m", "Anew", "main^{tree}")
    git(place.hub, "update-ref", "refs/heads/main", base)
    place.commit({"newer": "x"})
    assert (run("pr", place.clone).code == 0) if how == "pr" else (fleet(place).error is None)
    assert git(place.hub, "rev-parse", "stackfix/fixes^^") == base


@pytest.mark.parametrize("name", ["stackfix/fixes", "stackfix/proxies"])
def test_a_branch_of_ours_is_no_base(place: Place, run: Run, name: str) -> None:
    run("pr", place.clone)
    theirs = place.commit({"mine": "x"}, "stackfix/fixes")
    git(place.hub, "branch", "stackfix/proxies", "stackfix/fixes")
    ran = run("pr", place.clone, "--base", name)
    assert ran.code == 2
    assert ran.err == f"stackfix: {name} is one of stackfix's own branches, which it makes anew: name another base\n"
    assert {place.tip("stackfix/fixes"), place.tip("stackfix/proxies")} == {theirs}
    place.commit({"stackfix.toml": f'[bot]\nbase = "{name}"\n'})
    assert "one of stackfix's own branches" in run("pr", place.clone).err


def test_two_roots_of_one_repository_leave_each_other_alone(run: Run, tmp_path: Path) -> None:
    place = placed(tmp_path, {f"{root}/{path}": text for root in ("one", "two") for path, text in BROKEN.items()})
    assert run("pr", place.clone / "one").code == 0
    tip = place.tip()
    ran = run("pr", place.clone)
    assert ran.code == 2
    assert ran.err == (
        "stackfix: stackfix/fixes on origin is left as it is: it holds the repairs of another root of this repository\n"
    )
    for _ in range(2):
        for root in ("two", "one"):
            assert run("pr", place.clone / root).code == 0
        assert (place.tip(), place.branches) == (tip, ["main", "stackfix/fixes", "stackfix/two/fixes"])
    for root, branch in (("one", "stackfix/fixes"), ("two", "stackfix/two/fixes")):
        assert git(place.hub, "diff", "--name-only", "main", branch) == f"{root}/compose.yml"
    # What is left of a repaired root is its own.
    place.commit({"two/compose.yml": BROKEN["compose.yml"].replace("http://api:9100", "http://api:8000")})
    assert run("pr", place.clone / "two").code == 0
    assert place.branches == ["main", "stackfix/fixes"]


@pytest.mark.parametrize("how", ["pr", "fleet"])
def test_nothing_of_a_folder_is_run_when_it_takes_a_push(
    place: Place, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "hunter2")
    hooks = place.hub / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-receive", "post-update", "push-to-checkout", "script"):
        (hooks / name).write_text(f"#!/bin/sh\nenv >>{tmp_path}/ran\n")
        (hooks / name).chmod(0o755)
    for key in ("core.alternateRefsCommand", "core.fsmonitor", "gc.recentObjectsHook"):
        git(place.hub, "config", key, str(hooks / "script"))
    (place.hub / "objects" / "info" / "alternates").write_text(f"{tmp_path}/source/.git/objects\n")
    error = run("pr", place.clone).code if how == "pr" else fleet(place).error
    assert not error
    assert "stackfix/fixes" in place.branches
    assert not (tmp_path / "ran").exists()
    for name in ("pre-receive", "update"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        (hooks / name).chmod(0o755)
    git(place.hub, "update-ref", "-d", "refs/heads/stackfix/fixes")
    told = run("pr", place.clone).err if how == "pr" else str(fleet(place).error)
    assert "it refuses the branch: its hook pre-receive would have to agree" in told
    assert place.branches == ["main"]
    assert not (tmp_path / "ran").exists()


def test_a_login_follows_nowhere(place: Place, tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    with serving(tmp_path) as elsewhere, serving(tmp_path) as server:
        server.redirect = elsewhere.url
        login = Credentials("bot", "hunter2")
        there = Remote(str(place.clone), f"{server.url}/hub.git", str(tmp_path / "scratch"), login=login)
        with pytest.raises(CannotFetch, match="it has moved, and a login follows nowhere") as moved:
            there.listed(["x"])
        assert moved.value.trouble is Trouble.MOVED
        assert elsewhere.asked == []
        sent = base64.b64encode(b"bot:hunter2").decode()
        assert server.headers[0]["Authorization"] == f"Basic {sent}"


def test_a_login_goes_over_no_line_that_others_can_read(place: Place, tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    login = Credentials("bot", "hunter2")
    with pytest.raises(CannotFetch, match="a token is not sent over http, where everybody can read it: use https"):
        Remote(str(place.clone), "http://github.com/acme/shop", str(tmp_path / "scratch"), login=login)


@pytest.mark.parametrize("name", ["stackfix", "stackfix/fixes/more"])
def test_a_branch_whose_name_leaves_no_room_is_one_line(place: Place, run: Run, name: str) -> None:
    git(place.hub, "branch", name, "main")
    ran = run("pr", place.clone)
    said = f"its branch {name} leaves no room for stackfix/fixes: give it another name"
    assert (ran.code, ran.err) == (2, f"stackfix: origin: {said}\n")
    told = fleet(place)
    assert said in str(told.error)
    assert not told.again


def test_what_is_left_as_it_is_is_not_fixed(place: Place, run: Run) -> None:
    run("pr", place.clone)
    place.commit({"mine": "x"}, "stackfix/fixes")
    place.commit({"new": "x"})
    told = fleet(place)
    assert (told.findings, told.fixed, told.branch) == (1, 0, None)


def test_without_a_forge_the_branch_of_a_group_that_is_no_more_goes(place: Place, run: Run) -> None:
    place.commit({"stackfix.toml": '[bot.groups]\nnames = ["names", "ports"]\n'})
    run("pr", place.clone)
    assert place.branches == ["main", "stackfix/names"]
    git(place.hub, "branch", "stackfix/theirs", "main")
    place.commit({"mine": "x"}, "stackfix/theirs")
    git(place.hub, "branch", "stackfix/new", "main")
    place.commit({"stackfix.toml": ""})
    assert "would" in run("pr", place.clone, "--dry-run").err
    assert "stackfix/names" in place.branches
    ran = run("pr", place.clone)
    assert (ran.code, place.branches) == (0, ["main", "stackfix/fixes", "stackfix/new", "stackfix/theirs"])
    assert "stackfix/names on origin deleted: there is no such group any more\n" in ran.err


@pytest.mark.parametrize(("large", "count"), [(True, 30), (False, 3)])
def test_ignore_rules_that_would_fill_the_disk_are_refused(
    place: Place, run: Run, monkeypatch: pytest.MonkeyPatch, *, large: bool, count: int
) -> None:
    monkeypatch.setattr(setting, "_MOST_RULES", 2 if not large else 20_000)
    rules = "x" * 999_999 + "\n" if large else ""
    place.commit({f"f{number}/.gitignore": rules for number in range(count)})
    ran = run("pr", place.clone)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "its ignore rules are more than" in ran.err
    assert "its ignore rules are more than" in str(fleet(place).error)
