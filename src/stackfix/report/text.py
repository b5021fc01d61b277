"""What a run found, for people at a terminal, told as a compiler tells it.

The failing place with its line, the other ends of the wire with theirs, the repair as a small diff, and one line of
totals. A line that holds a secret is named by its number and never shown.

May import outcome.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.edits import Create, Delete, Replace, SetMode, splice
from stackfix.findings import Applicability, Severity
from stackfix.outcome import Status
from stackfix.report.paint import Paint, Shown, shown
from stackfix.report.patch import blocks, lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.edits import Edit, Fix
    from stackfix.findings import Location
    from stackfix.outcome import Outcome, Reported
    from stackfix.report.places import Places

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_GRADES = {
    Applicability.SAFE: "fix",
    Applicability.UNSAFE: "fix with --unsafe-fixes",
    Applicability.MANUAL: "by hand",
}
_FATES = {Status.FIXED: "green", Status.LEFT: "yellow", Status.REFUSED: "red", Status.REVEALED: "cyan"}
MOST_NAMED = 5
"""So many unread files are named; more are counted, unless asked for."""
MOST_NEW_LINES = 12
"""So many lines of a new file, or of one changed place, are shown."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How much is told. `dry`: repairs are not made but shown as a patch. `quiet` leaves out everything but the
    findings; `verbose` names every file not read.
    """

    dry: bool = False
    quiet: bool = False
    verbose: bool = False


PLAIN = Manner()


def render(outcome: Outcome, places: Places, paint: Paint, manner: Manner = PLAIN) -> str:
    """The whole report."""
    pages = [_Page(places.of(reported), paint, dry=manner.dry) for reported in outcome.reported]
    parts = [
        "\n".join(_finding(reported, page)) + "\n\n" for reported, page in zip(outcome.reported, pages, strict=True)
    ]
    if not manner.quiet:
        rest = (*_skipped(outcome, verbose=manner.verbose), *_totals(outcome, paint, dry=manner.dry))
        parts += [line + "\n" for line in rest]
    return "".join(parts)


def statistics(outcome: Outcome) -> str:
    """One line for each rule that found something: how often, how grave, and how many have a safe fix."""
    counts = Counter(reported.finding.rule.id for reported in outcome.reported)
    safe = Counter(r.finding.rule.id for r in outcome.reported if r.fix and r.fix.applicability is Applicability.SAFE)
    levels = {reported.finding.rule.id: reported.finding.severity.value for reported in outcome.reported}
    rows = [
        f"{count:5}  {levels[rule]:7}  {rule:28}  {safe[rule]} with a safe fix\n"
        for rule, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    return "".join(rows)


@dataclass(frozen=True, slots=True)
class _Page:
    """What a finding is written on: its line numbers take `width` columns."""

    places: Places
    paint: Paint
    dry: bool = False
    width: int = 1

    @property
    def margin(self) -> str:
        return " " * self.width


def _finding(reported: Reported, page: _Page) -> Iterator[str]:
    finding, paint = reported.finding, page.paint
    ends = (finding.location, *finding.evidence)
    page = replace(page, width=len(str(max(page.places.start(location).line for location in ends))))
    colour = _COLOURS[finding.severity]
    head = paint(f"{finding.severity.value}[{finding.rule.id}]", colour, "bold")
    status = reported.status
    fate = "" if status is None else " " + paint(f"[{_fate(status, dry=page.dry)}]", _FATES[status])
    yield head + paint(f": {shown(finding.message)}", "bold") + fate
    yield from _place(finding.location, page, mark="^", colour=colour)
    for location in finding.evidence:
        yield from _place(location, page, mark="-", colour="blue")
    yield from _remedy(reported, page)


def _fate(status: Status, *, dry: bool) -> str:
    return "in the patch" if dry and status is Status.FIXED else status.value


def _place(location: Location, page: _Page, *, mark: str, colour: str) -> Iterator[str]:
    places, paint = page.places, page.paint
    start, end = places.start(location), places.end(location)
    bar = f"{page.margin} {paint('|', 'blue')}"
    arrow = paint("-->" if mark == "^" else ":::", "blue")
    yield f"{page.margin}{arrow} {shown(location.path)}:{start.line}:{start.column}"
    line = places.line(location.path, start.line)
    note = shown(location.note)
    if line is None:
        yield f"{bar} {paint('(this line is not shown: it holds a secret)', 'dim')} {note}".rstrip()
        return
    text = Shown.of(line.decode("utf-8", "replace").removeprefix("\ufeff"))
    last = end.column - 1 if end.line == start.line else len(text.source)
    cut, before, under = text.window(start.column - 1, last)
    yield bar
    yield f"{paint(str(start.line).rjust(page.width), 'blue')} {paint('|', 'blue')} {cut}".rstrip()
    yield f"{bar} {' ' * before}{paint(f'{mark * under} {note}'.rstrip(), colour)}"


def _remedy(reported: Reported, page: _Page) -> Iterator[str]:
    equals = f"{page.margin} {page.paint('=', 'blue')} "
    fix = reported.proposal
    if fix is not None:
        yield f"{equals}{page.paint(_GRADES[fix.applicability], 'bold')}: {shown(fix.description)}"
        if reported.withheld is not None:
            yield f"{equals}not shown: {shown(reported.withheld)}"
        elif fix.applicability is not Applicability.MANUAL:
            yield from _diff(fix, page)
    for choice in reported.choices:
        yield f"{equals}either: {shown(choice.description)}"
        yield from _diff(choice, page)
    if reported.reason is not None:
        verb = "no fix" if reported.status is Status.REFUSED else "left"
        yield f"{equals}{page.paint(verb, 'bold')}: {shown(reported.reason)}"


def _diff(fix: Fix, page: _Page) -> Iterator[str]:
    for path in sorted(fix.paths):
        own = [edit for edit in fix.edits if edit.path == path]
        for edit in own:
            yield from _whole(edit, page)
        yield from _changed(path, [edit for edit in own if isinstance(edit, Replace)], page)


def _whole(edit: Edit, page: _Page) -> Iterator[str]:
    name = f"{page.margin}   {shown(edit.path)}"
    match edit:
        case Create():
            yield f"{name} (a new file)"
            yield from _lines(edit.path, lines(edit.content), "+", page)
        case Delete():
            yield f"{name} is removed"
        case SetMode():
            yield f"{name} gets mode {'755' if edit.executable else '644'}"
        case Replace():
            pass


def _changed(path: str, replaces: list[Replace], page: _Page) -> Iterator[str]:
    before = page.places.data(path)
    old, new = lines(before), lines(splice(before, replaces))
    for block in blocks(old, new):
        yield f"{page.margin}   {shown(path)}:{block.old_start + 1}"
        yield from _lines(path, old[block.old_start : block.old_end], "-", page)
        yield from _lines(path, new[block.new_start : block.new_end], "+", page)


def _lines(path: str, found: list[bytes], mark: str, page: _Page) -> Iterator[str]:
    colour = "green" if mark == "+" else "red"
    for line in (line.rstrip(b"\r\n") for line in found[:MOST_NEW_LINES]):
        if page.places.is_secret_line(path, line):
            text = "(a line with a secret, not shown)"
        else:
            text = shown(line.decode("utf-8", "replace").removeprefix("\ufeff"))
        yield f"{page.margin}   {page.paint(f'{mark} {text}'.rstrip(), colour)}"
    if len(found) > MOST_NEW_LINES:
        yield f"{page.margin}   {page.paint(f'{mark} … {len(found) - MOST_NEW_LINES} more lines', 'dim')}"


def _skipped(outcome: Outcome, *, verbose: bool) -> Iterator[str]:
    if verbose or len(outcome.skipped) <= MOST_NAMED:
        for skipped in outcome.skipped:
            yield f"not read: {shown(skipped.path)}: {shown(skipped.reason)}"
    else:
        yield f"not read: {len(outcome.skipped)} files (--verbose names them)"


def _totals(outcome: Outcome, paint: Paint, *, dry: bool) -> Iterator[str]:
    files = _count(outcome.files, "file")
    if not outcome.reported:
        yield f"{paint('nothing wrong', 'green')} in {files}"
        return
    severities = Counter(reported.finding.severity for reported in outcome.reported)
    levels = ", ".join(_count(severities[level], level.value) for level in Severity if severities[level])
    fates = Counter(reported.status for reported in outcome.reported if reported.status is not None)
    grades = Counter(r.proposal.applicability if r.proposal else Applicability.MANUAL for r in outcome.reported)
    if any(fate is not Status.REFUSED for fate in fates):
        ways = ", ".join(f"{fates[fate]} {_fate(fate, dry=dry)}" for fate in Status if fates[fate])
    else:
        words = {
            Applicability.SAFE: "for --apply",
            Applicability.UNSAFE: "for --apply --unsafe-fixes",
            Applicability.MANUAL: "by hand",
        }
        ways = ", ".join(f"{grades[grade]} {words[grade]}" for grade in Applicability if grades[grade])
    found = _count(len(outcome.reported), "finding")
    yield paint(f"{found} in {files}", "bold") + f" ({levels.replace('infos', 'info')}): {ways}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
