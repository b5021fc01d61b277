"""Runs stackfix over a folder of checkouts: findings by rule, what changed since the last run, crashes, time.

    python scripts/ecosystem.py CHECKOUTS [--select RULE] [--timeout SECONDS] [--record FILE]
    python scripts/ecosystem.py --repairs FOLDER

CHECKOUTS has a checkout a folder. `--record` is where the findings of this run are kept, and what they are compared
with: a line for each that is new (+) or gone (-). With `--repairs`, each folder holds `before/`, a tree with a fault,
and `human.diff`, how somebody repaired it: which faults are found, and which repaired in the same way.
Nothing in a checkout is run or written.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

STACKFIX = (sys.executable, "-m", "stackfix")
NEAR = 1
"""How many lines beside a line that the human changed a finding may stand."""


@dataclass
class Told:
    """What one run said: findings as they are in the report, seconds, and the last line of an error."""

    findings: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    failure: str = ""


def main() -> int:
    """Print what the checkouts come to; 1 if stackfix crashed or hung on any."""
    options = argparse.ArgumentParser(description="Run stackfix over real repositories.")
    options.add_argument("checkouts", type=Path, nargs="?", help="a folder with a checkout in each of its folders")
    options.add_argument("--repairs", type=Path, help="a folder of faults with their repairs")
    options.add_argument("--select", action="append", default=[], help="rules or families")
    options.add_argument("--timeout", type=float, default=300.0, help="seconds for one checkout (default 300)")
    options.add_argument("--record", type=Path, help="where findings are kept from one run to the next")
    given = options.parse_args()
    if (given.checkouts is None) == (given.repairs is None):
        options.error("name a folder of checkouts, or --repairs and a folder")
    if given.repairs is not None:
        return repairs(given.repairs, given.timeout)
    words = [word for name in given.select for word in ("--select", name)]
    return checkouts(given.checkouts, words, given.timeout, given.record)


def judged(folder: Path, words: list[str], timeout: float) -> Told:
    """One run over one tree."""
    began = perf_counter()
    try:
        ran = subprocess.run(
            [*STACKFIX, "--output-format", "json", *words, str(folder)],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Told(seconds=timeout, failure=f"no answer in {timeout:.0f} s")
    seconds = perf_counter() - began
    if ran.returncode not in {0, 1}:
        return Told(seconds=seconds, failure=(ran.stderr.strip().splitlines() or ["no word"])[-1])
    return Told(json.loads(ran.stdout)["findings"], seconds)


def grade(finding: dict[str, Any]) -> str:
    """A finding's grade: its fix's, `none`, or that the fix was withdrawn."""
    if finding.get("status") == "refused":
        return "refused"
    return finding["fix"]["applicability"] if finding["fix"] else "none"


# --- checkouts -------------------------------------------------------------------------------------------------------


def checkouts(folder: Path, words: list[str], timeout: float, record: Path | None) -> int:
    """The table of all checkouts."""
    before: dict[str, dict[str, str]] = json.loads(record.read_text("utf-8")) if record and record.exists() else {}
    counts: Counter[tuple[str, str, str]] = Counter()
    now: dict[str, dict[str, str]] = {}
    failed = 0
    for place in sorted(p for p in folder.iterdir() if p.is_dir()):
        told = judged(place, words, timeout)
        failed += bool(told.failure)
        print(f"{place.name:<52} {len(told.findings):4} findings {told.seconds:7.1f} s  {told.failure}", flush=True)
        now[place.name] = {f["fingerprint"]: line(f) for f in told.findings}
        counts.update((f["rule"], f["severity"], grade(f)) for f in told.findings)
        for sign, lines in changes(before.get(place.name, {}), now[place.name]) if before else ():
            print(f"  {sign} {lines}")
    print()
    for (rule, severity, how), count in sorted(counts.items()):
        print(f"{count:6}  {rule:<30} {severity:<8} {how}")
    print(f"{sum(counts.values()):6}  findings in {len(now)} checkouts, {failed} failures")
    if record is not None:
        record.write_text(json.dumps(now, indent=1, sort_keys=True), "utf-8")
    return min(failed, 1)


def line(finding: dict[str, Any]) -> str:
    """A finding in one line."""
    return f"{finding['rule']} {grade(finding)} {finding['file']}:{finding['line']} {finding['message']}"


def changes(before: dict[str, str], now: dict[str, str]) -> list[tuple[str, str]]:
    """What is new and what is gone, by fingerprint."""
    new = [("+", now[key]) for key in now.keys() - before.keys()]
    return sorted(new + [("-", before[key]) for key in before.keys() - now.keys()])


# --- repairs by hand -------------------------------------------------------------------------------------------------


@dataclass
class Hunks:
    """What a diff does to one file: the lines that it takes away, by number, and those that it puts there."""

    gone: dict[int, str] = field(default_factory=dict)
    came: set[str] = field(default_factory=set)


def repairs(folder: Path, timeout: float) -> int:
    """How many faults are found, and how many are repaired as the human did."""
    found = same = failed = 0
    places = sorted(p for p in folder.iterdir() if (p / "human.diff").is_file())
    for place in places:
        human = parsed((place / "human.diff").read_text("utf-8", "replace"))
        told = judged(place / "before", [], timeout)
        hits = [f for f in told.findings if meets(f, human)]
        own = parsed(patch(place / "before", timeout)) if hits else {}
        alike = any(lines & own[path].came for path in own.keys() & human.keys() if (lines := human[path].came))
        found, same, failed = found + bool(hits), same + alike, failed + bool(told.failure)
        verdict = told.failure or ("repaired alike" if alike else "found" if hits else "not found")
        print(f"{place.name:<56} {verdict:<16} {', '.join(sorted({f['rule'] for f in hits}))}", flush=True)
    print(f"\n{len(places)} repairs by hand: {found} found, {same} repaired with a line of theirs, {failed} failures")
    return min(failed, 1)


def patch(folder: Path, timeout: float) -> str:
    """The patch of every fix that may be made."""
    command = [*STACKFIX, "--dry-run", "--unsafe-fixes", "--quiet", str(folder)]
    ran = subprocess.run(command, capture_output=True, timeout=timeout, check=False)
    return ran.stdout.decode("utf-8", "replace")


def parsed(diff: str) -> dict[str, Hunks]:
    """A unified diff by the file that it changes."""
    files: dict[str, Hunks] = {}
    path, number = "", 0
    for row in diff.splitlines():
        if row.startswith("--- "):
            path = row[4:].partition("\t")[0].removeprefix("a/")
        elif row.startswith("+++ "):
            new = row[4:].partition("\t")[0].removeprefix("b/")
            path = new if path == "/dev/null" else path
            files.setdefault(path, Hunks())
        elif match := re.match(r"@@ -(\d+)", row):
            number = int(match[1])
        elif path in files and row.startswith("-"):
            files[path].gone[number] = row[1:].strip()
            number += 1
        elif path in files and row.startswith("+"):
            files[path].came |= {row[1:].strip()} - {""}
            files[path].gone.setdefault(number, "")
        elif row.startswith(" "):
            number += 1
    return files


def meets(finding: dict[str, Any], human: dict[str, Hunks]) -> bool:
    """Whether a finding speaks of a line that the human changed: its own place, or one that its evidence names."""
    for place in (finding, *finding["evidence"]):
        changed = human.get(place["file"])
        if changed is not None and any(abs(number - place["line"]) <= NEAR for number in changed.gone):
            return True
    return False


if __name__ == "__main__":
    sys.exit(main())
