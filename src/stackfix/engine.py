"""Detect, fix, look again, until still: what is reported and how the tree ends.

A pass takes fixes that don't touch each other, makes them in memory, and is proved as a whole by judging the tree anew.
Only a failed pass is split: a fix that fails by itself is undone alone and reported as refused; of fixes that merely
don't go together, one waits for the next pass.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256
from time import perf_counter
from typing import TYPE_CHECKING

from stackfix import catalogue, edits, repairing, verify
from stackfix.findings import Applicability, Severity
from stackfix.graph.library import Library
from stackfix.judging import Found, State, look
from stackfix.outcome import Change, Outcome, Proof, Reported, Skipped, Status
from stackfix.series import Pass, at_first, steps
from stackfix.tree import Overlay
from stackfix.wiring import Fault, Repaired

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from stackfix.catalogue import Detector
    from stackfix.findings import Finding
    from stackfix.policy import Policy
    from stackfix.selection import Selection
    from stackfix.tree import Sources, Tree
    from stackfix.wiring import Wiring

MOST_STILL_PASSES = 10
"""After so many passes in which the number of open findings did not fall, the run ends."""

SAFE = frozenset({Applicability.SAFE})
ALL = frozenset({Applicability.SAFE, Applicability.UNSAFE})


def _never(_finding: Finding, _fingerprint: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Request:
    """What a run is asked for.

    `grades` are the fixes to make; none makes it a report, whose fixes are proved all the same. `committing`: fixes
    that touch files which git ignores are left out whole. `spared` says of a finding, by itself and its fingerprint,
    why its fix is left out, None where it isn't. `wired`: the wiring is told, before and after.
    """

    policy: Policy
    selection: Selection
    grades: frozenset[Applicability] = frozenset()
    committing: bool = False
    spared: Callable[[Finding, str], str | None] = _never
    wired: bool = False


@dataclass
class _Run:
    """The state of one run between passes."""

    request: Request
    detectors: tuple[Detector, ...]
    start: State
    now: State
    refused: dict[str, str] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    passes: list[Pass] = field(default_factory=list)
    revealed: dict[str, Found] = field(default_factory=dict)
    still: bool = False


def run(tree: Tree, sources: Sources, request: Request, skipped: Iterable[Skipped] = ()) -> Outcome:
    """Judge a tree and repair it in memory; nothing is written."""
    began = perf_counter()
    detectors = catalogue.detectors()
    library = Library(tree, sources)
    start = look(library, request.policy, request.selection, detectors)
    work = _Run(request, detectors, start, start)
    for grades in _rounds(request.grades):
        _repair(work, grades)
    reported = tuple(_reported(work))
    problems = {**{s.path: s.reason for s in skipped}, **library.problems}
    return Outcome(
        reported=reported,
        changes=_changes(start, work.now) if request.grades else (),
        steps=steps(work.passes, sources.read, {r.fingerprint: r for r in reported}) if request.grades else (),
        skipped=tuple(Skipped(path, problems[path]) for path in sorted(problems)),
        files=len(tree.entries),
        components=len(start.graph.components),
        seconds=perf_counter() - began,
        proof=_proof(work),
        wiring=Repaired(_wiring(start), _wiring(work.now)) if request.wired else None,
    )


def _proof(work: _Run) -> Proof:
    gone = frozenset(found.fingerprint for found in work.start.findings if _is_gone(work, found))
    return Proof(len(work.passes), work.still, gone)


def _is_gone(work: _Run, found: Found) -> bool:
    return found.fingerprint not in work.now.fingerprints and not found.same_fault(work.now)


def _wiring(state: State) -> Wiring:
    from stackfix.graph.picture import picture  # noqa: PLC0415 - few runs ask for it

    shown = [found for found in state.findings if found.shown]
    return picture(state.graph, ((_fault(found), found.finding) for found in shown))


def _fault(found: Found) -> Fault:
    return Fault(found.fingerprint, found.finding.rule.id, grave=found.finding.severity is not Severity.INFO)


def _rounds(grades: frozenset[Applicability]) -> tuple[frozenset[Applicability], ...]:
    """A report proves the safe fixes as `--apply` makes them, then the unsafe ones on top."""
    return (grades,) if grades else (SAFE, ALL)


def _repair(work: _Run, grades: frozenset[Applicability]) -> None:
    seen = {_digest(work.now)}
    still = 0
    work.still = False
    while still < MOST_STILL_PASSES:
        open_before = len(work.now.findings)
        chosen = _choose(work, grades)
        if not chosen:
            work.still = True
            return
        proved = _proved(work, chosen)
        if proved is None:
            continue
        chosen, after = proved
        digest = _digest(after)
        if digest in seen:
            for found in chosen:
                work.refused[found.fingerprint] = "its repair and another's undo each other"
            continue
        seen.add(digest)
        _accept(work, chosen, after)
        still = 0 if len(after.findings) < open_before else still + 1


def _choose(work: _Run, grades: frozenset[Applicability]) -> tuple[Found, ...]:
    """The fixes of one pass, in the order of their edits, then of their rules."""
    taken: list[Found] = []
    for found in work.now.findings:
        fix = found.fix
        if fix is None or not found.shown or fix.applicability not in grades or found.fingerprint in work.refused:
            continue
        if reason := work.request.spared(found.finding, found.fingerprint):
            work.left[found.fingerprint] = reason
            continue
        if work.request.committing and (private := _ignored(work, fix)):
            work.left[found.fingerprint] = f"{private} is ignored by git: change it where it is used"
            continue
        if not any(edits.clash(fix, other.fix) for other in taken if other.fix):
            taken.append(found)
    return tuple(taken)


def _ignored(work: _Run, fix: edits.Fix) -> str | None:
    entries = work.now.library.tree.entries
    return next((path for path in sorted(fix.paths) if path in entries and entries[path].ignored), None)


def _proved(work: _Run, chosen: tuple[Found, ...]) -> tuple[tuple[Found, ...], State] | None:
    """The fixes of a pass that go together, and the tree after them. None where the proof failed by some alone.

    These are refused then.
    """
    while True:
        after = _after(work, chosen)
        broken = _broken(work, after, chosen)
        if after and not broken:
            return chosen, after
        guilty = _culprits(work, broken)
        if guilty:
            work.refused.update({found.fingerprint: reason for found, reason in guilty.items()})
            return None
        late = _late(work, chosen, broken[0].suspects)
        chosen = tuple(found for found in chosen if found is not late)


def _broken(work: _Run, after: State | None, chosen: tuple[Found, ...]) -> tuple[verify.Failure, ...]:
    return verify.failures(work.now, after, chosen) if after else (verify.Failure("its edits can't be made", chosen),)


def _culprits(work: _Run, broken: Iterable[verify.Failure]) -> Mapping[Found, str]:
    """Which fixes to undo: a sole suspect, else those suspects that fail the proof alone; none if all hold alone."""
    guilty: dict[Found, str] = {}
    for failure in broken:
        if any(found in guilty for found in failure.suspects):
            continue
        if len(failure.suspects) == 1:
            guilty[failure.suspects[0]] = failure.reason
        else:
            guilty.update({f: r for f in failure.suspects if (r := _fails_alone(work, f))})
    return guilty


def _late(work: _Run, chosen: tuple[Found, ...], suspects: tuple[Found, ...]) -> Found:
    """Of fixes that hold alone but not together, the first that those before it don't go with."""
    others = tuple(found for found in chosen if found not in suspects)
    low, high = 1, len(suspects)
    while low < high:
        middle = (low + high) // 2
        some = (*others, *suspects[:middle])
        if _broken(work, _after(work, some), some):
            high = middle
        else:
            low = middle + 1
    return suspects[low - 1]


def _fails_alone(work: _Run, found: Found) -> str | None:
    broken = _broken(work, _after(work, (found,)), (found,))
    return broken[0].reason if broken else None


def _after(work: _Run, chosen: Iterable[Found]) -> State | None:
    library = work.now.library
    try:
        result = edits.apply((e for f in chosen if f.fix for e in f.fix.edits), library.sources.read)
    except edits.Refused:
        return None
    tree = library.tree.changed(result.contents, result.modes)
    touched = {*result.contents, *result.modes}
    touched |= {link for link, real in tree.links.items() if real in touched}
    later = library.after(tree, _over(library.sources, result.contents, tree.links), touched)
    return look(later, work.request.policy, work.request.selection, work.detectors)


def _over(sources: Sources, contents: Mapping[str, bytes | None], links: Mapping[str, str]) -> Overlay:
    """One overlay over the tree as it was, however many passes there are."""
    if isinstance(sources, Overlay):
        return Overlay(sources.under, {**sources.contents, **contents}, links)
    return Overlay(sources, contents, links)


def _accept(work: _Run, chosen: tuple[Found, ...], after: State) -> None:
    work.passes.append(Pass(chosen, work.now.library.sources.read))
    for found in after.findings:
        if found.shown and found.fingerprint not in work.start.fingerprints and not found.same_fault(work.start):
            told = replace(found, finding=at_first(found.finding, work.passes))
            work.revealed.setdefault(found.fingerprint, told)
    work.now = after


def _digest(state: State) -> str:
    modes = sorted(p for p, e in state.library.tree.entries.items() if e.executable)
    return sha256(repr((sorted(_edited(state).items()), modes)).encode()).hexdigest()


def _edited(state: State) -> Mapping[str, bytes | None]:
    """The files that differ from the tree as it was."""
    sources = state.library.sources
    if not isinstance(sources, Overlay):
        return {}
    return {path: data for path, data in sources.contents.items() if data != sources.under.read(path)}


def _changes(start: State, end: State) -> tuple[Change, ...]:
    """The end state against the tree as it was: only files that differ."""
    before, after = start.library, end.library
    contents = _edited(end)
    runs = {path: entry.executable for path, entry in before.tree.entries.items()}
    modes = {p: e.executable for p, e in after.tree.entries.items() if runs.get(p, False) != e.executable}
    return tuple(
        Change(path, before.sources.read(path), contents.get(path, before.sources.read(path)), modes.get(path))
        for path in sorted({*contents, *modes})
    )


def _reported(work: _Run) -> Iterable[Reported]:
    for found in work.start.findings:
        if found.shown:
            yield _told(work, found, known=True)
    for found in work.revealed.values():
        if work.request.grades:
            yield _told(work, found, known=False)


def _told(work: _Run, found: Found, *, known: bool) -> Reported:
    repairing_run = bool(work.request.grades)
    refusal = work.refused.get(found.fingerprint) or found.refusal
    remedy = found.finding.remedy
    plain = Reported(
        found.finding,
        found.fingerprint,
        fix=found.fix if known else None,
        choices=repairing.choices(remedy, work.start.library) if remedy and known else (),
    )
    if repairing_run and _is_gone(work, found):
        return replace(plain, status=Status.FIXED)
    if refusal is not None:
        return replace(plain, fix=None, status=Status.REFUSED, reason=refusal)
    if not repairing_run:
        return plain
    if not known:
        # It stands in the tree as it ends, where nothing has hidden it.
        here = next((f.finding for f in work.now.findings if f.fingerprint == found.fingerprint), found.finding)
        return replace(plain, finding=here, status=Status.REVEALED, reason=_why_left(work, found))
    return replace(plain, status=Status.LEFT, reason=_why_left(work, found))


def _why_left(work: _Run, found: Found) -> str:
    if reason := work.left.get(found.fingerprint):
        return reason
    remedy = found.finding.remedy
    if remedy is None:
        return "there is no fix for it"
    if remedy.applicability is Applicability.MANUAL:
        return "it needs a person's decision"
    if remedy.applicability not in work.request.grades:
        return "its fix is unsafe: a person should decide (--unsafe-fixes)"
    return "another fix changed the same place first"
