"""What a run found, for programs: version 1 of the report, one JSON object.

May import outcome.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeAlias

from stackfix import __version__
from stackfix.edits import Create, Delete, Replace
from stackfix.findings import Applicability
from stackfix.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from stackfix.edits import Edit, Fix
    from stackfix.findings import Location
    from stackfix.outcome import Outcome, Reported
    from stackfix.report.places import Places

Value: TypeAlias = "Mapping[str, Value] | list[Value] | str | int | float | bool | None"

VERSION = 1


def render(outcome: Outcome, places: Places, root: str, *, dry: bool = False) -> str:
    """The whole report with a final newline. `root` is the folder that every path is relative to.

    `dry`: repairs are not made but shown as a patch, so that nothing is told as fixed.
    """
    report: dict[str, Value] = {
        "version": VERSION,
        "tool": {"name": "stackfix", "version": __version__},
        "root": root,
        "findings": [_finding(reported, places.of(reported), dry=dry) for reported in outcome.reported],
        "skipped": [{"file": skipped.path, "reason": skipped.reason} for skipped in outcome.skipped],
        "summary": _summary(outcome),
    }
    # A path need not be UTF-8: what isn't is escaped, so that the output always is.
    return json.dumps(report, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace").decode() + "\n"


def _finding(reported: Reported, places: Places, *, dry: bool) -> Mapping[str, Value]:
    finding = reported.finding
    start, end = places.start(finding.location), places.end(finding.location)
    told: dict[str, Value] = {
        "rule": finding.rule.id,
        "severity": finding.severity.value,
        "message": finding.message,
        "file": finding.location.path,
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "evidence": [_evidence(location, places) for location in finding.evidence],
        "fix": _fix(reported),
        "fingerprint": reported.fingerprint,
    }
    if reported.status is not None and not (dry and reported.status is Status.FIXED):
        told["status"] = reported.status.value
    if reported.reason is not None:
        told["reason"] = reported.reason
    return told


def _evidence(location: Location, places: Places) -> Mapping[str, Value]:
    start = places.start(location)
    return {"file": location.path, "line": start.line, "column": start.column, "note": location.note}


def _fix(reported: Reported) -> Mapping[str, Value] | None:
    fix = reported.proposal
    if fix is None:
        return None
    told = _described(fix, withheld=reported.withheld is not None)
    if reported.withheld is not None:
        told["reason"] = reported.withheld
    if reported.choices:
        told["choices"] = [
            {"description": choice.description, "edits": list(_edits(choice.edits))} for choice in reported.choices
        ]
    return told


def _described(fix: Fix, *, withheld: bool) -> dict[str, Value]:
    hidden = withheld or fix.applicability is Applicability.MANUAL
    return {
        "applicability": fix.applicability.value,
        "description": fix.description,
        "edits": [] if hidden else list(_edits(fix.edits)),
    }


def _edits(edits: Iterable[Edit]) -> Iterator[Value]:
    for edit in edits:
        match edit:
            case Replace():
                yield {
                    "file": edit.path,
                    "start": edit.span.start,
                    "end": edit.span.end,
                    "replacement": edit.replacement.decode("utf-8", "replace"),
                }
            case Create():
                yield {"file": edit.path, "create": edit.content.decode("utf-8", "replace")}
                if edit.executable:
                    yield {"file": edit.path, "mode": "755"}
            case Delete():
                yield {"file": edit.path, "delete": True}
            case _:
                yield {"file": edit.path, "mode": "755" if edit.executable else "644"}


def _summary(outcome: Outcome) -> Mapping[str, Value]:
    grades = [r.proposal.applicability if r.proposal else Applicability.MANUAL for r in outcome.reported]
    return {
        "files": outcome.files,
        "components": outcome.components,
        "findings": len(outcome.reported),
        "safe": grades.count(Applicability.SAFE),
        "unsafe": grades.count(Applicability.UNSAFE),
        "manual": grades.count(Applicability.MANUAL),
        "seconds": round(outcome.seconds, 3),
    }
