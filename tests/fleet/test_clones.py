from __future__ import annotations

import base64
import os
import subprocess
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stackfix import repository
from stackfix.fleet import limits, sources
from stackfix.fleet.clones import Bounds, Clones
from stackfix.fleet.transport import CannotClone
from stackfix.forge.model import Credentials
from stackfix.repository import plumbing
from tests.fleet.serving import Remote, bare, commit, git, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES: dict[str, str | bytes] = {"Dockerfile": "FROM x\n", "src/app.py": "print()\n", "logo.png": b"\x89PNG\0" * 999}


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    return bare(tmp_path / "served" / "o" / "r.git", FILES)


@pytest.fixture
def remote(origin: Path) -> Iterator[Remote]:
    with serving(origin.parent.parent) as server:
        yield server


@pytest.fixture
def clones(tmp_path: Path) -> Clones:
    return Clones(tmp_path / "cache", Bounds(seconds=20))


def source(remote: Remote) -> sources.Source:
    return sources.remote(f"{remote.url}/o/r.git")


def read(folder: str, path: str) -> bytes | None:
    return repository.open_commit(folder).sources.read(path)


def test_a_clone_has_what_may_be_judged_and_no_more(clones: Clones, remote: Remote, origin: Path) -> None:
    git(origin, "branch", "other")
    commit(origin, {"old.py": "x\n"})
    commit(origin, {"old.py": "y\n"})
    with clones.work(source(remote)) as work:
        folder = Path(work.folder)
        assert work.head.branch == "main"
        assert work.head.commit == git(origin, "rev-parse", "main") == git(folder, "rev-parse", "HEAD")
        assert read(work.folder, "src/app.py") == b"print()\n"
        assert read(work.folder, "old.py") == b"y\n"
        assert read(work.folder, "logo.png") is None, "no wiring: not fetched"
        assert [path.name for path in folder.iterdir()] == [".git"], "nothing is checked out"
        assert not (folder / ".git" / "hooks").exists()
        assert git(folder, "rev-list", "--count", "HEAD") == "1", "shallow"
        assert git(folder, "for-each-ref", "--format=%(refname)") == "refs/remotes/origin/main"
    fetches = [body for body in remote.bodies if b"command=fetch" in body and b"done" in body]
    assert len(fetches) == 2, "the trees, and all contents in one batch"
    assert all(b"filter blob:none" in body for body in fetches)


def test_the_work_folder_is_gone_on_any_end_and_the_clone_is_kept(
    clones: Clones, remote: Remote, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError), clones.work(source(remote)) as work:
        (Path(work.folder) / "nowhere" / "left").write_text("x")
    assert not Path(work.folder).exists()
    first = len(remote.asked)
    with clones.work(source(remote)) as again:
        assert read(again.folder, "Dockerfile") == b"FROM x\n"
    assert len(remote.asked) - first == 2, "asked where the branch is, and no more"
    assert sorted(path.name for path in next((tmp_path / "cache").iterdir()).iterdir()) == ["kept", "lock"]


def test_a_kept_clone_is_refreshed_and_follows_what_was_rewritten(clones: Clones, remote: Remote, origin: Path) -> None:
    with clones.work(source(remote)):
        pass
    commit(origin, {"src/app.py": "print(2)\n"})
    with clones.work(source(remote)) as work:
        assert read(work.folder, "src/app.py") == b"print(2)\n"
        assert read(work.folder, "Dockerfile") == b"FROM x\n"
    git(origin, "update-ref", "-d", "refs/heads/main")
    commit(origin, {"other.py": "3\n"})
    with clones.work(source(remote)) as work:
        assert read(work.folder, "src/app.py") is None
        assert read(work.folder, "other.py") == b"3\n"


def test_a_branch_of_ones_own(clones: Clones, remote: Remote, origin: Path) -> None:
    tip = commit(origin, {"a.py": "release\n"}, "release/1")
    assert clones.head(source(remote), branch="release/1").commit == tip
    with clones.work(source(remote), branch="release/1") as work:
        assert work.head.commit == tip
    for name in ("nowhere", "--upload-pack=x", "a:b", "a..b", "*", "a\nb", "x.lock"):
        with pytest.raises(CannotClone):
            clones.head(source(remote), branch=name)


def test_what_a_work_folder_commits_can_be_pushed(clones: Clones, remote: Remote, origin: Path) -> None:
    with clones.work(source(remote)) as work:
        folder = Path(work.folder)
        blob = git(folder, "hash-object", "-w", "--stdin", given="FROM y\n")
        git(folder, "read-tree", "HEAD")
        git(folder, "update-index", "--cacheinfo", f"100644,{blob},Dockerfile")
        made = git(folder, "commit-tree", "-p", "HEAD", "-m", "fix", git(folder, "write-tree", "--missing-ok"))
        git(folder, "push", "-q", "origin", f"{made}:refs/heads/fix")
    assert git(origin, "show", "fix:Dockerfile") == "FROM y"
    assert "missing" not in git(origin, "fsck", "--full")


def test_a_broken_clone_is_made_anew(clones: Clones, remote: Remote, origin: Path, tmp_path: Path) -> None:
    with clones.work(source(remote)):
        pass
    kept = next((tmp_path / "cache").iterdir()) / "kept"
    for name in ("shallow.lock", "config.lock"):
        (kept / name).write_text("a killed run's")
    for pack in (kept / "objects" / "pack").glob("*.idx"):
        pack.unlink()
    commit(origin, {"b.py": "x\n"})
    with clones.work(source(remote)) as work:
        assert read(work.folder, "b.py") == b"x\n"
        assert read(work.folder, "src/app.py") == b"print()\n"


def test_what_a_killed_run_left_is_swept(clones: Clones, remote: Remote, tmp_path: Path) -> None:
    with clones.work(source(remote)):
        pass
    entry = next((tmp_path / "cache").iterdir())
    for name in ("work-1", "new-2", "gone-3"):
        (entry / name / "deep").mkdir(parents=True)
    clones.tidy()
    assert sorted(path.name for path in entry.iterdir()) == ["kept", "lock"]
    long_ago = time.time() - 40 * 86_400
    os.utime(entry / "lock", (long_ago, long_ago))
    clones.tidy()
    assert [path.name for path in entry.iterdir()] == ["lock"]


def test_a_folder_of_this_machine(clones: Clones, origin: Path, tmp_path: Path) -> None:
    with clones.work(sources.operators(str(origin), "/")) as work:
        assert read(work.folder, "src/app.py") == b"print()\n"
    with pytest.raises(CannotClone, match="is no folder"), clones.work(sources.operators("nowhere", str(tmp_path))):
        pass
    (tmp_path / "plain").mkdir()
    with pytest.raises(CannotClone, match="isn't there"), clones.work(sources.operators("plain", str(tmp_path))):
        pass
    subprocess.run(["git", "-C", origin, "symbolic-ref", "HEAD", "refs/heads/never-made"], check=True)
    with clones.work(sources.operators(str(origin), "/")) as work:
        assert work.head.branch == "main", "its only branch"
    empty = tmp_path / "empty"
    subprocess.run(["git", "init", "-q", "--bare", empty], check=True)
    with pytest.raises(CannotClone, match="no commit yet"), clones.work(sources.operators("empty", str(tmp_path))):
        pass


def test_nothing_that_a_repository_brings_is_run(clones: Clones, tmp_path: Path) -> None:
    mark = tmp_path / "pwned"
    origin = tmp_path / "hostile"
    subprocess.run(["git", "init", "-q", "-b", "main", origin], check=True)
    (origin / ".gitattributes").write_text("* filter=evil diff=evil\n")
    (origin / ".gitmodules").write_text(f'[submodule "s"]\n\tpath = s\n\turl = ext::sh -c "touch% {mark}"\n')
    (origin / ".lfsconfig").write_text("[lfs]\n\turl = http://127.0.0.1:1/\n")
    git(origin, "add", ".")
    git(origin, "update-index", "--add", "--cacheinfo", "160000,1234567890123456789012345678901234567890,s")
    git(origin, "commit", "-qm", "x")
    for key in ("core.fsmonitor", "core.sshCommand", "uploadpack.packObjectsHook", "filter.evil.smudge", "core.pager"):
        git(origin, "config", key, f"touch {mark}")
    for hook in ("pre-commit", "post-checkout", "post-merge", "reference-transaction", "post-index-change"):
        (origin / ".git" / "hooks" / hook).write_text(f"#!/bin/sh\ntouch {mark}\n")
        (origin / ".git" / "hooks" / hook).chmod(0o755)
    with clones.work(sources.operators(str(origin), "/")) as work:
        assert "s" in repository.open_commit(work.folder).tree.unknown
    assert not mark.exists()


def test_a_redirect_is_not_followed_even_to_the_same_machine(clones: Clones, remote: Remote, origin: Path) -> None:
    for place in (remote.url + "/../elsewhere", f"file://{origin.parent.parent}", "https://127.0.0.1:1"):
        remote.redirect = place
        with pytest.raises(CannotClone, match="has moved: take its new address"), clones.work(source(remote)):
            pass
    assert len(remote.asked) == 3, "each asked once"


def test_a_token_is_told_to_its_host_alone_and_is_kept_nowhere(clones: Clones, remote: Remote, tmp_path: Path) -> None:
    secret = Credentials("x-access-token", "s3cr3t-t0ken")
    remote.token = "Basic " + base64.b64encode(b"x-access-token:s3cr3t-t0ken").decode()
    with clones.work(source(remote), secret) as work:
        assert read(work.folder, "Dockerfile") == b"FROM x\n"
    written = b"".join(path.read_bytes() for path in (tmp_path / "cache").rglob("*") if path.is_file())
    for form in (b"s3cr3t", base64.b64encode(b"x-access-token:s3cr3t-t0ken")):
        assert form not in written
    with pytest.raises(CannotClone, match="token missing or revoked") as told, clones.work(source(remote)):
        pass
    assert "s3cr3t" not in str(told.value)
    assert "s3cr3t" not in repr(secret)


def test_a_token_is_in_no_process_list(clones: Clones, remote: Remote) -> None:
    remote.hangs = threading.Event()
    told: list[CannotClone] = []

    def work() -> None:
        try:
            clones.head(source(remote), Credentials("u", "s3cr3t-t0ken"))
        except CannotClone as problem:
            told.append(problem)

    thread = threading.Thread(target=work)
    thread.start()
    deadline = time.monotonic() + 10
    while not remote.asked and time.monotonic() < deadline:
        time.sleep(0.01)
    lines = subprocess.check_output(["ps", "axww", "-o", "args"], text=True)
    remote.hangs.set()
    thread.join()
    assert any("git-remote-http" in line or "remote-http" in line for line in lines.splitlines())
    form = base64.b64encode(b"u:s3cr3t-t0ken").decode()
    assert "s3cr3t" not in lines
    assert form not in lines
    assert told == []


def test_an_answer_that_says_nothing_may_be_asked_for_again(clones: Clones, remote: Remote, origin: Path) -> None:
    for status, later in ((500, True), (503, True), (429, True), (403, False), (404, False)):
        remote.status = status
        with pytest.raises(CannotClone) as told:
            clones.head(source(remote))
        assert told.value.later is later, str(told.value)
        assert "\n" not in str(told.value)


def test_a_remote_that_hangs_is_given_up_with_all_its_processes(remote: Remote, tmp_path: Path) -> None:
    remote.hangs = threading.Event()
    with pytest.raises(CannotClone, match=r"longer than 0\.3 seconds"):
        Clones(tmp_path / "cache", Bounds(seconds=0.3)).head(source(remote))
    deadline = time.monotonic() + 5
    while remote.url in (lines := subprocess.check_output(["ps", "axww", "-o", "args"], text=True)):
        assert time.monotonic() < deadline, lines
    assert remote.url not in lines


def test_too_much_is_refused(remote: Remote, origin: Path, tmp_path: Path) -> None:
    commit(origin, {f"{n}.py": os.urandom(40_000) for n in range(3)})
    with (
        pytest.raises(CannotClone, match=r"larger than 0\.1 MB"),
        Clones(tmp_path / "a", Bounds(size=100_000)).work(source(remote)),
    ):
        pass
    with (
        pytest.raises(CannotClone, match="more than 5 files"),
        Clones(tmp_path / "b", Bounds(files=5)).work(source(remote)),
    ):
        pass
    left = [path.name for path in (tmp_path / "a").rglob("*") if path.is_dir() and path.name != "a"]
    assert [name for name in left if name.startswith(("new-", "kept"))] == []


def test_a_tree_that_holds_itself_many_times_over_is_cut_off(clones: Clones, origin: Path, remote: Remote) -> None:
    tree = git(origin, "mktree", given=f"100644 blob {git(origin, 'rev-parse', 'main:Dockerfile')}\tf\n")
    for _ in range(12):
        tree = git(origin, "mktree", given="".join(f"040000 tree {tree}\td{n}\n" for n in range(10)))
    made = git(origin, "commit-tree", "-m", "bomb", tree)
    git(origin, "update-ref", "refs/heads/main", made)
    with pytest.raises(CannotClone, match=r"said more than|longer than"), clones.work(source(remote)):
        pass


def test_one_at_a_time_works_on_one_repository(clones: Clones, remote: Remote, tmp_path: Path) -> None:
    hasty = Clones(tmp_path / "cache", Bounds(seconds=0.1))
    with (
        clones.work(source(remote)),
        pytest.raises(CannotClone, match="other work") as told,
        hasty.work(source(remote)),
    ):
        pass
    assert told.value.later


def test_a_program_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    words = ["sh", "-c", f"sh -c 'sleep 60; touch {tmp_path}/late' & echo $! > {tmp_path}/pid; wait"]
    with pytest.raises(limits.Exceeded):
        limits.run(words, dict(os.environ), limits.Limits(0.3))
    child = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 10
    while _runs(child):
        assert time.monotonic() < deadline, "it outlives what started it"
        time.sleep(0.01)


def _runs(process: int) -> bool:
    """Whether a process is more than what its parent has not asked about yet."""
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


def test_a_change_is_compared_with_where_it_left_its_branch(
    clones: Clones, remote: Remote, origin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plumbing, "DEPTHS", (1, 3, 2_147_483_647))
    left = git(origin, "rev-parse", "main")
    git(origin, "branch", "change")
    for number in range(2):
        commit(origin, {"src/new.py": f"{number}\n"}, "change")
    for number in range(4):
        commit(origin, {"later": f"{number}\n"})
    git(origin, "update-ref", "refs/pull/7/head", "change")
    with clones.compared(source(remote), None, "main", "refs/pull/7/head") as compared:
        assert compared.before == left
        assert compared.after == git(origin, "rev-parse", "refs/pull/7/head")
        before = repository.open_commit(compared.folder, compared.before)
        after = repository.open_commit(compared.folder, compared.after)
        assert before.sources.read("src/new.py") is None
        assert (after.sources.read("src/new.py"), after.sources.read("src/app.py")) == (b"1\n", b"print()\n")
        assert after.sources.read("later") is None
    assert not Path(compared.folder).exists()
    assert not Path(f"{compared.folder}-history").exists()


def test_a_change_that_shares_nothing_with_its_branch_is_told(clones: Clones, remote: Remote, origin: Path) -> None:
    tree = git(origin, "rev-parse", "main^{tree}")
    git(origin, "update-ref", "refs/pull/8/head", git(origin, "commit-tree", "-m", "alone", tree))
    with (
        pytest.raises(CannotClone, match="no commit in common"),
        clones.compared(source(remote), None, "main", "refs/pull/8/head"),
    ):
        pass
    with pytest.raises(CannotClone), clones.compared(source(remote), None, "main", "refs/pull/9/head"):
        pass
