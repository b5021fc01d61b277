"""Findings that are known already, by their fingerprints: the file that they are kept in, and those of a commit.

Read and written as bytes; may touch disk through `repository` alone but for the user's own FILE.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from stackfix import catalogue, repository
from stackfix.graph.library import Library
from stackfix.judging import look
from stackfix.options import Wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from stackfix.outcome import Reported
    from stackfix.policy import Policy
    from stackfix.selection import Selection

VERSION = 1


def load(path: str) -> frozenset[str]:
    """The fingerprints that a baseline holds. Wrong where it is none."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - the user's own word, as typed
            held = json.loads(file.read())
        if held["version"] != VERSION:
            raise Wrong(f"{path}: version {held['version']} of a baseline is not known")
        return frozenset(str(entry["fingerprint"]) for entry in held["findings"])
    except OSError as problem:
        raise Wrong(f"{path}: {problem.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise Wrong(f"{path} is no baseline: --write-baseline makes one") from None


def render(reported: Iterable[Reported]) -> str:
    """A baseline of findings, one a line, so that it merges well."""
    lines = [
        json.dumps({"rule": r.finding.rule.id, "file": r.finding.location.path, "fingerprint": r.fingerprint})
        for r in sorted(reported, key=lambda r: (r.finding.location.path, r.finding.rule.id, r.fingerprint))
    ]
    inside = "".join(f"\n    {line}," for line in lines).removesuffix(",") + ("\n  " if lines else "")
    return f'{{\n  "version": {VERSION},\n  "findings": [{inside}]\n}}\n'


def of_commit(
    root: str, revision: str, policy: Policy, selection: Selection, excluded: Callable[[str], bool] | None
) -> frozenset[str]:
    """The fingerprints of all that is wrong in a commit."""
    if repository.git_top(root) is None:
        raise Wrong(f"--diff-base: {root} lies in no git repository")
    snapshot = repository.open_commit(root, revision, excluded)
    return look(Library(snapshot.tree, snapshot.sources), policy, selection, catalogue.detectors()).fingerprints
