"""New files and modes: exactly where nothing stands, or not at all."""

from __future__ import annotations

import pytest

from stackfix import edits
from stackfix.edits import Create, Refused
from stackfix.fixers.any import create_file, set_mode
from stackfix.graph.library import Library
from stackfix.repairs.create_file import CreateFile
from stackfix.repairs.set_mode import SetMode
from stackfix.tree import Entry, Tree


class Nothing:
    """No contents are needed."""

    def read(self, path: str) -> bytes | None:
        return path.encode()

    def would_ignore(self, path: str) -> bool:
        return path == ".git"


ENTRIES = (Entry("run.sh"), Entry("bin/go", executable=True), Entry("link.sh", target="run.sh"))
LIBRARY = Library(Tree({e.path: e for e in ENTRIES}, unknown=("vendor",)), Nothing())


def test_a_file_is_made_where_there_is_none() -> None:
    wanted = Create("a/b.txt", b"\xc3\xa4\n", executable=True)
    assert create_file.edits(CreateFile("a/b.txt", "ä\n", executable=True), LIBRARY) == (wanted,)


@pytest.mark.parametrize("path", ["run.sh", "bin", "../x", "/x", "vendor/x", "run.sh/x", "a//b", "./a", "a/../b", ""])
def test_a_file_is_refused_elsewhere(path: str) -> None:
    with pytest.raises(Refused):
        create_file.edits(CreateFile(path, ""), LIBRARY)


def test_a_mode_is_set_once() -> None:
    assert set_mode.edits(SetMode("run.sh", executable=True), LIBRARY) == (edits.SetMode("run.sh", executable=True),)
    assert set_mode.edits(SetMode("bin/go", executable=True), LIBRARY) == ()
    assert set_mode.edits(SetMode("bin/go", executable=False), LIBRARY) == (edits.SetMode("bin/go", executable=False),)


@pytest.mark.parametrize("path", ["missing.sh", "link.sh"])
def test_the_mode_of_nothing_or_a_link_is_refused(path: str) -> None:
    with pytest.raises(Refused):
        set_mode.edits(SetMode(path, executable=True), LIBRARY)
