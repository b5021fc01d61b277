"""What a pull request breaks that met before, as a check of its newest commit with a word on each line.

May import hushed of this package, running and what is below it, pulls.setting, and forge.model.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix import baseline, config, repository, running, secrecy
from stackfix.bot.hushed import Hushed, hushed
from stackfix.edits import Replace, splice
from stackfix.engine import Request
from stackfix.findings import Applicability, Severity
from stackfix.forge.model import Annotation, Check, Conclusion
from stackfix.pulls import setting
from stackfix.report import markup
from stackfix.spans import Lines, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from stackfix.config import Config
    from stackfix.findings import Location
    from stackfix.outcome import Reported
    from stackfix.report.places import Places
    from stackfix.running import Run

NAME = "stackfix"

_MOST = 200
"""Faults that are told on lines; the rest are counted."""

_MOST_LINES = 20
"""Lines of a suggestion: a longer one isn't read."""

_SUMMARY = 40_000
"""Characters of a summary: GitHub takes 65,535."""


def laid_out(folder: str, commit: str) -> Config:
    """The configuration that a commit has, with its ignore rules, laid into the folder that it is judged in."""
    setting.lay_out(folder, "", commit)
    return config.load(folder)


@dataclass(frozen=True, slots=True)
class Introduced:
    """What a change breaks: what is told of it, and what it hides itself by comments that it adds."""

    run: Run
    hushed: tuple[Hushed, ...] = ()


def introduced(folder: str, before: str, after: str, said: Config) -> Introduced:
    """What is wrong in a commit and was not in an earlier one, with the fixes proved."""
    selection = said.selection()
    known = baseline.of_commit(folder, before, said.policy, replace(selection, select=frozenset()), said.excluded)
    selection = replace(selection, known=known)
    snapshot = repository.open_commit(folder, after, excluded=said.excluded)
    run = running.repaired(snapshot, Request(said.policy, selection))
    told = {one.fingerprint for one in run.outcome.reported}
    under = hushed(snapshot, folder, before, said.policy, selection)
    return Introduced(run, tuple(one for one in under if one.fingerprint not in told))


def check(made: Introduced, commit: str) -> Check:
    """What there is to show on a commit."""
    new = _ordered(made.run)
    grave = [one for one in new if one.finding.severity is not Severity.INFO]
    conclusion = Conclusion.FAILURE if grave else Conclusion.NEUTRAL if new else Conclusion.SUCCESS
    title = _counted(len(new)) if new else "Nothing stops meeting"
    if made.hushed:
        title += f"; {len(made.hushed)} ignored by a comment of this change"
    notes = tuple(_annotation(one, made.run.places) for one in new[:_MOST])
    return Check(NAME, commit, conclusion, title, _summary(new, made), notes)


def not_judged(commit: str, why: str) -> Check:
    """What is shown where nothing can be said; it stops nobody."""
    return Check(NAME, commit, Conclusion.NEUTRAL, "Not judged", secrecy.masked(why))


def suggestions(run: Run) -> tuple[Annotation, ...]:
    """Words for the lines that a safe fix changes, each with what would take their place."""
    found = []
    for one in _ordered(run)[:_MOST]:
        lines = _suggested(one, run.places)
        if lines is not None:
            first, last, text = lines
            said = _annotation(one, run.places)
            path = next(iter(one.fix.paths)) if one.fix is not None else said.path
            message = f"{said.message}\n\nRepair: {_fix(one)}."
            found.append(replace(said, path=path, line=first, end_line=last, message=message, suggestion=text))
    return tuple(found)


_GRAVITY = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def _ordered(run: Run) -> Sequence[Reported]:
    """The gravest first, then by place."""
    return sorted(
        run.outcome.reported,
        key=lambda one: (_GRAVITY[one.finding.severity], one.finding.location.path, one.finding.location.span.start),
    )


def _counted(count: int) -> str:
    return "1 wire stops meeting" if count == 1 else f"{count} wires stop meeting"


def _annotation(reported: Reported, places: Places) -> Annotation:
    finding = reported.finding
    places = places.of(reported)
    start = places.start(finding.location).line
    end = max(start, _last_line(finding.location, places))
    told = [f"{finding.message}.", *(_place(location, places) for location in finding.evidence)]
    return Annotation(
        finding.location.path,
        start,
        end,
        finding.rule.id,
        secrecy.masked("\n".join(told)),
        failure=finding.severity is Severity.ERROR,
    )


def _last_line(location: Location, places: Places) -> int:
    end = places.end(location)
    return end.line - 1 if end.column == 1 and len(location.span) else end.line


def _place(location: Location, places: Places) -> str:
    note = f": {location.note}" if location.note else ""
    return f"{location.path}:{places.start(location).line}{note}"


def _fix(reported: Reported) -> str:
    return secrecy.masked(reported.fix.description) if reported.fix is not None else ""


def _summary(new: Sequence[Reported], made: Introduced) -> str:
    told = ["This change leaves ends that don't meet, and that met before, or weren't there.", ""] if new else []
    told += _within(list(_told(one, made.run.places.of(one))) for one in new)
    if made.hushed:
        told += ["", "Ignored by comments that this change adds itself:", ""]
        told += _within([_hushed(one)] for one in made.hushed)
    if not new:
        rest = "Every other wire" if made.hushed else "Every wire"
        return "\n".join([f"{rest} that met before this change still meets.", *told])
    told += [
        "",
        "`stackfix --diff-base` with this branch's base tells the same; `stackfix explain RULE` says why it breaks.",
    ]
    return "\n".join(told)


def _within(faults: Iterable[list[str]]) -> list[str]:
    """The lines of as many faults as half of a summary has room for, and how many more there are."""
    found: list[str] = []
    room, more = _SUMMARY // 2, 0
    for lines in faults:
        room -= sum(map(len, lines))
        more += bool(more or room < 0)
        found += lines if not more else []
    return [*found, "", f"… and {more} more."] if more else found


def _hushed(one: Hushed) -> str:
    return f"- **{one.rule}** {markup.code(f'{one.path}:{one.line}')} {_words(one.message)}"


def _told(reported: Reported, places: Places) -> Iterator[str]:
    finding = reported.finding
    where = markup.code(_place(replace(finding.location, note=""), places))
    yield f"- **{finding.rule.id}** {where} {_words(finding.message)}"
    for location in finding.evidence:
        where = markup.code(_place(replace(location, note=""), places))
        yield f"  - {where} {_words(location.note)}".rstrip()
    if (fix := reported.proposal) is not None:
        grade = "" if fix.applicability is Applicability.SAFE else " (for a person to decide)"
        yield f"  - Repair{grade}: {_words(fix.description)}"


def _words(text: str) -> str:
    return markup.words(secrecy.masked(text)) if text else ""


def _suggested(reported: Reported, places: Places) -> tuple[int, int, str] | None:
    """The lines that a safe fix changes, first and last, and what they become; None where that isn't one place."""
    fix = reported.fix
    if fix is None or fix.applicability is not Applicability.SAFE or reported.withheld is not None:
        return None
    edits = [edit for edit in fix.edits if isinstance(edit, Replace)]
    if len(edits) != len(fix.edits) or len(fix.paths) != 1 or not edits or reported.status is not None:
        return None
    path = edits[0].path
    data = places.data(path)
    first, last = _touched(data, edits)
    if last - first >= _MOST_LINES or any(places.line(path, n) is None for n in range(first, last + 1)):
        return None
    return _becoming(data, edits, first, last)


def _touched(data: bytes, edits: Sequence[Replace]) -> tuple[int, int]:
    lines = Lines(data)
    start, end = min(edit.span.start for edit in edits), max(edit.span.end for edit in edits)
    first, after = lines.position(start).line, lines.position(end)
    last = after.line - 1 if after.column == 1 and end > start else after.line
    # What is put behind the last line stands on one that isn't there yet.
    return min(first, len(lines)), min(max(first, last), len(lines))


def _becoming(data: bytes, edits: Sequence[Replace], first: int, last: int) -> tuple[int, int, str] | None:
    lines = Lines(data)
    start = lines.span(first).start
    stop = lines.span(last + 1).start if last < len(lines) else len(data)
    if any(edit.span.start < start or edit.span.end > stop for edit in edits):
        return None
    moved = [replace(edit, span=Span(edit.span.start - start, edit.span.end - start)) for edit in edits]
    try:
        made = splice(data[start:stop], moved).decode("utf-8")
    except UnicodeDecodeError:
        return None
    if "\r" in made or "\0" in made or secrecy.masked(made) != made:
        return None
    return first, last, made.removesuffix("\n")
