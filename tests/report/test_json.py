from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING, Any

import jsonschema

from stackfix import __version__
from stackfix.edits import Create, Delete, Fix, SetMode
from stackfix.findings import Applicability, Location
from stackfix.outcome import Outcome, Skipped, Status
from stackfix.report import json as report
from stackfix.report.places import Places
from stackfix.spans import Span
from tests.report.conftest import FILES, at, fix, is_secret

if TYPE_CHECKING:
    from collections.abc import Callable


SCHEMA = json.loads(resources.files("stackfix").joinpath("schemas/report.json").read_text("utf-8"))


def told(outcome: Outcome, places: Places) -> dict[str, Any]:
    """The report as a program reads it, checked against the schema that is shipped."""
    found = json.loads(report.render(outcome, places, "/srv/site"))
    assert isinstance(found, dict)
    jsonschema.validate(found, SCHEMA)
    return found


def test_version_1_in_full(outcome: Callable[..., Outcome], places: Places) -> None:
    start = FILES["nginx.conf"].index(b"5000")
    assert told(outcome(), places) == {
        "version": 1,
        "tool": {"name": "stackfix", "version": __version__},
        "root": "/srv/site",
        "findings": [
            {
                "rule": "proxy-port",
                "severity": "error",
                "message": "nginx sends to api:5000, but api binds 8000",
                "file": "nginx.conf",
                "line": 3,
                "column": 24,
                "end_line": 3,
                "end_column": 28,
                "evidence": [{"file": "main.py", "line": 1, "column": 15, "note": "the app binds 8000"}],
                "fix": {
                    "applicability": "safe",
                    "description": "set the port to 8000",
                    "edits": [{"file": "nginx.conf", "start": start, "end": start + 4, "replacement": "8000"}],
                },
                "fingerprint": "f1",
            }
        ],
        "skipped": [],
        "summary": {
            "files": 3,
            "components": 1,
            "findings": 1,
            "safe": 1,
            "unsafe": 0,
            "manual": 0,
            "seconds": 0.123,
        },
    }


def test_offsets_count_bytes_and_columns_characters(outcome: Callable[..., Outcome], places: Places) -> None:
    edit = told(outcome(), places)["findings"][0]["fix"]["edits"][0]
    assert FILES["nginx.conf"][edit["start"] : edit["end"]] == b"5000"
    assert FILES["nginx.conf"].decode()[edit["start"] : edit["end"]] != "5000", "the file has letters past ASCII above"


def test_a_finding_without_a_fix(outcome: Callable[..., Outcome], places: Places) -> None:
    found = told(outcome(fix=None, status=Status.REFUSED, reason="an anchor shares it"), places)
    assert found["findings"][0]["fix"] is None
    assert found["findings"][0]["status"] == "refused"
    assert found["findings"][0]["reason"] == "an anchor shares it"
    assert found["summary"]["manual"] == 1


def test_a_manual_fix_offers_choices_and_no_edits(outcome: Callable[..., Outcome], places: Places) -> None:
    manual = Fix(Applicability.MANUAL, "two sides disagree", ())
    found = told(outcome(fix=manual, choices=(fix("nginx.conf", b"5000", b"8000"),)), places)["findings"][0]["fix"]
    assert found["edits"] == []
    assert [choice["description"] for choice in found["choices"]] == ["set the port to 8000"]
    assert found["choices"][0]["edits"][0]["replacement"] == "8000"


def test_a_replacement_that_is_a_secret_is_left_out(outcome: Callable[..., Outcome], places: Places) -> None:
    secret = fix("nginx.conf", b"5000", b"hunter2", Applicability.UNSAFE)
    output = report.render(outcome(fix=secret, withheld="the new value is a secret"), places, ".")
    assert "hunter2" not in output
    assert json.loads(output)["findings"][0]["fix"]["edits"] == []
    assert json.loads(output)["findings"][0]["fix"]["reason"] == "the new value is a secret"


def test_files_made_moved_and_removed(outcome: Callable[..., Outcome], places: Places) -> None:
    edits = (Create("run.sh", "é\n".encode(), executable=True), Delete("b"), SetMode("c", executable=False))
    found = told(outcome(fix=Fix(Applicability.UNSAFE, "make it", edits)), places)["findings"][0]["fix"]["edits"]
    assert found == [
        {"file": "run.sh", "create": "é\n"},
        {"file": "run.sh", "mode": "755"},
        {"file": "b", "delete": True},
        {"file": "c", "mode": "644"},
    ]


def test_a_name_that_is_not_utf8_is_escaped(places: Places) -> None:
    output = report.render(Outcome((), skipped=(Skipped("caf\udce9", "not UTF-8"),)), places, ".")
    assert '"file": "caf\\udce9"' in output
    assert json.loads(output)["skipped"][0]["file"].encode("utf-8", "surrogateescape") == b"caf\xe9"


def test_what_a_repair_revealed_is_told_where_it_stands_then(outcome: Callable[..., Outcome], places: Places) -> None:
    later = {**FILES, "nginx.conf": b"\n\n" + FILES["nginx.conf"]}
    both = Places(FILES.get, is_secret, Places(later.get, is_secret))
    moved = at("nginx.conf", b"5000")
    moved = Location(moved.path, Span(moved.span.start + 2, moved.span.end + 2))
    found = told(outcome(moved, status=Status.REVEALED, fix=None), both)["findings"][0]
    assert (found["line"], found["column"], found["status"]) == (5, 24, "revealed")


def test_a_dry_run_has_fixed_nothing(outcome: Callable[..., Outcome], places: Places) -> None:
    fixed = json.loads(report.render(outcome(status=Status.FIXED), places, ".", dry=True))["findings"][0]
    left = json.loads(report.render(outcome(status=Status.LEFT), places, ".", dry=True))["findings"][0]
    assert ("status" in fixed, left["status"]) == (False, "left")
