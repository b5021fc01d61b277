from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

import stackfix
from stackfix.outcome import Status
from stackfix.report import json as report

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackfix.outcome import Outcome
    from stackfix.report.places import Places

SCHEMA = json.loads((Path(stackfix.__file__).parent / "schemas" / "report.json").read_text())

EXAMPLE = {
    "version": 1,
    "tool": {"name": "stackfix", "version": "1.0"},
    "root": "/x",
    "findings": [
        {
            "rule": "proxy-port",
            "severity": "error",
            "message": "…",
            "file": "frontend/nginx.conf",
            "line": 12,
            "column": 20,
            "end_line": 12,
            "end_column": 24,
            "evidence": [{"file": "backend/main.py", "line": 40, "column": 5, "note": "the app binds 8000"}],
            "fix": {
                "applicability": "safe",
                "description": "…",
                "edits": [
                    {"file": "a", "start": 310, "end": 314, "replacement": "8000"},
                    {"file": "b", "create": "…"},
                    {"file": "b", "mode": "755"},
                    {"file": "c", "delete": True},
                ],
            },
            "fingerprint": "…",
        }
    ],
    "skipped": [{"file": "x", "reason": "…"}],
    "summary": {"files": 57, "components": 6, "findings": 3, "safe": 2, "unsafe": 1, "manual": 0, "seconds": 0.21},
}


def test_the_schema_is_one_and_takes_the_documented_example() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(EXAMPLE, SCHEMA)


@pytest.mark.parametrize("status", [None, *Status])
def test_what_is_written_fits_the_schema(
    outcome: Callable[..., Outcome], places: Places, status: Status | None
) -> None:
    refused = {"fix": None, "reason": "why"} if status is Status.REFUSED else {}
    written = json.loads(report.render(outcome(status=status, **refused), places, "/root"))
    jsonschema.validate(written, SCHEMA)
    assert written["findings"]


@pytest.mark.parametrize(
    "broken",
    [
        {"status": "done"},
        {"line": 0},
        {"severity": "fatal"},
        {"more": 1},
        {"fix": {"applicability": "safe", "description": "", "edits": [{"file": "a", "start": 1}]}},
        {"fix": {"applicability": "manual", "description": "", "edits": EXAMPLE["findings"][0]["fix"]["edits"]}},  # type: ignore[index]
        {"fix": None, "status": "refused"},
        {"status": "refused", "reason": "why"},
    ],
)
def test_the_schema_refuses_what_the_contract_does(broken: dict[str, object]) -> None:
    example = copy.deepcopy(EXAMPLE)
    example["findings"][0].update(broken)  # type: ignore[index]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(example, SCHEMA)
