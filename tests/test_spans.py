"""Spans, and lines and columns as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackfix.spans import Lines, Position, Span


def test_a_span_runs_forwards() -> None:
    with pytest.raises(ValueError, match="not a span"):
        Span(3, 2)
    with pytest.raises(ValueError, match="not a span"):
        Span(-1, 2)


def test_length_and_containment() -> None:
    assert len(Span(2, 7)) == 5
    assert Span(2, 7).contains(Span(2, 7))
    assert Span(2, 7).contains(Span(7, 7))
    assert not Span(2, 7).contains(Span(1, 3))
    assert not Span(2, 7).contains(Span(5, 8))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Span(0, 3), Span(2, 5), True),
        (Span(0, 3), Span(3, 5), False),
        (Span(0, 3), Span(0, 3), True),
        (Span(2, 2), Span(0, 5), True),
        (Span(0, 0), Span(0, 5), False),
        (Span(5, 5), Span(0, 5), False),
        (Span(2, 2), Span(2, 2), False),
    ],
)
def test_overlap_claims_a_byte_or_lies_strictly_inside(one: Span, other: Span, expected: bool) -> None:
    assert one.overlaps(other) is expected
    assert other.overlaps(one) is expected


def test_lines_end_at_lf_crlf_and_a_lone_cr() -> None:
    lines = Lines(b"ab\ncd\r\ne\rf")
    assert [lines.span(n) for n in range(1, len(lines) + 1)] == [Span(0, 2), Span(3, 5), Span(7, 8), Span(9, 10)]
    assert lines.position(4) == Position(2, 2)
    assert lines.position(9) == Position(4, 1)


def test_what_follows_the_last_line_ending_is_a_line() -> None:
    lines = Lines(b"a\n")
    assert len(lines) == 2
    assert lines.span(2) == Span(2, 2)
    assert len(Lines(b"")) == 1


def test_there_is_no_line_zero_and_none_behind_the_last() -> None:
    with pytest.raises(IndexError):
        Lines(b"a").span(0)
    with pytest.raises(IndexError):
        Lines(b"a").span(2)


def test_columns_count_characters_and_no_byte_order_mark() -> None:
    data = "\ufeffé€x".encode()
    assert Lines(data).position(data.index(b"x")) == Position(1, 3)
    assert Lines("a\né€x".encode()).position(2 + 5) == Position(2, 3)


@given(st.text(alphabet="a\r\né", max_size=40))
def test_lines_are_those_of_a_text_file(text: str) -> None:
    data = text.encode()
    lines = Lines(data)
    expected = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found = [data[s.start : s.end].decode() for s in (lines.span(n) for n in range(1, len(lines) + 1))]
    assert found == expected
