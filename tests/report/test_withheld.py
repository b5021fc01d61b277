from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stackfix.edits import Create, Fix, Replace
from stackfix.findings import Applicability
from stackfix.report.withheld import WHY, withhold
from stackfix.spans import Span
from tests.report.conftest import FILES, at

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackfix.outcome import Outcome

URL = b"A: 1\nURL: postgresql://app:hunter2@db:5433/app\nDB_PASSWORD: x1\n"


def replaced(old: bytes, new: bytes) -> Fix:
    start = URL.index(old)
    return Fix(Applicability.SAFE, "set it", (Replace("c.yml", Span(start, start + len(old)), new),))


@pytest.mark.parametrize(
    ("fix", "secret"),
    [
        (replaced(b"5433", b"5432"), False),
        (replaced(b"postgresql", b"mysql+pymysql"), False),
        (replaced(b"postgresql://app:hunter2@db:5433", b"mysql://app:hunter2@db:3306"), True),
        (replaced(b"x1", b"hunter2"), True),
        (replaced(b"hunter2", b"x1"), True),
        (replaced(b"A: 1", b"A: 2"), False),
        (Fix(Applicability.UNSAFE, "make it", (Create(".env", b"DB_PASSWORD=hunter2\n"),)), True),
        (Fix(Applicability.UNSAFE, "make it", (Create(".env", b"PORT=8000\n"),)), False),
    ],
)
def test_only_a_replacement_that_is_a_secret_is_withheld(
    fix: Fix, secret: bool, outcome: Callable[..., Outcome]
) -> None:
    told = withhold(outcome(fix=fix), {"c.yml": URL}.get)
    assert told.reported[0].withheld == (WHY if secret else None)


def test_a_second_edit_is_judged_where_it_comes_to_stand(outcome: Callable[..., Outcome]) -> None:
    first, second = replaced(b"A: 1", b"A: a much longer value").edits, replaced(b"x1", b"y2").edits
    told = withhold(outcome(fix=Fix(Applicability.SAFE, "set both", first + second)), {"c.yml": URL}.get)
    assert told.reported[0].withheld == WHY


def test_a_choice_that_writes_a_secret_keeps_its_words_alone(outcome: Callable[..., Outcome]) -> None:
    told = withhold(outcome(fix=None, choices=(replaced(b"x1", b"hunter2"),)), {"c.yml": URL}.get)
    assert [(choice.description, choice.edits) for choice in told.reported[0].choices] == [("set it", ())]


def test_words_are_masked(outcome: Callable[..., Outcome]) -> None:
    found = outcome(at("main.py", b"8000", "it is redis://:hunter2@cache"), reason="DB_PASSWORD=hunter2 is left")
    told = withhold(found, FILES.get).reported[0]
    assert told.finding.location.note == "it is redis://:***@cache"
    assert told.reason == "DB_PASSWORD=*** is left"
