"""The catalogue for people: the list of rules, and one rule explained, in a terminal and as a page.

May import catalogue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.catalogue import FAMILIES, SECTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from stackfix.catalogue import Detector
    from stackfix.findings import Rule


def listing(detectors: Iterable[Detector], is_on: Callable[[Rule], bool]) -> str:
    """One line for each rule, by family: whether it is on, its name, how grave its findings are, what it finds."""
    rules = [detector.rule for detector in detectors]
    width = max((len(rule.id) for rule in rules), default=0)
    parts = []
    for family in FAMILIES:
        members = [rule for rule in rules if rule.family.value == family]
        if members:
            parts.append(f"{family}\n")
            parts += [f"  {_state(rule, is_on)}  {_columns(rule, width)}\n" for rule in members]
    return "".join(parts)


def explanation(detector: Detector) -> str:
    """One rule in full, for a terminal."""
    rule, sections = detector.rule, detector.sections
    parts = [f"{rule.id} ({rule.family.value}, {rule.severity.value})\n\n{sections['']}\n"]
    parts += [f"\n{heading}\n{_indented(sections[heading])}\n" for heading in SECTIONS if sections.get(heading)]
    if detector.example:
        parts.append(f"\nExample\n{_indented(detector.example.rstrip())}\n")
    parts.append(f"\nTo hide one finding:  # stackfix: ignore[{rule.id}] reason   on the line or the line above\n")
    return "".join(parts)


def page(detector: Detector) -> str:
    """One rule as a page of the documentation."""
    rule, sections = detector.rule, detector.sections
    parts = [
        f"# {rule.id}\n\n{sections['']}\n\n",
        f"Family `{rule.family.value}`, severity {rule.severity.value}{', preview' if rule.preview else ''}.\n",
    ]
    parts += [f"\n## {heading}\n\n{sections[heading]}\n" for heading in SECTIONS if sections.get(heading)]
    if detector.example:
        parts.append(f"\n## Example\n\n```diff\n{detector.example.rstrip()}\n```\n")
    parts.append(
        "\n<!-- Written by scripts/rule_pages.py from "
        f"src/stackfix/detectors/{rule.id.replace('-', '_')}.py; edit that. -->\n"
    )
    return "".join(parts)


def _state(rule: Rule, is_on: Callable[[Rule], bool]) -> str:
    return "on " if is_on(rule) else "off"


def _columns(rule: Rule, width: int) -> str:
    return f"{rule.id:{width}}  {rule.severity.value:7}  {rule.summary}{' (preview)' if rule.preview else ''}"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())
