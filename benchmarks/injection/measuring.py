"""What becomes of one break: found, restored, and what else was touched."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from benchmarks.injection import healthy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.injection.breaks import Break
    from benchmarks.injection.healthy import Files
    from stackfix.outcome import Outcome, Reported


@dataclass(frozen=True)
class Measured:
    """One break and what a run made of it. `exact` and `meant` are None where no such repair is expected."""

    broken: Break
    found: bool
    exact: bool | None
    meant: bool | None
    beside: int
    said: tuple[str, ...]


@dataclass
class Row:
    """The counts of one rule."""

    tried: int = 0
    found: int = 0
    unique: int = 0
    exact: int = 0
    repairable: int = 0
    meant: int = 0
    beside: int = 0
    alarms: int = 0
    missed: list[Measured] = field(default_factory=list)

    def add(self, one: Measured) -> None:
        """Count one break."""
        self.tried += 1
        self.found += one.found
        self.unique += one.exact is not None
        self.exact += bool(one.exact)
        self.repairable += one.meant is not None
        self.meant += bool(one.meant)
        self.beside += one.beside
        if not one.found or one.exact is False or one.meant is False or one.beside:
            self.missed.append(one)

    def join(self, other: Row) -> None:
        """Add another row's counts."""
        for name in ("tried", "found", "unique", "exact", "repairable", "meant", "beside", "alarms"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def measured(broken: Break) -> Measured:
    """Break, look, repair, look again."""
    outcome = healthy.judged(broken.broken)
    ended = healthy.repaired(broken.broken, outcome)
    found = any(_is_it(broken, one) for one in outcome.reported)
    exact = meant = None
    if not broken.by_hand:
        meant = found and not healthy.judged(ended).reported
        if broken.wanted is not None:
            exact = ended == broken.wanted
    beside = 0 if broken.wanted is None or broken.by_hand else _beside(broken.broken, broken.wanted, ended)
    return Measured(broken, found, exact, meant, beside, tuple(said(outcome)))


def _is_it(broken: Break, one: Reported) -> bool:
    paths = {place.path for place in (one.finding.location, *one.finding.evidence)}
    return one.finding.rule.id in broken.rules and bool(paths & broken.places)


def said(outcome: Outcome) -> Iterator[str]:
    """What was said, a line a finding, with what became of it."""
    for one in outcome.reported:
        status = one.status.value if one.status else ""
        reason = f" ({one.reason})" if one.reason else ""
        yield f"{one.finding.rule.id} in {one.finding.location.path}: {one.finding.message} [{status}]{reason}"


def _beside(broken: Files, wanted: Files, ended: Files) -> int:
    """How many lines the repair changed that needed no change."""
    paths = broken.contents.keys() | wanted.contents.keys() | ended.contents.keys()
    return sum(
        _beside_in(broken.contents.get(p, b""), wanted.contents.get(p, b""), ended.contents.get(p, b"")) for p in paths
    )


def _beside_in(broken: bytes, wanted: bytes, ended: bytes) -> int:
    if ended in {broken, wanted}:
        return 0
    needed = list(_changes(broken, wanted))
    return sum(
        max(end - start, added)
        for start, end, added in _changes(broken, ended)
        if not any(start <= last and first <= end for first, last, _ in needed)
    )


def _changes(before: bytes, after: bytes) -> Iterator[tuple[int, int, int]]:
    matcher = SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag != "equal":
            yield start, end, last - first
