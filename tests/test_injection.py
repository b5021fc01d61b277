"""The healthy stacks of the benchmark stay silent, and a handful of its breaks are found and restored."""

from __future__ import annotations

import pytest

from benchmarks.injection import healthy, measuring, operators, pairs

FAMILIES = {
    "heron": ("proxy-port", "upstream-missing", "mount-source-missing"),
    "beacon": ("published-port", "probe-path", "unknown-host"),
    "tally": ("service-target-port", "config-ref-missing"),
    "signal": ("kafka-bootstrap", "blocking-client-in-async"),
}


@pytest.mark.parametrize("stack", healthy.every(), ids=lambda stack: stack.name)
def test_a_healthy_stack_is_silent(stack: healthy.Stack) -> None:
    assert [(one.finding.rule.id, one.finding.message) for one in healthy.judged(stack.files).reported] == []


@pytest.mark.parametrize("name", FAMILIES)
def test_one_broken_wire_is_found_and_put_back(name: str) -> None:
    stack = next(one for one in healthy.every() if one.name == name)
    for rule in FAMILIES[name]:
        broken = next(one for one in operators.breaks(stack) if rule in one.rules)
        result = measuring.measured(broken)
        assert (result.found, result.exact, result.beside) == (True, True, 0), (broken.name, result.said)


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("ferry", ("loopback-bind", "proxy-port")),
        ("mosaic", ("env-default-drift", "url-port")),
        ("tally", ("script-path-missing", "namespace-mismatch")),
    ],
)
def test_of_two_broken_wires_no_repair_stands_in_the_way_of_the_other(name: str, rules: tuple[str, str]) -> None:
    stack = next(one for one in healthy.every() if one.name == name)
    first, second = (next(b for b in operators.breaks(stack) if b.rules == (rule,)) for rule in rules)
    broken = pairs.both(stack.files, first.broken, second.broken)
    assert broken is not None
    assert healthy.repaired(broken, healthy.judged(broken)) == stack.files


def test_every_operator_breaks_something() -> None:
    names = {broken.name.rpartition(" ")[0] for stack in healthy.every() for broken in operators.breaks(stack)}
    assert {operator.name for operator in operators.OPERATORS} <= names


def test_a_break_changes_a_file() -> None:
    for stack in healthy.every():
        for broken in operators.breaks(stack):
            assert broken.broken != stack.files, broken.name
