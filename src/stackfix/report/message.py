"""One commit's message: what was repaired, why, and what bears witness.

May import outcome and secrecy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix import secrecy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.outcome import Reported, Step
    from stackfix.report.places import Places

_SUBJECT = 72
"""So many characters of a subject are shown whole by the tools of git."""


def render(step: Step, places: Places) -> str:
    """The whole message; a secret is masked in it."""
    rules = ", ".join(step.rules)
    fixes = [reported.fix for reported in step.reported if reported.fix is not None]
    what = fixes[0].description if len(fixes) == 1 else f"repair {max(len(step.reported), 1)} findings"
    subject = f"[{rules}] {what}"
    if len(subject) > _SUBJECT:
        subject = subject[: _SUBJECT - 1].rstrip() + "…"
    paragraphs = ["\n".join(_paragraph(reported, places.of(reported))) for reported in step.reported]
    return secrecy.masked("\n\n".join([" ".join(subject.split()), *paragraphs])) + "\n"


def _paragraph(reported: Reported, places: Places) -> Iterator[str]:
    finding = reported.finding
    yield f"{finding.message}."
    if reported.fix is not None:
        yield f"Repair: {reported.fix.description}."
    yield f"  {_place(finding.location, places)}"
    for location in finding.evidence:
        yield f"  {_place(location, places)}"


def _place(location: Location, places: Places) -> str:
    note = f" {location.note}" if location.note else ""
    return f"{location.path}:{places.start(location).line}{note}"
