from __future__ import annotations

import fcntl
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stackfix.deliver import worktree
from stackfix.deliver.worktree import CannotWrite, ChangedMeanwhile, apply, recover
from stackfix.outcome import Change
from tests.checkouts import write

if TYPE_CHECKING:
    from collections.abc import Iterator

CHANGES = (
    Change("a", b"old a", b"new a"),
    Change("b", b"old b", b"new b", executable=True),
    Change("c", b"old c", None),
    Change("new/folder/d", None, b"new d"),
    Change("new/run.sh", None, b"#!/bin/sh\n", executable=True),
)
OLD = {"a": b"old a", "b": b"old b", "c": b"old c"}
NEW = {"a": b"new a", "b": b"new b", "new/folder/d": b"new d", "new/run.sh": b"#!/bin/sh\n"}


def held(root: Path) -> dict[str, bytes]:
    """Every file below a root with its contents, hidden and temporary ones too."""
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file() and not p.is_symlink()}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path / "root", {**OLD})


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal"


def test_all_changes_are_made_and_nothing_else_is_left(root: Path, journal: Path) -> None:
    apply(root, CHANGES, journal)
    assert held(root) == NEW
    assert not list(root.rglob("*.stackfix-*"))
    assert [p.suffix for p in journal.iterdir()] == [".lock"]


def test_permissions_are_kept_and_run_bits_follow_who_may_read(root: Path, journal: Path) -> None:
    (root / "a").chmod(0o640)
    (root / "b").chmod(0o640)
    before = os.umask(0o027)
    try:
        apply(root, CHANGES, journal)
    finally:
        os.umask(before)
    modes = {name: stat.S_IMODE((root / name).stat().st_mode) for name in NEW}
    assert modes == {"a": 0o640, "b": 0o750, "new/folder/d": 0o640, "new/run.sh": 0o750}


def test_a_run_bit_is_taken_away(root: Path, journal: Path) -> None:
    (root / "a").chmod(0o755)
    apply(root, [Change("a", b"old a", b"old a", executable=False)], journal)
    assert stat.S_IMODE((root / "a").stat().st_mode) == 0o644
    assert held(root) == OLD


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="extended attributes are Linux's")
def test_extended_attributes_and_owner_are_kept(root: Path, journal: Path) -> None:
    try:
        os.setxattr(root / "a", "user.note", b"mine")
    except OSError:
        pytest.skip("this file system keeps no extended attributes")
    if os.geteuid() == 0:
        os.chown(root / "a", 1234, 1235)
    apply(root, CHANGES, journal)
    assert os.getxattr(root / "a", "user.note") == b"mine"
    if os.geteuid() == 0:
        assert ((root / "a").stat().st_uid, (root / "a").stat().st_gid) == (1234, 1235)


@pytest.mark.parametrize(
    ("contents", "words"),
    [(b"edited", "b changed while stackfix ran"), (None, "b: no such file or directory")],
)
def test_a_file_that_is_no_longer_what_was_judged_stops_everything(
    root: Path, journal: Path, contents: bytes | None, words: str
) -> None:
    if contents is None:
        (root / "b").unlink()
    else:
        (root / "b").write_bytes(contents)
    before = held(root)
    with pytest.raises(ChangedMeanwhile, match=words):
        apply(root, CHANGES, journal)
    assert held(root) == before


def test_a_file_that_is_there_already_is_not_overwritten(root: Path, journal: Path) -> None:
    (root / "new").mkdir()
    (root / "new" / "run.sh").symlink_to("nowhere")
    with pytest.raises(ChangedMeanwhile, match=r"new/run\.sh is there already"):
        apply(root, CHANGES, journal)
    assert held(root) == OLD


def test_a_pipe_where_a_file_was_is_not_waited_for(root: Path, journal: Path) -> None:
    (root / "b").unlink()
    os.mkfifo(root / "b")
    with pytest.raises(ChangedMeanwhile, match="no plain file"):
        apply(root, CHANGES, journal)


@pytest.mark.parametrize("path", ["out", "folder/x", "../outside", ".git/config", "sub/.git/hooks/x"])
def test_nothing_outside_the_root_and_nothing_of_gits_is_written(root: Path, journal: Path, path: str) -> None:
    outside = write(root.parent, {"outside": "x", "elsewhere/x": "x"})
    write(root, {".git/config": "x", "sub/.git/hooks/x": "x"})
    (root / "out").symlink_to("../outside")
    (root / "folder").symlink_to("../elsewhere")
    before = held(outside)
    with pytest.raises(CannotWrite, match="leads out of the root"):
        apply(root, [Change("a", b"old a", b"new a"), Change(path, b"x", b"y")], journal)
    assert {p: d for p, d in held(outside).items() if not p.startswith("state")} == before


def test_a_link_inside_the_root_stays_a_link_and_its_file_is_changed(root: Path, journal: Path) -> None:
    (root / "link").symlink_to("a")
    apply(root, [Change("link", b"old a", b"new a"), Change("a", b"old a", b"new a")], journal)
    assert (root / "link").is_symlink()
    assert (root / "a").read_bytes() == b"new a"
    with pytest.raises(CannotWrite, match="are one file"):
        apply(root, [Change("link", b"new a", b"x"), Change("a", b"new a", b"y")], journal)


def test_a_read_only_file_is_not_replaced(root: Path, journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, _mode: not str(path).endswith("/b"))
    with pytest.raises(CannotWrite, match="b: no permission to write it; nothing was changed"):
        apply(root, CHANGES, journal)
    assert held(root) == OLD


@pytest.mark.parametrize("call", ["open", "link", "rename", "unlink", "fchmod", "fsync"])
@pytest.mark.parametrize("turn", [1, 2, 3])
def test_whatever_fails_everything_is_as_before(
    root: Path, journal: Path, monkeypatch: pytest.MonkeyPatch, call: str, turn: int
) -> None:
    """No permission, a full disk, a read-only file system: at the first, second or third call of a kind."""
    journal.mkdir(parents=True)
    real = getattr(os, call)
    count = 0

    def failing(*words: object, **more: object) -> object:
        nonlocal count
        if any("stackfix" in str(w) or str(w).endswith("/c") for w in words) or call in {"fchmod", "fsync"}:
            count += 1
            if count == turn:
                raise OSError(28, "No space left on device", words[0] if isinstance(words[0], str) else None)
        return real(*words, **more)

    monkeypatch.setattr(os, call, failing)
    if call == "link":
        # Its stand-in copies: that is no failure.
        apply(root, CHANGES, journal)
        assert held(root) == NEW
        return
    done = False
    try:
        apply(root, CHANGES, journal)
        done = True
    except CannotWrite as problem:
        assert "no space left on device; nothing was changed" in str(problem)  # noqa: PT017 - either end is right
        assert "stackfix-" not in str(problem)  # noqa: PT017 - as above
    monkeypatch.undo()
    assert {p: d for p, d in held(root).items() if not p.endswith("-old")} == (NEW if done else OLD)
    recover(root, journal)
    assert held(root) == (NEW if done else OLD)
    assert (root / "new").exists() is done
    assert count >= turn or done


def test_a_full_disk_of_its_own(tmp_path: Path, journal: Path) -> None:
    root = tmp_path / "small"
    root.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(root)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small disk takes root")
    try:
        write(root, {**OLD})
        big = tuple(Change(name, OLD[name], b"x" * 24_000) for name in OLD)
        with pytest.raises(CannotWrite, match="no space left on device; nothing was changed"):
            apply(root, big, journal)
        assert held(root) == OLD
        apply(root, CHANGES, journal)
        assert held(root) == NEW
    finally:
        subprocess.run(["umount", str(root)], check=True)


def test_a_journal_that_cant_be_kept_stops_everything(root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotWrite, match="the journal can't be kept in"):
        apply(root, CHANGES, tmp_path / "file" / "journal")
    assert held(root) == OLD


def test_the_last_step_fails_and_everything_is_put_back(root: Path, journal: Path) -> None:
    def last() -> None:
        assert held(root).keys() >= NEW.keys()
        raise LookupError

    with pytest.raises(LookupError):
        apply(root, CHANGES, journal, last)
    assert held(root) == OLD
    assert not (root / "new").exists()


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C as Python takes it, also where the tests run in the background of a shell, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_waits_until_the_files_are_whole(root: Path, journal: Path) -> None:
    def last() -> None:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        apply(root, CHANGES, journal, last)
    assert held(root) == NEW


def test_two_runs_at_a_time_are_one_too_many(root: Path, journal: Path) -> None:
    apply(root, [], journal)
    with next(journal.glob("*.lock")).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CannotWrite, match="another stackfix is writing here"):
            apply(root, CHANGES, journal)
        assert not recover(root, journal)
    assert held(root) == OLD


KILLED = """
import os, signal, sys
from stackfix.deliver import worktree
from stackfix.outcome import Change
from tests.deliver.test_worktree import CHANGES
call, turn = sys.argv[3], int(sys.argv[4])
real, count = getattr(os, call), 0
def killing(*words, **more):
    global count
    count += 1
    if count == turn:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*words, **more)
setattr(os, call, killing)
worktree.apply(sys.argv[1], CHANGES, sys.argv[2])
"""


@pytest.mark.parametrize(
    ("call", "turn"),
    [
        ("link", 1),
        ("link", 3),
        ("rename", 1),
        ("rename", 2),
        ("rename", 4),
        ("rename", 5),
        ("unlink", 1),
        ("unlink", 2),
    ],
)
def test_a_killed_run_is_put_back_or_tidied_up_by_the_next(root: Path, journal: Path, call: str, turn: int) -> None:
    """Killed before any call that changes names: old files all, until the journal is done; then new ones all."""
    here = Path(__file__).parents[2]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(root), str(journal), call, str(turn)],
        env={**os.environ, "PYTHONPATH": f"{here / 'src'}:{here}"},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    now = held(root)
    for name in ("a", "b"):
        assert now[name] in {OLD[name], NEW[name]}, "half a file"
    assert recover(root, journal)
    # The first name taken away is the removed file's; the second is a kept one's, when all is done.
    assert held(root) == (NEW if (call, turn) == ("unlink", 2) else OLD)
    assert (root / "new").exists() is ((call, turn) == ("unlink", 2))
    assert not recover(root, journal)


def test_what_somebody_wrote_after_a_killed_run_stays(root: Path, journal: Path) -> None:
    here = Path(__file__).parents[2]
    subprocess.run(
        [sys.executable, "-c", KILLED, str(root), str(journal), "rename", "4"],
        env={**os.environ, "PYTHONPATH": f"{here / 'src'}:{here}"},
        capture_output=True,
        check=False,
    )
    (root / "a").write_bytes(b"mine")
    apply(root, [Change("b", b"old b", b"newer b")], journal)
    assert held(root) == {"a": b"mine", "b": b"newer b", "c": b"old c"}


def test_a_file_system_without_second_names_is_put_back_all_the_same(
    root: Path, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_link(*_words: object, **_more: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    def last() -> None:
        raise LookupError

    monkeypatch.setattr(os, "link", no_link)
    with pytest.raises(LookupError):
        apply(root, CHANGES, journal, last)
    assert held(root) == OLD


def test_a_journal_torn_in_the_middle_does_no_harm(root: Path, journal: Path) -> None:
    apply(root, [], journal)
    name = next(journal.glob("*.lock")).stem
    (journal / name).mkdir()
    (journal / name / "open").write_text('[{"target": "/etc/pas')
    apply(root, CHANGES, journal)
    assert held(root) == NEW


def test_what_cant_be_put_back_now_is_put_back_by_the_next_run(
    root: Path, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def last() -> None:
        monkeypatch.setattr(os, "replace", refusing)
        raise OSError(5, "Input/output error")

    def refusing(*_words: object) -> None:
        raise OSError(30, "Read-only file system")

    with pytest.raises(CannotWrite, match="the next run puts back what could not be put back now"):
        apply(root, CHANGES, journal, last)
    with pytest.raises(CannotWrite, match="can't be put back"):
        recover(root, journal)
    monkeypatch.undo()
    assert recover(root, journal)
    assert held(root) == OLD


def test_nothing_to_write_and_nothing_to_put_back(root: Path, journal: Path) -> None:
    assert not recover(root, journal)
    assert not journal.exists()
    apply(root, [], journal)
    assert held(root) == OLD
    assert worktree.CannotWrite is CannotWrite
