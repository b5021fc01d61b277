"""An outcome as it may be told: no replacement that is a secret, no secret in a word.

May import outcome and secrecy.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix import secrecy
from stackfix.edits import Create, Replace, splice
from stackfix.spans import Span
from stackfix.wiring import Repaired, Wiring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stackfix.edits import Fix
    from stackfix.findings import Location
    from stackfix.outcome import Outcome, Reported

WHY = "what it writes is a secret: see it with --dry-run"


def withhold(outcome: Outcome, read: Callable[[str], bytes | None]) -> Outcome:
    """The outcome with secret edits withheld and its words masked; files are read as they were judged."""
    wiring = outcome.wiring and Repaired(_drawn(outcome.wiring.before), _drawn(outcome.wiring.after))
    return replace(outcome, reported=tuple(_told(reported, read) for reported in outcome.reported), wiring=wiring)


def _drawn(wiring: Wiring) -> Wiring:
    nodes = (replace(node, name=_each(node.name), says=_each(node.says)) for node in wiring.nodes)
    return Wiring(tuple(nodes), tuple(replace(wire, label=_each(wire.label)) for wire in wiring.wires))


def _each(label: str) -> str:
    """Words that are no sentence, masked one by one: the port beside a variable of that name is no password."""
    return " ".join(map(secrecy.masked, label.split(" ")))


def _told(reported: Reported, read: Callable[[str], bytes | None]) -> Reported:
    finding = replace(
        reported.finding,
        message=secrecy.masked(reported.finding.message),
        location=_masked(reported.finding.location),
        evidence=tuple(map(_masked, reported.finding.evidence)),
    )
    fix = reported.fix and replace(reported.fix, description=secrecy.masked(reported.fix.description))
    why = reported.withheld or (WHY if fix is not None and _writes_secret(fix, read) else None)
    choices = tuple(
        replace(choice, description=secrecy.masked(choice.description), edits=())
        if _writes_secret(choice, read)
        else replace(choice, description=secrecy.masked(choice.description))
        for choice in reported.choices
    )
    reason = reported.reason and secrecy.masked(reported.reason)
    return replace(reported, finding=finding, fix=fix, choices=choices, reason=reason, withheld=why)


def _masked(location: Location) -> Location:
    return replace(location, note=secrecy.masked(location.note))


def _writes_secret(fix: Fix, read: Callable[[str], bytes | None]) -> bool:
    """Whether any byte that the fix writes belongs to a secret value of the file as it becomes."""
    for path in fix.paths:
        replaces = [e for e in fix.edits if isinstance(e, Replace) and e.path == path]
        data = splice(read(path) or b"", replaces) if replaces else b""
        found = secrecy.spans(path, data)
        if any(span.overlaps(written) for written in _written(replaces) if len(written) for span in found):
            return True
    return any(isinstance(e, Create) and secrecy.spans(e.path, e.content) for e in fix.edits)


def _written(replaces: list[Replace]) -> Iterator[Span]:
    """Where each replacement stands once all are made."""
    shift = 0
    for edit in sorted(replaces, key=lambda e: (e.span.start, e.span.end)):
        start = edit.span.start + shift
        yield Span(start, start + len(edit.replacement))
        shift += len(edit.replacement) - len(edit.span)
