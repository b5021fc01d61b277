"""A variable added to a dotenv file: beside its neighbour, written as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackfix.edits import Refused, Replace
from stackfix.findings import Anchor
from stackfix.fixers.dotenv import add_variable
from stackfix.formats import dotenv
from stackfix.graph.library import Library
from stackfix.repairs.add_variable import AddVariable
from stackfix.text import Text
from stackfix.tree import Entry, Tree


class One:
    """One dotenv file in memory."""

    def __init__(self, data: bytes) -> None:
        """Take its bytes."""
        self.data = data

    def read(self, path: str) -> bytes | None:
        return self.data if path == ".env" else None

    def would_ignore(self, path: str) -> bool:
        return path == ".git"


def repaired(source: str, value: str = "8000", after: str | None = None) -> str:
    data = source.encode()
    library = Library(Tree({".env": Entry(".env")}), One(data))
    for edit in add_variable.edits(AddVariable(Anchor(".env", "dotenv"), "PORT", value, after), library):
        assert isinstance(edit, Replace)
        assert len(edit.span) == 0
        data = data[: edit.span.start] + edit.replacement + data[edit.span.end :]
    return data.decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A=1\n", "A=1\nPORT=8000\n"),
        ("A=1", "A=1\nPORT=8000"),
        ("A=1\r\nB=2\r\n", "A=1\r\nB=2\r\nPORT=8000\r\n"),
        ('A="1"\n', 'A="1"\nPORT="8000"\n'),
        ("export A='1'\n", "export A='1'\nexport PORT='8000'\n"),
        ("A = 1 # one\n# end\n", "A = 1 # one\nPORT = 8000\n# end\n"),
        ("# nothing yet\n", "# nothing yet\nPORT=8000\n"),
        ("", "PORT=8000\n"),
        ("\ufeffÄ=x\nA=1\n", "\ufeffÄ=x\nA=1\nPORT=8000\n"),
        ("PORT=8000\n", "PORT=8000\n"),
    ],
)
def test_it_is_written_as_its_neighbours(before: str, after: str) -> None:
    assert repaired(before) == after
    assert repaired(after) == after


def test_it_stands_beside_the_one_named() -> None:
    assert repaired("HOST=a\n\nOTHER=b\n", after="HOST") == "HOST=a\nPORT=8000\n\nOTHER=b\n"
    assert repaired('HOST="a\nb"\nOTHER=b\n', after="HOST") == 'HOST="a\nb"\nPORT="8000"\nOTHER=b\n'


def test_another_value_is_not_overwritten() -> None:
    with pytest.raises(Refused):
        repaired("PORT=1\n")


def test_a_dollar_is_no_variable() -> None:
    assert repaired("A=1\n", "a$b") == "A=1\nPORT='a$b'\n"
    with pytest.raises(Refused):
        repaired("A=1\n", "a$b'c")


@given(st.text(st.sampled_from("ab1 #'\"\\=:/\t\n$é"), max_size=10))
def test_it_reads_as_it_was_given(value: str) -> None:
    try:
        after = repaired("A=1\nB='2'\n", value)
    except Refused:
        return
    entries = dotenv.read(Text.of_file(".env", after.encode())).entries
    assert [(e.name.value, e.value.value) for e in entries] == [("A", "1"), ("B", "2"), ("PORT", value)]
