"""One look at a tree: read, linked and judged, each finding with its fingerprint and the fix it proposes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from stackfix import repairing
from stackfix.edits import Refused
from stackfix.graph import link

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from stackfix.catalogue import Detector
    from stackfix.edits import Fix
    from stackfix.findings import Anchor, Finding, Location
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.policy import Policy
    from stackfix.selection import Selection
    from stackfix.spans import Span
    from stackfix.tree import Tree


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, its fingerprint, and its fix in this tree or why there is none. `shown`: whether it is told."""

    finding: Finding
    fingerprint: str
    shown: bool
    fix: Fix | None = None
    refusal: str | None = None

    @property
    def components(self) -> frozenset[str]:
        """The components that the finding speaks of."""
        return self.finding.components

    @property
    def paths(self) -> frozenset[str]:
        """The files that the finding has places in."""
        return frozenset(place.path for place in (self.finding.location, *self.finding.evidence))

    def same_fault(self, before: State) -> bool:
        """Whether the tree before had this rule's finding at this anchor: the same fault with another value."""
        return (self.finding.rule.id, self.finding.anchor) in before.faults


@dataclass(frozen=True)
class State:
    """A tree as judged."""

    library: Library
    graph: Graph
    findings: tuple[Found, ...]

    @cached_property
    def fingerprints(self) -> frozenset[str]:
        """All findings by fingerprint, told or not."""
        return frozenset(found.fingerprint for found in self.findings)

    @cached_property
    def faults(self) -> frozenset[tuple[str, Anchor]]:
        """All findings by rule and place."""
        return frozenset((found.finding.rule.id, found.finding.anchor) for found in self.findings)


def look(library: Library, policy: Policy, selection: Selection, detectors: Iterable[Detector]) -> State:
    """Read, link and judge the tree of a library."""
    selection = selection.over(library.sources.read)
    graph = link.build(library, policy)
    raw = [f for d in detectors if selection.runs(d.rule) for f in d.detect(graph)]
    raw.sort(key=_order)
    marked = [_marked(finding, graph.assumed) for finding in raw]
    return State(library, graph, tuple(_found(marked, library, selection)))


def _marked(finding: Finding, assumed: Mapping[str, Location]) -> Finding:
    """The finding, with the word that names a missing entry point where it rests on the file that stands in for it."""
    places = (finding.location, *finding.evidence)
    known = {(place.path, place.span) for place in places}
    words = {assumed[place.path]: place.path for place in places if place.path in assumed}
    more = (
        replace(word, note=f"what this names isn't there: {path} is taken for it")
        for word, path in words.items()
        if (word.path, word.span) not in known
    )
    return replace(finding, evidence=(*finding.evidence, *more))


def _order(finding: Finding) -> tuple[str, int, int, str, str]:
    place = finding.location
    return place.path, place.span.start, place.span.end, finding.rule.id, finding.message


def _found(raw: Sequence[Finding], library: Library, selection: Selection) -> Iterable[Found]:
    counts: Counter[tuple[str, str, str]] = Counter()
    for finding in _one_each(raw, selection, library.tree):
        key = (finding.rule.id, finding.anchor.identity, finding.value)
        counts[key] += 1
        fingerprint = sha256("\0".join((*key, str(counts[key]))).encode()).hexdigest()[:16]
        shown = selection.shows(finding) and fingerprint not in selection.known
        told = selection.levelled(finding)
        try:
            fix = repairing.fix(finding, library, selection)
        except Refused as refusal:
            yield Found(told, fingerprint, shown, None, str(refusal))
        else:
            yield Found(told, fingerprint, shown, fix)


def _one_each(raw: Sequence[Finding], selection: Selection, tree: Tree) -> Iterable[Finding]:
    """One fault is one finding: equal ones once, by whatever link, and of two rules at one place the more specific."""
    seen: set[tuple[str, str, Span, str]] = set()
    for finding in raw:
        key = (finding.rule.id, tree.real(finding.location.path), finding.location.span, finding.value)
        if key in seen or any(_yields(finding, other, selection) for other in raw):
            continue
        seen.add(key)
        yield finding


def _yields(finding: Finding, other: Finding, selection: Selection) -> bool:
    if other.rule.id not in finding.rule.yields_to or other.location.path != finding.location.path:
        return False
    if selection.explicit(finding.rule) and not selection.explicit(other.rule):
        return False
    same = finding.location.span == other.location.span or finding.anchor == other.anchor
    return same or finding.location.span.overlaps(other.location.span)
