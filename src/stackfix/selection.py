"""Which findings are told: selected rules, ignored ones, severities, and whatever else hides one.

May import findings.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from stackfix.findings import Finding, Location, Rule, Severity

Read: TypeAlias = "Callable[[str], bytes | None]"


def _never(_rule: str, _location: Location) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Selection:
    """What a run tells.

    `select` and `ignore` name rules or families; an empty `select` is every rule that is on by default. `suppressed`
    says whether a comment covers a rule at a place of one tree, and `suppressing` makes it from the tree's contents.
    `severities` set a rule's level. `per_file_ignores` maps a matcher of paths to rules. `only` narrows findings to
    those with a place in one file. `known` are the fingerprints of those that a baseline or an earlier commit has.
    """

    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    preview: bool = False
    severities: Mapping[str, Severity] = field(default_factory=lambda: MappingProxyType({}))
    per_file_ignores: tuple[tuple[Callable[[str], bool], frozenset[str]], ...] = ()
    suppressed: Callable[[str, Location], bool] = _never
    suppressing: Callable[[Read], Callable[[str, Location], bool]] | None = None
    only: str | None = None
    known: frozenset[str] = frozenset()

    def over(self, read: Read) -> Selection:
        """The same for a tree with these contents: comments move with the lines above them."""
        return self if self.suppressing is None else replace(self, suppressed=self.suppressing(read))

    def levelled(self, finding: Finding) -> Finding:
        """The finding with the severity that its rule is given."""
        level = self.severities.get(finding.rule.id)
        return finding if level is None else replace(finding, level=level)

    def explicit(self, rule: Rule) -> bool:
        """Whether the user asked for this rule by name or family."""
        return bool({rule.id, rule.family.value} & self.select)

    def runs(self, rule: Rule) -> bool:
        """Whether a rule is looked at: on by default, or asked for."""
        return not rule.preview or self.preview or rule.id in self.select

    def shows(self, finding: Finding) -> bool:
        """Whether a finding is told at all."""
        rule = finding.rule
        if self.select and not self.explicit(rule):
            return False
        if {rule.id, rule.family.value} & self.ignore:
            return False
        if any(_names(rules, rule) and matches(finding.location.path) for matches, rules in self.per_file_ignores):
            return False
        places = (finding.location, *finding.evidence)
        if self.only is not None and all(place.path != self.only for place in places):
            return False
        return not any(self.suppressed(rule.id, place) for place in places)


def _names(rules: Iterable[str], rule: Rule) -> bool:
    return bool({rule.id, rule.family.value} & set(rules))
