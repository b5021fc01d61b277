"""Break healthy stacks one wire at a time, and count what is found and restored.

    python benchmarks/injection/run.py [--rule RULE] [--stack STACK] [--verbose] [--markdown]

The exit code is 0 whatever the figures are: they are to be read.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from benchmarks.injection import healthy, measuring, operators  # noqa: E402 - run as a file, from any folder

COLUMNS = ("breaks", "found", "unique", "exact", "repairable", "meant", "beside", "alarms")


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description="Break healthy stacks one wire at a time.")
    options.add_argument("--rule", help="only the breaks that this rule should find")
    options.add_argument("--stack", help="only this stack")
    options.add_argument("--verbose", action="store_true", help="tell each break that was missed or not restored")
    options.add_argument("--markdown", action="store_true", help="the table as docs/injection.md has it")
    given = options.parse_args()
    rows: dict[str, measuring.Row] = defaultdict(measuring.Row)
    for stack in healthy.every():
        if given.stack in {None, stack.name}:
            _one(stack, given.rule, rows)
    _print(rows, given.markdown)
    if given.verbose:
        _tell(rows)


def _one(stack: healthy.Stack, rule: str | None, rows: dict[str, measuring.Row]) -> None:
    for one in healthy.judged(stack.files).reported:
        if rule in {None, one.finding.rule.id}:
            rows[one.finding.rule.id].alarms += 1
            print(f"false alarm in {stack.name}: {one.finding.rule.id}: {one.finding.message}", file=sys.stderr)
    for broken in operators.breaks(stack):
        if rule in {None, *broken.rules}:
            rows[broken.rules[0]].add(measuring.measured(broken))


def _print(rows: dict[str, measuring.Row], markdown: bool) -> None:
    total = measuring.Row()
    print(_line("rule", COLUMNS, markdown))
    if markdown:
        print("|---" + "|--:" * len(COLUMNS) + "|")
    for rule in sorted(rows):
        print(_line(rule, _cells(rows[rule]), markdown))
        total.join(rows[rule])
    print(_line("all", _cells(total), markdown))


def _cells(row: measuring.Row) -> tuple[object, ...]:
    return row.tried, row.found, row.unique, row.exact, row.repairable, row.meant, row.beside, row.alarms


def _line(first: str, cells: tuple[object, ...], markdown: bool) -> str:
    if markdown:
        return f"| {first} | " + " | ".join(map(str, cells)) + " |"
    return f"{first:<28}" + "".join(f"{cell!s:>11}" for cell in cells)


def _tell(rows: dict[str, measuring.Row]) -> None:
    for rule in sorted(rows):
        for one in rows[rule].missed:
            fate = "missed" if not one.found else f"exact {one.exact}, meant {one.meant}, beside {one.beside}"
            print(f"\n{rule}: {one.broken.stack}: {one.broken.name}: {fate}")
            for said in one.said or ("nothing was said",):
                print(f"    {said}")


if __name__ == "__main__":
    main()
