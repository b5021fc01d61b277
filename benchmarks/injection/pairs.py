"""Break healthy stacks in two places at once, and count what is repaired: no repair may stand in the way of another.

    python benchmarks/injection/pairs.py [--count N] [--seed N] [--verbose]

Pairs are drawn among the breaks that are repaired alone, two of one stack and of different rules that touch different
lines. The same seed draws the same pairs. The exit code is 0 whatever the figures are: they are to be read.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from benchmarks.injection import healthy, measuring, operators  # noqa: E402 - run as a file, from any folder
from stackfix.outcome import Status  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.injection.breaks import Break
    from benchmarks.injection.healthy import Files, Stack
    from stackfix.outcome import Outcome


@dataclass(frozen=True)
class Pair:
    """Two breaks of one stack, and the files with both."""

    first: Break
    second: Break
    broken: Files


def main() -> None:
    """Print how many of the pairs are repaired whole, and what became of the others."""
    options = argparse.ArgumentParser(description="Break healthy stacks in two places at once.")
    options.add_argument("--count", type=int, default=200, help="how many pairs (default 200)")
    options.add_argument("--seed", type=int, default=1, help="which pairs (default 1)")
    options.add_argument("--verbose", action="store_true", help="tell what was said of each pair that wasn't repaired")
    given = options.parse_args()
    whole = refused = 0
    for pair in _drawn(random.Random(given.seed), given.count):
        outcome = healthy.judged(pair.broken)
        repaired = not healthy.judged(healthy.repaired(pair.broken, outcome)).reported
        whole += repaired
        refused += any(one.status is Status.REFUSED for one in outcome.reported)
        if given.verbose and not repaired:
            _tell(pair, outcome)
    print(f"{given.count} pairs: {whole} repaired whole, a fix refused in {refused}")


def _drawn(chance: random.Random, count: int) -> Iterator[Pair]:
    alone = {stack.name: _repaired_alone(stack) for stack in healthy.every()}
    while count:
        stack = chance.choice(healthy.every())
        first, second = chance.sample(alone[stack.name], 2)
        broken = both(stack.files, first.broken, second.broken) if first.rules != second.rules else None
        if broken is not None:
            count -= 1
            yield Pair(first, second, broken)


def _repaired_alone(stack: Stack) -> list[Break]:
    return [broken for broken in operators.breaks(stack) if measuring.measured(broken).meant]


def both(whole: Files, one: Files, other: Files) -> Files | None:
    """The files with both changes; None where they touch."""
    contents: dict[str, bytes] = {}
    for path in whole.contents.keys() | one.contents.keys() | other.contents.keys():
        before, first, second = (files.contents.get(path) for files in (whole, one, other))
        if first == before:
            after = second
        elif second == before:
            after = first
        elif before is None or first is None or second is None:
            return None
        else:
            after = _merged(before, first, second)
            if after is None:
                return None
        if after is not None:
            contents[path] = after
    return healthy.Files(contents, whole.executable & one.executable & other.executable)


def _merged(before: bytes, first: bytes, second: bytes) -> bytes | None:
    """One text with two changes, by lines; None where they touch."""
    lines = before.splitlines(keepends=True)
    changes = sorted((*_changes(lines, first), *_changes(lines, second)))
    if any(start <= end for (_, end, _), (start, _, _) in itertools.pairwise(changes)):
        return None
    found: list[bytes] = []
    at = 0
    for start, end, new in changes:
        found += [*lines[at:start], *new]
        at = end
    return b"".join((*found, *lines[at:]))


def _changes(lines: list[bytes], changed: bytes) -> Iterator[tuple[int, int, list[bytes]]]:
    new = changed.splitlines(keepends=True)
    for tag, start, end, first, last in SequenceMatcher(None, lines, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield start, end, new[first:last]


def _tell(pair: Pair, outcome: Outcome) -> None:
    print(f"\n{pair.first.stack}: {pair.first.name} + {pair.second.name}")
    for said in measuring.said(outcome):
        print(f"    {said}")


if __name__ == "__main__":
    main()
