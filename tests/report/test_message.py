from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.outcome import Outcome, Step
from stackfix.report import message
from tests.report.conftest import at

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackfix.report.places import Places


def test_it_says_what_why_and_where(outcome: Callable[..., Outcome], places: Places) -> None:
    assert message.render(Step(("proxy-port",), outcome().reported, ()), places) == (
        "[proxy-port] set the port to 8000\n"
        "\n"
        "nginx sends to api:5000, but api binds 8000.\n"
        "Repair: set the port to 8000.\n"
        "  nginx.conf:3 sent to 5000\n"
        "  main.py:1 the app binds 8000\n"
    )


def test_several_findings_share_a_subject(outcome: Callable[..., Outcome], places: Places) -> None:
    step = Step(("proxy-port", "url-port"), outcome().reported * 2, ())
    told = message.render(step, places)
    assert told.startswith("[proxy-port, url-port] repair 2 findings\n\n")
    assert told.count("but api binds 8000.\n") == 2


def test_a_long_subject_is_cut_and_no_secret_is_told(outcome: Callable[..., Outcome], places: Places) -> None:
    found = outcome(at("main.py", b"8000", "redis://:hunter2@cache:6379"))
    step = Step(("a-rule-of-a-long-name", "another-rule-of-a-long-name", "and-one-more-of-them"), found.reported, ())
    told = message.render(step, places)
    assert len(told.split("\n")[0]) <= 72
    assert "hunter2" not in told
