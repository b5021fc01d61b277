"""Which paths there are."""

from __future__ import annotations

import pytest

from stackfix.tree import Entry, Overlay, Tree, join

TREE = Tree(
    {p: Entry(p) for p in ("compose.yaml", "api/app/main.py", "web/Dockerfile", "api/Dockerfile")},
    unknown=("vendor/sub", "data"),
)


def test_files_and_folders() -> None:
    assert TREE.folders == {"", "api", "api/app", "web"}
    assert TREE.is_file("api/Dockerfile")
    assert not TREE.is_file("api")
    assert TREE.is_folder("")
    assert TREE.is_folder("api/app")
    assert not TREE.is_folder("api/Dockerfile")
    assert TREE.named("Dockerfile") == ("api/Dockerfile", "web/Dockerfile")
    assert TREE.named("gone") == ()


@pytest.mark.parametrize(
    ("path", "unknown"),
    [
        ("vendor/sub", True),
        ("vendor/sub/deep/file", True),
        ("vendor", False),
        ("vendor/subway", False),
        ("data", True),
        ("../other", True),
        ("..", True),
        ("/etc/hosts", True),
        ("", False),
        ("api/gone", False),
    ],
)
def test_what_nobody_can_know(path: str, unknown: bool) -> None:
    assert TREE.is_unknown(path) is unknown


def test_what_lies_below() -> None:
    assert list(TREE.below("api")) == ["api/Dockerfile", "api/app/main.py"]
    assert list(TREE.below("")) == ["api/Dockerfile", "api/app/main.py", "compose.yaml", "web/Dockerfile"]
    assert list(TREE.below("ap")) == []


def test_edits_make_another_tree() -> None:
    later = TREE.changed({"compose.yaml": None, "new/run.sh": b"", "web/Dockerfile": b""}, {"new/run.sh": True})
    assert set(later.entries) == {"api/app/main.py", "web/Dockerfile", "api/Dockerfile", "new/run.sh"}
    assert later.entries["new/run.sh"] == Entry("new/run.sh", executable=True)
    assert later.is_unknown("data")
    assert "new" in later.folders
    assert TREE.is_file("compose.yaml")
    assert "new" not in TREE.folders


@pytest.mark.parametrize(
    ("folder", "path", "joined"),
    [
        ("", ".", ""),
        ("", "./a", "a"),
        ("a/b", "../c", "a/c"),
        ("a", "..", ""),
        ("a", "../../b", "../b"),
        ("a", "/etc/x", "/etc/x"),
        ("a", "b//c/", "a/b/c"),
    ],
)
def test_paths_are_joined(folder: str, path: str, joined: str) -> None:
    assert join(folder, path) == joined


class Disk:
    def read(self, path: str) -> bytes | None:
        return {"a": b"1", "b": b"2"}.get(path)

    def would_ignore(self, path: str) -> bool:
        return path == "c"


def test_contents_are_laid_over() -> None:
    over = Overlay(Disk(), {"a": b"3", "b": None, "d": b"4"})
    assert [over.read(path) for path in "abcd"] == [b"3", None, None, b"4"]
    assert [over.would_ignore(path) for path in "cd"] == [True, False]
