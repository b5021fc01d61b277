"""The promises of a fix, checked: after a pass the tree is read and judged anew.

Gone: the finding isn't found any more. Parsed: each file that could be read still can. Not caused: nothing that met
before has stopped meeting. A new finding is merely *revealed* where not all of its components were known before, where
one of its ends is led to another by what led nowhere or didn't exist, or where it speaks of a reference that met
nothing. Advice (info) undoes no repair.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from stackfix.findings import Severity
from stackfix.graph.wires import met, wires

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stackfix.findings import Location
    from stackfix.judging import Found, State


@dataclass(frozen=True, slots=True)
class Failure:
    """One broken promise: why, in one clause, and which of a pass's fixes may have broken it."""

    reason: str
    suspects: tuple[Found, ...]


def failures(before: State, after: State, chosen: tuple[Found, ...]) -> tuple[Failure, ...]:
    """Every promise that a pass broke; none is the proof."""
    return (*_unparsed(before, after, chosen), *_not_gone(after, chosen), *_caused(before, after, chosen))


def _unparsed(before: State, after: State, chosen: tuple[Found, ...]) -> Iterable[Failure]:
    for path, reason in after.library.problems.items():
        if path not in before.library.problems:
            suspects = tuple(f for f in chosen if f.fix and path in f.fix.paths)
            if suspects:
                yield Failure(f"{path} could not be read after it: {reason}", suspects)


def _not_gone(after: State, chosen: tuple[Found, ...]) -> Iterable[Failure]:
    for found in chosen:
        if found.fingerprint in after.fingerprints:
            yield Failure("the finding was still there after it", (found,))


def _caused(before: State, after: State, chosen: tuple[Found, ...]) -> Iterable[Failure]:
    change = _Change(before, after)
    for found in after.findings:
        if found.fingerprint in before.fingerprints or found.same_fault(before):
            continue
        if found.finding.severity is Severity.INFO:
            continue
        if not caused(before, found) or change.reveals(found):
            continue
        finding = found.finding
        near = tuple(f for f in chosen if f.fix and (f.components & found.components or found.paths & f.fix.paths))
        reason = f"it would cause another finding ({finding.rule.id} in {finding.location.path})"
        yield Failure(reason, near or chosen)


def caused(before: State, found: Found) -> bool:
    """Whether a new finding speaks of ends that were all known, and met, before."""
    if not found.components:
        return True
    return all(before.graph.knows(name) for name in found.components)


@dataclass(frozen=True)
class _Change:
    """What a pass changed of the wiring, found out once for all new findings, and only where there is one."""

    before: State
    after: State

    @cached_property
    def led(self) -> tuple[tuple[str, str], ...]:
        """The pairs of ends between which more leads than did before: what they meet could not be judged."""
        known = wires(self.before.graph)
        return tuple(pair for pair, count in wires(self.after.graph).items() if count > known.get(pair, 0))

    @cached_property
    def fresh(self) -> tuple[Location, ...]:
        """The references that led to nothing before, or to a port that nothing answers on."""
        known = met(self.before.graph)
        return tuple(r.location for r in self.after.graph.references if r.anchor not in known)

    def reveals(self, found: Found) -> bool:
        """Whether a new finding speaks of what could not be judged before."""
        ends = found.components | found.paths
        if any(ends.issuperset(pair) for pair in self.led):
            return True
        places = (found.finding.location, *found.finding.evidence)
        return any(p.path == f.path and p.span.overlaps(f.span) for p in places for f in self.fresh)
