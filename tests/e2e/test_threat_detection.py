"""The reconstructed system of the fifth report: what is found in it today, and what becomes of it."""

from __future__ import annotations

import difflib
import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.cases import Files
from tests.checkouts import ENVIRONMENT
from tests.e2e.command import EXAMPLES, copy, findings, stackfix

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.command import Repaired

    After = Callable[[str], Repaired]

NAME = "threat-detection"
COMPOSE = "docker-compose.dev.yml"
CONSUMERS = ("backend/app/kafka/consumer.py", "backend/app/kafka/external_consumer.py")
CROSSED = "KAFKA_ADVERTISED_LISTENERS: PLAINTEXT://localhost:9092,PLAINTEXT_HOST://kafka:29092"
ASKS = "KAFKA_BOOTSTRAP_SERVERS=localhost:9092"
KAFKA = "kafka-advertised-listeners", "kafka-bootstrap", "kafka-listener-map", "kafka-client-timeouts"
TASKS = "blocking-client-in-async", "connect-without-retry", "unobserved-task"
FOUND = {
    ("kafka-advertised-listeners", "safe", COMPOSE, CROSSED),
    ("kafka-bootstrap", "safe", ".env.local", ASKS),
    ("kafka-bootstrap", "safe", "backend/.env", ASKS),
    *(
        ("kafka-client-timeouts", "unsafe", path, '"bootstrap.servers": settings.KAFKA_BOOTSTRAP_SERVERS,')
        for path in CONSUMERS
    ),
}
SAFE = {
    COMPOSE: [
        f"-      {CROSSED}",
        "+      KAFKA_ADVERTISED_LISTENERS: PLAINTEXT://kafka:9092,PLAINTEXT_HOST://localhost:29092",
    ],
    ".env.local": [f"-{ASKS}", "+KAFKA_BOOTSTRAP_SERVERS=localhost:29092"],
    "backend/.env": [f"-{ASKS}", "+KAFKA_BOOTSTRAP_SERVERS=localhost:29092"],
}
TIMEOUTS = ['"socket.timeout.ms": 10000,', '"session.timeout.ms": 30000,', '"api.version.request.timeout.ms": 5000,']


@pytest.fixture(scope="module")
def found() -> list[dict[str, Any]]:
    """What stackfix says of the system as it is."""
    return findings(EXAMPLES / NAME)


def line(root: Path, place: dict[str, Any]) -> str:
    """The line of a place, without white space at its ends."""
    number: int = place["line"]
    name: str = place["file"]
    return (root / name).read_text("utf-8").splitlines()[number - 1].strip()


def changed(root: Path) -> dict[str, list[str]]:
    """Removed and added lines of every file that differs from the example."""
    before, after = Files.read(EXAMPLES / NAME), Files.read(root)
    own = {name for name in before.contents if "__pycache__" not in name}
    assert own == {name for name in after.contents if "__pycache__" not in name}
    return {
        name: [
            text
            for text in difflib.unified_diff(
                before.contents[name].decode().splitlines(),
                after.contents[name].decode().splitlines(),
                n=0,
                lineterm="",
            )
            if not text.startswith(("---", "+++", "@@"))
        ]
        for name in sorted(own)
        if before.contents[name] != after.contents[name]
    }


def test_the_wiring_is_found_as_the_report_names_it(found: list[dict[str, Any]]) -> None:
    told = {
        (f["rule"], f["fix"]["applicability"], f["file"], line(EXAMPLES / NAME, f)) for f in found if f["rule"] in KAFKA
    }
    assert told == FOUND


def test_what_the_start_does_is_found_as_the_report_names_it(found: list[dict[str, Any]]) -> None:
    told = {(f["rule"], f["fix"]["applicability"], f["file"]) for f in found if f["rule"] in TASKS}
    assert told == {
        *((rule, "unsafe", path) for rule in TASKS[:2] for path in CONSUMERS),
        ("unobserved-task", "unsafe", "backend/app/main.py"),
    }


def test_nothing_healthy_is_told(found: list[dict[str, Any]]) -> None:
    places = {(f["file"], line(EXAMPLES / NAME, f)) for f in found if f["file"] == COMPOSE}
    assert places == {(COMPOSE, CROSSED)}


def test_the_clients_are_told_beside_the_listeners(found: list[dict[str, Any]]) -> None:
    (crossed,) = (f for f in found if f["rule"] == "kafka-advertised-listeners")
    places = {(e["file"], line(EXAMPLES / NAME, e)) for e in crossed["evidence"]}
    assert {(".env.local", ASKS), ("backend/.env", ASKS)} <= places


def test_broker_and_clients_move_together(found: list[dict[str, Any]]) -> None:
    wiring = [f for f in found if f["rule"] in KAFKA[:2]]
    assert {frozenset(e["file"] for e in f["fix"]["edits"]) for f in wiring} == {frozenset(SAFE)}


def test_apply_makes_the_safe_repairs(safe: After) -> None:
    made = changed(safe(NAME).root)
    assert {name: made[name] for name in SAFE} == SAFE
    assert not set(made) & set(CONSUMERS)


def test_unsafe_fixes_add_the_timeouts(everything: After) -> None:
    made = changed(everything(NAME).root)
    assert {name: made[name] for name in SAFE} == SAFE
    for path in CONSUMERS:
        added = [text[1:].strip() for text in made[path] if text.startswith("+")]
        assert [text for text in added if text in TIMEOUTS] == TIMEOUTS


def test_no_wire_is_left_broken(everything: After) -> None:
    again = stackfix(everything(NAME).root, "--output-format", "json")
    assert [f for f in json.loads(again.out)["findings"] if f["rule"] in {*KAFKA, *TASKS}] == []


@pytest.mark.parametrize("rule", ["kafka-advertised-listeners", "kafka-bootstrap"])
def test_either_rule_alone_moves_all(tmp_path: Path, rule: str) -> None:
    root = copy(NAME, tmp_path)
    stackfix(root, "--apply", "--select", rule)
    assert changed(root) == SAFE


def test_git_makes_the_same_of_the_patch(safe: After, tmp_path: Path) -> None:
    root = copy(NAME, tmp_path)
    made = stackfix(root, "--dry-run").out
    assert changed(root) == {}, "a dry run writes nothing"
    subprocess.run(["git", "apply", "-"], cwd=root, input=made, check=True, env=ENVIRONMENT)
    assert changed(root) == changed(safe(NAME).root)
