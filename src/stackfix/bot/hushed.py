"""What a change breaks under comments of its own, which say that it is to be ignored: they count, and they are told.

May import judging and what is below it, suppression and repository.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix import catalogue
from stackfix.graph.library import Library
from stackfix.judging import look
from stackfix.repository import plumbing
from stackfix.repository.objects import Blobs
from stackfix.spans import Lines
from stackfix.suppression import MARK, Suppressions, suppressions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.policy import Policy
    from stackfix.repository import Snapshot
    from stackfix.selection import Selection

_LARGEST = 1_000_000  # bytes; a larger file was not written by a person
_PLAIN = {"100644", "100755"}


@dataclass(frozen=True, slots=True)
class Hushed:
    """One fault under such a comment."""

    fingerprint: str
    rule: str
    path: str
    line: int
    message: str


def hushed(snapshot: Snapshot, folder: str, before: str, policy: Policy, selection: Selection) -> Iterator[Hushed]:
    """What is wrong in a commit where the comments don't count that were not there before.

    `selection` knows what was wrong before. Nothing where there are no such comments.
    """
    assert snapshot.commit is not None
    changed = _without_new_comments(folder, before, snapshot.commit)
    if not changed:
        return

    def read(path: str) -> bytes | None:
        return changed.get(path) or snapshot.sources.read(path)

    covered = Suppressions(read, _family).covers
    state = look(Library(snapshot.tree, snapshot.sources), policy, selection, catalogue.detectors())
    for found in state.findings:
        finding, place = found.finding, found.finding.location
        if found.shown and not any(covered(finding.rule.id, one) for one in (place, *finding.evidence)):
            line = Lines(snapshot.sources.read(place.path) or b"").position(place.span.start).line
            yield Hushed(found.fingerprint, finding.rule.id, place.path, line, finding.message)


def _without_new_comments(folder: str, before: str, after: str) -> dict[str, bytes]:
    """The files that got comments which the commit before hasn't anywhere, with those made unreadable in place."""
    blobs, changed, known = Blobs(folder), {}, Counter[bytes]()
    for path, old, new in _changed(folder, before, after):
        earlier, data = (blobs.read(name, _LARGEST) if name.strip("0") else b"" for name in (old, new))
        known.update(_comments(path, earlier))
        if isinstance(data, bytes) and MARK in data:
            changed[path] = data
    counts = Counter(comment for path, data in changed.items() for comment in _comments(path, data))
    added = counts - known
    found = {}
    for path, data in changed.items():
        silent = data
        for comment in set(_comments(path, data)) & added.keys():
            # As long as it was: lines and places stay.
            silent = silent.replace(comment, comment.replace(MARK, b"-" * len(MARK)))
        if silent != data:
            found[path] = silent
    return found


def _comments(path: str, data: bytes | str) -> list[bytes]:
    if isinstance(data, str):
        return []
    spans = (comment.location.span for comment in suppressions(path, data))
    return [data[span.start : span.end] for span in spans]


def _changed(folder: str, before: str, after: str) -> Iterator[tuple[str, str, str]]:
    """The files that differ, each with the names of its contents."""
    words = ("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", before, after)
    fields = iter(plumbing.records(plumbing.call(folder, *words)))
    for head, path in zip(fields, fields, strict=False):
        _, mode, old, new, _ = head.split(" ")
        if mode in _PLAIN:
            yield path, old, new


def _family(rule: str) -> str:
    return catalogue.detector(rule).rule.family.value
