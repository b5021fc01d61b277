"""Edits as bytes: which go together, and what they make."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackfix import edits
from stackfix.edits import Create, Delete, Edit, Fix, Refused, Replace, SetMode
from stackfix.findings import Applicability
from stackfix.spans import Span


def fix(*made: Edit) -> Fix:
    return Fix(Applicability.SAFE, "do it", made)


def replace(start: int, end: int, new: bytes = b"x", path: str = "a") -> Replace:
    return Replace(path, Span(start, end), new)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (replace(0, 2), replace(1, 3), True),
        (replace(0, 2), replace(2, 3), False),
        (replace(0, 2), replace(0, 2), False),
        (replace(0, 2), replace(0, 2, b"y"), True),
        (replace(2, 2), replace(2, 2), True),
        (replace(2, 2), replace(2, 2, b"y"), True),
        (replace(0, 2), replace(0, 2, b"y", "b"), False),
        (SetMode("a", executable=True), SetMode("a", executable=True), False),
        (SetMode("a", executable=True), SetMode("a", executable=False), True),
        (SetMode("a", executable=True), replace(0, 1), False),
        (SetMode("a", executable=True), Delete("a"), True),
        (Create("a", b"1"), Create("a", b"1"), False),
        (Create("a", b"1"), Create("a", b"2"), True),
        (Delete("a"), replace(0, 1), True),
    ],
)
def test_what_clashes(one: Edit, other: Edit, expected: bool) -> None:
    assert edits.clash(fix(one), fix(other)) is expected
    assert edits.clash(fix(other), fix(one)) is expected


def test_first_come_first_served_and_the_rest_waits() -> None:
    first, second, third = fix(replace(0, 4)), fix(replace(2, 6)), fix(replace(6, 8))
    assert edits.choose((first, second, third)) == ((first, third), (second,))


def test_a_fix_knows_its_files() -> None:
    assert fix(replace(0, 1), Create("b", b"")).paths == {"a", "b"}


def test_whole_files_are_made_removed_and_given_modes() -> None:
    made = edits.apply(
        (
            Create("new.sh", b"#!/bin/sh\n", executable=True),
            Create("n", b""),
            Delete("old"),
            SetMode("run", executable=False),
        ),
        {"old": b"1", "run": b"2"}.get,
    )
    assert made.contents == {"new.sh": b"#!/bin/sh\n", "n": b"", "old": None}
    assert made.modes == {"new.sh": True, "run": False}


def test_nothing_is_made_twice_and_nothing_changed_that_is_not_there() -> None:
    with pytest.raises(Refused, match="there already"):
        edits.apply((Create("a", b""),), {"a": b""}.get)
    with pytest.raises(Refused, match="not there"):
        edits.apply((replace(0, 0),), {"b": b""}.get)
    with pytest.raises(Refused, match="not there"):
        edits.apply((Delete("a"), replace(0, 0)), {"a": b""}.get)


def test_an_edit_given_twice_is_made_once() -> None:
    assert edits.apply((replace(1, 1, b"-"), replace(1, 1, b"-")), {"a": b"xy"}.get).contents == {"a": b"x-y"}


def test_insertions_at_one_point_stand_in_the_order_given() -> None:
    assert edits.splice(b"ad", (replace(1, 1, b"b"), replace(1, 1, b"c"))) == b"abcd"


@pytest.mark.parametrize("bad", [(replace(0, 3), replace(2, 4)), (replace(3, 9),)])
def test_overlaps_and_edits_outside_are_refused(bad: tuple[Replace, ...]) -> None:
    with pytest.raises(Refused, match="same bytes"):
        edits.splice(b"abcd", bad)


@given(
    st.binary(min_size=0, max_size=40),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 6), st.binary(max_size=5))),
)
def test_bytes_outside_the_edits_are_kept(data: bytes, wanted: list[tuple[int, int, bytes]]) -> None:
    made: list[Replace] = []
    at = 0
    for gap, size, new in wanted:
        start = at + gap
        if start + size > len(data):
            break
        made.append(replace(start, start + size, new))
        at = start + size
    kept = []
    here = 0
    for one in made:
        kept.append(data[here : one.span.start])
        here = one.span.end
    kept.append(data[here:])
    result = edits.splice(data, reversed(made) if len({m.span for m in made}) == len(made) else made)
    for index, part in enumerate(kept):
        assert result.startswith(part)
        result = result[len(part) :]
        if index < len(made):
            assert result.startswith(made[index].replacement)
            result = result[len(made[index].replacement) :]
    assert result == b""


# --- where bytes stood before ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (Span(0, 2), Span(0, 2)),  # before every edit
        (Span(0, 3), Span(0, 3)),  # up to an edit
        (Span(3, 8), Span(3, 4)),  # what was written in place of one byte
        (Span(4, 6), Span(3, 4)),  # a part of it
        (Span(8, 10), Span(4, 6)),  # past it
        (Span(10, 12), Span(6, 6)),  # what was inserted
        (Span(12, 13), Span(6, 7)),  # past the insertion
        (Span(13, 14), Span(9, 10)),  # past what was removed
        (Span(2, 14), Span(2, 10)),  # over all of them
    ],
)
def test_a_place_is_found_where_it_was(now: Span, then: Span) -> None:
    made = [replace(6, 6, b"II"), replace(3, 4, b"WWWWW"), replace(7, 9, b""), replace(3, 4, b"WWWWW")]
    assert edits.splice(b"abcdefghijk", dict.fromkeys(made)) == b"abcWWWWWefIIgjk"
    assert edits.before(now, made) == then


@given(
    st.binary(max_size=30),
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5), st.binary(max_size=5)), max_size=4),
)
def test_a_byte_that_nobody_touched_is_found_again(data: bytes, wanted: list[tuple[int, int, bytes]]) -> None:
    made: list[Replace] = []
    for start, size, new in sorted(wanted):
        if start + size <= len(data) and all(start > one.span.end for one in made):
            made.append(replace(start, start + size, new))
    result = edits.splice(data, made)
    for offset in range(len(result)):
        then = edits.before(Span(offset, offset + 1), made)
        if len(then) == 1 and not any(one.span.contains(then) for one in made):
            assert data[then.start : then.end] == result[offset : offset + 1]
