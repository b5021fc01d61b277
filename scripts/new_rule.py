"""Starts a rule: its detector and two cases that fail with a sentence for each thing that is missing.

nox -s new -- rule-name family
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from stackfix.catalogue import FAMILIES, ids

ROOT = Path(__file__).parent.parent
MOST_WORDS = 2

DETECTOR = '''"""{sentence}.

What it finds: to be written.

Why it breaks: to be written.

Which side is right: to be written.

Limits: to be written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Family, Finding, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph

RULE = Rule("{rule}", Family.{family}, Severity.ERROR, "{summary}")


def detect(graph: Graph) -> Iterator[Finding]:
    """Each place where …"""
    yield from ()
'''

FIRING = """why = "the plain fault: say here which two ends disagree"

[[finding]]
rule = "{rule}"
file = "compose.yml"
line = "the whole line that a reader would edit"
message_contains = ["one side's value", "the other's"]
applicability = "safe"
evidence = [{{ file = "compose.yml", line = "the line at the other end of the wire" }}]
"""

SILENT = """why = "a healthy near miss: say here why this only looks like the fault"
"""

COMPOSE = """services:
  web:
    image: nginx:1.27
"""


def wrong(words: list[str]) -> str | None:
    """Why these words start no rule, or None where they do."""
    if len(words) != MOST_WORDS:
        return "nox -s new -- rule-name family"
    rule, family = words
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)+", rule):
        return f"{rule!r} is no rule's name: words in lower case with hyphens, as in proxy-port"
    if rule in ids():
        return f"there is a rule {rule}"
    if family not in FAMILIES:
        return f"{family!r} is no family: {', '.join(FAMILIES)}"
    return None


def write(path: Path, text: str) -> None:
    """Make a file and its folders, and say so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    print(f"wrote {path.relative_to(ROOT)}")


def main(words: list[str]) -> int:
    """Write the files; the result is the exit code."""
    why = wrong(words)
    if why is not None:
        print(why, file=sys.stderr)
        return 2
    rule, family = words
    summary = f"what {rule} finds, in one clause"
    detector = DETECTOR.format(rule=rule, family=family.upper(), summary=summary, sentence=summary.capitalize())
    write(ROOT / "src" / "stackfix" / "detectors" / f"{rule.replace('-', '_')}.py", detector)
    cases = ROOT / "tests" / "rules" / rule
    write(cases / "plain" / "case.toml", FIRING.format(rule=rule))
    write(cases / "plain" / "before" / "compose.yml", COMPOSE)
    write(cases / "healthy-near-miss" / "case.toml", SILENT)
    write(cases / "healthy-near-miss" / "before" / "compose.yml", COMPOSE + "    restart: always\n")
    print(f"next: make pages; nox -s tests -- tests/test_rules.py -k {rule}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
