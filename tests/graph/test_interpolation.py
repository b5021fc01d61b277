"""Compose's variables in values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackfix.findings import Anchor, Location
from stackfix.graph.interpolation import template
from stackfix.graph.value import Environment, Opaque, Variable
from stackfix.spans import Span
from stackfix.text import Text


def text(value: str) -> Text:
    return Text.of_file("f", value.encode())


def given_(**values: str | None) -> Environment:
    place, anchor = Location("e", Span(0, 0)), Anchor("e", "dotenv")
    return Environment(
        {n: Variable(n, None if v is None else Text.unwritten(v), place, anchor) for n, v in values.items()}
    )


def filled(value: str, environment: Environment) -> str | None:
    found = template(text(value)).fill(environment)
    return None if found is None else found.text.value


FILLED: dict[str, tuple[str, str | None]] = {
    "no variable": ("plain", "plain"),
    "nothing": ("", ""),
    "by name": ("$HOST:80", "db:80"),
    "in braces": ("http://${HOST}/x", "http://db/x"),
    "two": ("${HOST}${HOST}", "dbdb"),
    "unset": ("${GONE}", None),
    "unknown": ("${UNKNOWN}", None),
    "unknown with a default": ("${UNKNOWN:-x}", None),
    "a default": ("${GONE:-8000}", "8000"),
    "a default without the colon": ("${GONE-8000}", "8000"),
    "an unneeded default": ("${HOST:-other}", "db"),
    "empty with a colon": ("a${EMPTY:-x}", "ax"),
    "empty without the colon": ("a${EMPTY-x}", "a"),
    "an empty default": ("${GONE:-}", ""),
    "a default with a variable": ("${GONE:-${HOST}:1}", "db:1"),
    "a default with a default": ("${GONE:-${ALSO:-x}}", "x"),
    # As in Compose the first closing brace ends it; what is left stands behind.
    "a default with braces and colons": ("${GONE:-http://a:80/{b}}", "http://a:80/{b}"),
    "required and given": ("${HOST:?must be set}", "db"),
    "required and not given": ("${GONE:?must be set}", None),
    "an alternative": ("${HOST:+set}", None),
    "two dollars": ("a$$b", "a$b"),
    "two dollars and a name": ("$$HOST", "$HOST"),
    "three dollars": ("$$$HOST", "$db"),
    "a lone dollar": ("cost: 5$", None),
    "a dollar before a digit": ("$1", None),
    "never closed": ("${HOST", None),
    "no name": ("${}", None),
    "an operation nobody knows": ("${HOST%%x}", None),
}


@pytest.mark.parametrize(("value", "expected"), FILLED.values(), ids=FILLED.keys())
def test_values_are_filled_in(value: str, expected: str | None) -> None:
    assert filled(value, given_(HOST="db", EMPTY="", UNKNOWN=None)) == expected


def test_a_default_that_is_taken_is_cut_where_it_is_written() -> None:
    found = template(text("http://${HOST:-localhost}:${PORT:-8000}/v1")).fill(Environment())
    assert found is not None
    assert found.text.value == "http://localhost:8000/v1"
    assert found.text.slice(7, 16).place == ("f", Span(15, 24))
    assert found.text.slice(17, 21).place == ("f", Span(34, 38))
    assert [(use.hole.name, use.defaulted) for use in found.uses] == [("HOST", True), ("PORT", True)]


def test_two_dollars_are_one_that_stands_where_the_first_is() -> None:
    found = template(text("a$$b")).text
    assert found is not None
    assert found.slice(1, 2).place == ("f", Span(1, 2))
    assert found.slice(2, 3).place == ("f", Span(3, 4))


def test_an_environment_that_is_not_complete_leaves_defaults_unknown() -> None:
    assert template(text("${PORT:-1}")).fill(Environment(complete=False)) is None


def test_holes_know_what_they_need() -> None:
    holes = template(text("$A ${B} ${C:?no} ${D:-${E}} ${F-}")).holes
    assert [(h.name, h.required, h.empty_is_unset, h.default is not None) for h in holes] == [
        ("A", False, False, False),
        ("B", False, False, False),
        ("C", True, True, False),
        ("D", False, True, True),
        ("E", False, False, False),
        ("F", False, False, True),
    ]


@given(st.text("ab$ {}:-?_1é", max_size=12))
def test_without_dollars_nothing_changes_and_with_them_nothing_breaks(value: str) -> None:
    parts = template(text(value)).parts
    known = [part for part in parts if isinstance(part, Text)]
    if "$" not in value:
        assert [part.value for part in known] == [value]
    assert all(part.value in value for part in known)
    assert sum(isinstance(part, Opaque) for part in parts) <= value.count("$")
