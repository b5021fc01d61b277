"""Which findings are told."""

from __future__ import annotations

import pytest

from stackfix.findings import Anchor, Family, Finding, Location, Rule, Severity
from stackfix.selection import Selection
from stackfix.spans import Span

RULE = Rule("wrong-port", Family.PORTS, Severity.ERROR, "A port is wrong.")
TRIAL = Rule("odd-port", Family.PORTS, Severity.INFO, "A port is odd.", preview=True)
PLACE = Location("deploy/compose.yaml", Span(3, 5))
WITNESS = Location("api/Dockerfile", Span(0, 1))
FINDING = Finding(RULE, "8000 is wrong", PLACE, Anchor("deploy/compose.yaml", "yaml"), "8000", evidence=(WITNESS,))

SHOWN: dict[str, tuple[Selection, bool]] = {
    "by default": (Selection(), True),
    "its rule": (Selection(select=frozenset({"wrong-port"})), True),
    "its family": (Selection(select=frozenset({"ports"})), True),
    "another rule": (Selection(select=frozenset({"odd-port"})), False),
    "another family": (Selection(select=frozenset({"names"})), False),
    "its rule ignored": (Selection(ignore=frozenset({"wrong-port"})), False),
    "its family ignored": (Selection(ignore=frozenset({"ports"})), False),
    "selected and ignored": (Selection(select=frozenset({"ports"}), ignore=frozenset({"wrong-port"})), False),
    "ignored in its file": (
        Selection(per_file_ignores=((lambda p: p.startswith("deploy/"), frozenset({"wrong-port"})),)), False,
    ),
    "its family ignored in its file": (
        Selection(per_file_ignores=((lambda p: p.startswith("deploy/"), frozenset({"ports"})),)), False,
    ),
    "ignored in its witness's file": (
        Selection(per_file_ignores=((lambda p: p.startswith("api/"), frozenset({"wrong-port"})),)), True,
    ),
    "another rule ignored in its file": (Selection(per_file_ignores=((lambda _: True, frozenset({"odd-port"})),)), True),
    "in the one file": (Selection(only="deploy/compose.yaml"), True),
    "its witness in the one file": (Selection(only="api/Dockerfile"), True),
    "not in the one file": (Selection(only="README.md"), False),
    "suppressed": (Selection(suppressed=lambda rule, place: rule == "wrong-port" and place == PLACE), False),
    "suppressed at its witness": (Selection(suppressed=lambda _, place: place == WITNESS), False),
    "another rule suppressed": (Selection(suppressed=lambda rule, _: rule == "odd-port"), True),
}  # fmt: skip


@pytest.mark.parametrize(("selection", "shown"), SHOWN.values(), ids=SHOWN.keys())
def test_what_is_shown(selection: Selection, shown: bool) -> None:
    assert selection.shows(FINDING) is shown


@pytest.mark.parametrize(
    ("selection", "runs"),
    [
        (Selection(), False),
        (Selection(preview=True), True),
        (Selection(select=frozenset({"odd-port"})), True),
        (Selection(select=frozenset({"ports"})), False),
    ],
)
def test_rules_on_trial_run_when_asked_for(selection: Selection, runs: bool) -> None:
    assert selection.runs(TRIAL) is runs
    assert selection.runs(RULE)


def test_a_rules_level_can_be_set() -> None:
    assert Selection(severities={"wrong-port": Severity.INFO}).levelled(FINDING).severity is Severity.INFO
    assert Selection(severities={"odd-port": Severity.INFO}).levelled(FINDING) is FINDING
    assert FINDING.severity is Severity.ERROR


def test_comments_are_those_of_the_tree_that_is_judged() -> None:
    selection = Selection(suppressing=lambda read: lambda _rule, place: read(place.path) == b"# hush\n")
    assert not selection.over(lambda _: b"# hush\n").shows(FINDING)
    assert selection.over(lambda _: None).shows(FINDING)
    assert Selection().over(lambda _: None).shows(FINDING)
