"""The patch is given to real git, at the top of a repository, below it, and outside any."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stackfix.outcome import Change
from stackfix.report import patch

if TYPE_CHECKING:
    from pathlib import Path

ENVIRONMENT = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
PLACES = ("top", "below", "deep", "outside")
PREFIXES = {"top": "", "below": "site/", "deep": "apps/site/", "outside": ""}


def never(_path: str, _line: bytes) -> bool:
    return False


def password(_path: str, line: bytes) -> bool:
    return b"PASSWORD" in line


def root_for(place: str, tmp_path: Path) -> Path:
    root = tmp_path / PREFIXES[place] if PREFIXES[place] else tmp_path
    root.mkdir(parents=True, exist_ok=True)
    if place != "outside":
        git(tmp_path, "init", "-q")
    return root


def git(folder: Path, *words: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {**ENVIRONMENT, "GIT_CEILING_DIRECTORIES": str(folder.parent)} if words[0] == "init" else ENVIRONMENT
    return subprocess.run(["git", *words], cwd=folder, input=data, capture_output=True, check=False, env=environment)


def write(root: Path, changes: tuple[Change, ...]) -> None:
    for change in changes:
        if change.before is not None:
            (root / change.path).parent.mkdir(parents=True, exist_ok=True)
            (root / change.path).write_bytes(change.before)


def holds(root: Path, changes: tuple[Change, ...]) -> None:
    for change in changes:
        path = root / change.path
        if change.after is None:
            assert not path.exists()
        else:
            assert path.read_bytes() == change.after
        if change.executable is not None:
            assert os.access(path, os.X_OK) is change.executable


CASES = {
    "one line": Change("a.txt", b"one\ntwo\nthree\n", b"one\n2\nthree\n"),
    "first line": Change("a.txt", b"one\ntwo\nthree\nfour\nfive\n", b"1\ntwo\nthree\nfour\nfive\n"),
    "last line": Change("a.txt", b"1\n2\n3\n4\n5\n6\n", b"1\n2\n3\n4\n5\nsix\n"),
    "CR LF": Change("a.txt", b"one\r\ntwo\r\nthree\r\n", b"one\r\n2\r\nthree\r\n"),
    "no final newline": Change("a.txt", b"one\ntwo", b"one\n2"),
    "a line after no final newline": Change("a.txt", b"one\ntwo", b"one\ntwo\nthree"),
    "Latin-1": Change("a.txt", b"caf\xe9\ntwo\n", b"caf\xe9\n2\n"),
    "a byte order mark": Change("a.txt", b"\xef\xbb\xbfone\n", b"\xef\xbb\xbf1\n"),
    "a new file": Change("new/a.txt", None, b"one\n"),
    "a new empty file": Change("new/__init__.py", None, b""),
    "a new program": Change("run.sh", None, b"#!/bin/sh\n", executable=True),
    "a removed file": Change("a.txt", b"one\n", None),
    "a removed empty file": Change("a.txt", b"", None),
    "an emptied file": Change("a.txt", b"one\n", b""),
    "a filled file": Change("a.txt", b"", b"one\n"),
    "a mode": Change("run.sh", b"#!/bin/sh\n", b"#!/bin/sh\n", executable=True),
    "a mode and a line": Change("run.sh", b"#!/bin/sh\nx\n", b"#!/bin/sh\ny\n", executable=True),
    "a space in the name": Change("my app/a b.txt", b"one\n", b"1\n"),
    "quotes in the name": Change('say "hi"\\n.txt', b"one\n", b"1\n"),
    "letters past ASCII in the name": Change("größe/é.txt", b"one\n", b"1\n"),
    "a folder named like its root": Change("site/site.txt", b"one\n", b"1\n"),
    "a folder named like its deep root": Change("apps/site/site.txt", b"one\n", b"1\n"),
    "a line that looks like a head": Change("a.sql", b"-- a\n++ b\n-- c\n", b"-- a\n++ b\n-- d\n"),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("change", CASES.values(), ids=CASES)
def test_git_takes_every_kind_of_change(change: Change, place: str, tmp_path: Path) -> None:
    root = root_for(place, tmp_path)
    write(root, (change,))
    written = patch.render([change], never, prefix=PREFIXES[place])
    applied = git(
        root, "apply", "--whitespace=error-all" if b"\r" not in written else "--whitespace=nowarn", data=written
    )
    assert applied.returncode == 0, applied.stderr.decode() + written.decode("latin-1")
    holds(root, (change,))


@pytest.mark.parametrize("place", PLACES)
def test_git_takes_all_kinds_in_one_patch(place: str, tmp_path: Path) -> None:
    root = root_for(place, tmp_path)
    changes = tuple(
        Change(f"{number}/{case.path}", case.before, case.after, case.executable)
        for number, case in enumerate(CASES.values())
    )
    write(root, changes)
    applied = git(root, "apply", data=patch.render(changes, never, prefix=PREFIXES[place]))
    assert applied.returncode == 0, applied.stderr.decode()
    holds(root, changes)


def test_a_root_below_the_top_gives_a_patch_that_also_applies_to_a_copy_outside(tmp_path: Path) -> None:
    for name in ("site/settings.py", "compose.yml"):
        change = Change(name, b"one\ntwo\n", b"one\n2\n")
        write(tmp_path, (change,))
        applied = git(tmp_path, "apply", data=patch.render([change], never, prefix="site/"))
        assert applied.returncode == 0, applied.stderr.decode()
        holds(tmp_path, (change,))


def test_it_reads_as_people_expect() -> None:
    before = b"a\nb\nc\nd\nport: 5000\ne\nf\ng\nh\n"
    written = patch.render([Change("compose.yml", before, before.replace(b"5000", b"8000"))], never)
    assert written == (
        b"diff --git a/compose.yml b/compose.yml\n"
        b"--- a/compose.yml\n+++ b/compose.yml\n"
        b"@@ -2,7 +2,7 @@\n b\n c\n d\n-port: 5000\n+port: 8000\n e\n f\n g\n"
    )


def test_nothing_changed_is_no_patch() -> None:
    assert patch.render([Change("a", b"x\n", b"x\n")], never) == b""


def test_distant_edits_are_two_hunks_and_near_ones_one() -> None:
    old = [b"%d\n" % n for n in range(30)]
    far, near = list(old), list(old)
    far[2], far[20] = b"x\n", b"y\n"
    near[2], near[8] = b"x\n", b"y\n"
    assert patch.render([Change("a", b"".join(old), b"".join(far))], never).count(b"@@ -") == 2
    assert patch.render([Change("a", b"".join(old), b"".join(near))], never).count(b"@@ -") == 1


def test_context_stops_before_a_secret() -> None:
    before = b"a\nPASSWORD=hunter2\nb\nport=5000\nc\nPASSWORD=hunter3\nd\n"
    written = patch.render([Change(".env", before, before.replace(b"5000", b"8000"))], password)
    assert written.endswith(b"@@ -3,3 +3,3 @@\n b\n-port=5000\n+port=8000\n c\n")


def test_the_one_line_after_an_edit_stays_even_if_secret(tmp_path: Path) -> None:
    before = b"PASSWORD=hunter1\nport=5000\nPASSWORD=hunter2\nPASSWORD=hunter3\nb\n"
    change = Change(".env", before, before.replace(b"5000", b"8000"))
    written = patch.render([change], password)
    assert b"hunter1" not in written
    assert b"hunter2" in written
    assert b"hunter3" not in written
    write(tmp_path, (change,))
    assert git(tmp_path, "apply", data=written).returncode == 0
    holds(tmp_path, (change,))


def test_a_line_after_a_sole_secret_line(tmp_path: Path) -> None:
    change = Change(".env", b"PASSWORD=hunter2\n", b"PASSWORD=hunter2\nPORT=8000\n")
    written = patch.render([change], password)
    assert b"hunter2" not in written
    write(tmp_path, (change,))
    assert git(tmp_path, "apply", data=written).returncode == 0
    holds(tmp_path, (change,))


TEXTS = st.lists(st.sampled_from([b"a", b"b", b"PASSWORD=1", b"PASSWORD=2", b"", b"c\r", b"\xe9"]), max_size=14).map(
    b"\n".join
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=TEXTS, after=TEXTS)
@pytest.mark.parametrize("is_secret", [never, password])
def test_git_rebuilds_any_file_from_any_other(is_secret: object, before: bytes, after: bytes, tmp_path: Path) -> None:
    change = Change("a.txt", before, after)
    write(tmp_path, (change,))
    written = patch.render([change], never if is_secret is never else password)
    if before == after:
        assert written == b""
        return
    applied = git(tmp_path, "apply", "--whitespace=nowarn", data=written)
    assert applied.returncode == 0, applied.stderr.decode() + written.decode("latin-1")
    holds(tmp_path, (change,))
