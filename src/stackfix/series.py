"""A run's passes as a series of commits: one a rule, in pass order; rules whose edits build on each other share one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix import edits
from stackfix.outcome import Change, Reported, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from stackfix.findings import Finding, Location
    from stackfix.judging import Found

    Read = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Pass:
    """The fixes made in one pass, and how the files read before it."""

    chosen: tuple[Found, ...]
    read: Read

    def before(self, location: Location) -> Location:
        """Where a place in the tree after the pass was before it."""
        made = (edit for found in self.chosen if found.fix for edit in found.fix.edits if edit.path == location.path)
        replaced = (edit for edit in made if isinstance(edit, edits.Replace))
        return replace(location, span=edits.before(location.span, replaced))


def at_first(finding: Finding, passes: Sequence[Pass]) -> Finding:
    """A finding of the tree after some passes, with its places as they were before all of them."""
    for one in reversed(passes):
        evidence = tuple(one.before(place) for place in finding.evidence)
        finding = replace(finding, location=one.before(finding.location), evidence=evidence)
    return finding


def steps(passes: Sequence[Pass], read: Read, reported: Mapping[str, Reported]) -> tuple[Step, ...]:
    """The commits that lead from the tree as it was to its end. `reported` gives each finding's fate by fingerprint."""
    groups = _groups(passes)
    done: list[Step] = []
    state: dict[str, bytes | None] = {}
    for number, rules in enumerate(groups):
        later = _state(passes, {rule for group in groups[: number + 1] for rule in group})
        changes = []
        for path in sorted({*later.contents, *later.modes}):
            before = state.get(path, read(path))
            after = later.contents.get(path, before)
            if before != after or path in later.modes:
                changes.append(Change(path, before, after, later.modes.get(path)))
        state.update(later.contents)
        told = [f.fingerprint for p in passes for f in p.chosen if f.finding.rule.id in rules]
        fates = tuple(reported[t] for t in dict.fromkeys(told) if t in reported)
        done.append(Step(tuple(rules), fates, tuple(changes)))
    return tuple(step for step in done if step.changes)


def _groups(passes: Sequence[Pass]) -> list[list[str]]:
    """The rules in the order of their first pass, joined where they change a file that was changed in another pass."""
    rules_of: dict[str, set[str]] = {}
    passes_of: dict[str, set[int]] = {}
    group = {f.finding.rule.id: f.finding.rule.id for p in passes for f in p.chosen}
    for number, one in enumerate(passes):
        for found in one.chosen:
            for path in found.fix.paths if found.fix else ():
                rules_of.setdefault(path, set()).add(found.finding.rule.id)
                passes_of.setdefault(path, set()).add(number)
    for path, numbers in passes_of.items():
        if len(numbers) > 1:
            first = group[min(rules_of[path])]
            joined = {group[rule] for rule in rules_of[path]}
            group = {rule: first if leader in joined else leader for rule, leader in group.items()}
    return [[rule for rule in group if group[rule] == leader] for leader in dict.fromkeys(group.values())]


def _state(passes: Sequence[Pass], rules: set[str]) -> edits.Result:
    """The files after the fixes of these rules. A file changed in several passes has all its rules in one group."""
    result = edits.Result({}, {})
    for one in passes:
        made = edits.apply(
            (e for f in one.chosen if f.fix and f.finding.rule.id in rules for e in f.fix.edits),
            one.read,
        )
        result.contents.update(made.contents)
        result.modes.update(made.modes)
    return result
