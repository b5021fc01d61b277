"""Texts that remember their bytes: cut, joined, and pointed at."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stackfix.spans import Span
from stackfix.text import Piece, Slicer, Text, Unreadable

WRITTEN = st.text(alphabet="ab é€😀\n", max_size=30)


def spelled(text: Text, data: bytes) -> str:
    """What the bytes of all pieces say."""
    return b"".join(data[p.span.start : p.span.end] for p in text.pieces).decode()


@given(WRITTEN, st.integers(-5, 35), st.integers(-5, 35), st.booleans())
@example(value="éaaa", start=2, end=0, bom=False)
def test_a_slice_is_the_same_characters_and_their_bytes(value: str, start: int, end: int, bom: bool) -> None:
    data = (b"\xef\xbb\xbf" if bom else b"") + value.encode()
    text = Text.of_file("f", data)
    assert text.value == value
    assert spelled(text, data) == value
    cut = text.slice(start, end)
    assert cut.value == value[start:end]
    assert spelled(cut, data) == cut.value
    assert spelled(Slicer(text).slice(*slice(start, end).indices(len(value))[:2]), data) == value[start:end]


@given(WRITTEN, WRITTEN)
def test_joined_texts_keep_all_places(one: str, other: str) -> None:
    first, second = Text.of_file("a", one.encode()), Text.of_file("b", other.encode())
    both = first + second
    assert both.value == one + other
    assert Text.join((first, second)) == both
    again = both.slice(len(one), len(one) + len(other))
    assert again.value == other
    assert all(piece.path == "b" for piece in again.pieces if piece.length)


def test_not_utf8_is_told() -> None:
    with pytest.raises(UnicodeDecodeError):
        Text.of_file("f", b"\xff")


def test_a_place_is_one_run_of_one_file() -> None:
    text = Text.of_file("f", b"abcdef")
    assert text.slice(1, 3).place == ("f", Span(1, 3))
    assert (text.slice(0, 2) + text.slice(4, 6)).place == ("f", Span(0, 6))
    assert (text.slice(4, 6) + text.slice(0, 2)).place is None
    assert (text.slice(0, 2) + Text.of_file("g", b"x")).place is None
    assert Text.unwritten("x").place is None
    assert Text("", ()).place is None


def test_the_first_place_is_where_to_point() -> None:
    text = Text.unwritten("x") + Text.of_file("f", b"abc").slice(1, 2)
    assert text.first_place == ("f", Span(1, 2))
    assert Text.unwritten("x").first_place is None
    assert Text.unwritten("") == Text("", ())


def test_an_empty_slice_is_a_point() -> None:
    text = Text.of_file("f", b"abc")
    assert text.slice(2, 2).place == ("f", Span(2, 2))
    assert not text.slice(2, 2)
    assert Text("", ()).slice(0, 0).place is None


def test_an_escape_is_cut_as_a_whole_and_says_so() -> None:
    escape = Text("xy", (Piece(2, "f", Span(4, 10), ("yaml:double",), exact=False),))
    half = escape.slice(0, 1)
    assert half.value == "x"
    assert half.place == ("f", Span(4, 10))
    assert half.pieces[0].cut
    assert escape.slice(0, 0).place == ("f", Span(4, 4))
    assert escape.slice(2, 2).place == ("f", Span(10, 10))


def test_groups_and_stripping() -> None:
    text = Text.of_file("f", b"  port=80 ")
    match = re.search(r"(\w+)=(\d+)(x)?", text.value)
    assert match is not None
    port = text.group(match, 2)
    assert port is not None
    assert (port.value, port.place) == ("80", ("f", Span(7, 9)))
    assert text.group(match, 3) is None
    assert text.strip().place == ("f", Span(2, 9))
    assert Text.of_file("f", b"   ").strip().value == ""


def test_unwritten_text_can_be_cut() -> None:
    cut = Text.unwritten("8000").slice(1, 3)
    assert cut.value == "00"
    assert cut.place is None
    assert len(cut) == 2


def test_what_cannot_be_read_says_why_and_where() -> None:
    problem = Unreadable("not YAML", 7)
    assert (problem.reason, problem.offset, str(problem)) == ("not YAML", 7, "not YAML")
