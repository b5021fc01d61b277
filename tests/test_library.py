"""Documents and facts are read once, and anew where a file changed."""

from __future__ import annotations

from dataclasses import dataclass

from stackfix.graph.library import Library
from stackfix.text import Text, Unreadable
from stackfix.tree import Entry, Tree

READ: list[str] = []


@dataclass(frozen=True)
class Disk:
    files: dict[str, bytes]

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def would_ignore(self, path: str) -> bool:
        return path == "ignored"


def library(**files: bytes) -> Library:
    READ.clear()
    return Library(Tree({path: Entry(path) for path in [*files, "lost"]}), Disk(files))


def words(text: Text) -> list[str]:
    """A reader that notes what it reads."""
    READ.append(text.value)
    return text.value.split()


def count(text: Text) -> int:
    return len(text)


def refuse(text: Text) -> None:
    raise Unreadable("no such thing", text.value.find("!"))


def deep(_: Text) -> None:
    raise RecursionError


def test_each_reader_reads_a_file_once() -> None:
    books = library(a=b"one two")
    assert books.get("a", words) is books.get("a", words)
    assert books.get("a", count) == 7
    assert READ == ["one two"]


def test_what_is_not_there_is_none() -> None:
    books = library(a=b"")
    assert (books.get("gone", words), books.get("lost", words), books.text("lost")) == (None, None, None)
    assert books.get("a", words) == []
    assert books.problems == {}


def test_problems_are_told_once_with_their_line() -> None:
    books = library(a=b"x\ny\nz!", b=b"a\xff", c=b"c")
    assert (books.get("a", refuse), books.get("b", words), books.get("c", deep)) == (None, None, None)
    assert books.problems == {"a": "no such thing (line 3)", "b": "not UTF-8 (byte 1)", "c": "nested too deeply"}


def test_after_a_change_only_changed_files_are_read_anew() -> None:
    books = library(a=b"one", b=b"two", bad=b"\xff")
    books.get("a", words)
    books.get("b", words)
    books.text("bad")
    later = books.after(books.tree, Disk({"a": b"three", "b": b"two", "bad": b"ok"}), ["a", "bad"])
    assert (later.get("a", words), later.get("b", words)) == (["three"], ["two"])
    assert READ == ["one", "two", "three"]
    assert books.problems
    assert later.problems == {}


def test_what_is_remembered_lasts_until_a_file_of_it_changes() -> None:
    books = library(a=b"one", b=b"two")
    made: list[str] = []

    def compute() -> int:
        made.append("once")
        return books.get("a", count) or 0

    assert [books.remember("key", compute) for _ in range(2)] == [3, 3]
    assert made == ["once"]
    kept = books.after(books.tree, Disk({"a": b"one", "b": b"2"}), ["b"])
    assert kept.remember("key", lambda: 0) == 3
    gone = books.after(books.tree, Disk({"a": b"1", "b": b"two"}), ["a"])
    assert gone.remember("key", lambda: 0) == 0


def test_what_is_remembered_within_counts_for_what_is_around() -> None:
    books = library(a=b"one")
    books.remember("outer", lambda: books.remember("inner", lambda: books.get("a", count)))
    later = books.after(books.tree, Disk({"a": b"1"}), ["a"])
    assert later.remember("outer", lambda: 0) == 0


def test_another_file_is_another_world_for_what_is_remembered() -> None:
    books = library(a=b"one")
    books.remember("key", lambda: 1)
    tree = books.tree.changed({"new": b""}, {})
    assert books.after(tree, Disk({"a": b"one", "new": b""}), ["new"]).remember("key", lambda: 2) == 2
