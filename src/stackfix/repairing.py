"""From what a detector proposes to edits: each repair is done by the fixer of its syntax that has its name.

May import the fixers, by name and only when needed.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from stackfix.edits import Create, Edit, Fix, Refused, Replace, SetMode
from stackfix.findings import Applicability, Location

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stackfix.findings import Anchor, Finding, Remedy, Repair
    from stackfix.graph.library import Library
    from stackfix.selection import Selection


class Fixer(Protocol):
    """A module of `fixers/<syntax>/`."""

    def edits(self, repair: Repair, library: Library) -> tuple[Edit, ...]:
        """The edits that do a repair, or Refused."""


def edits(repair: Repair, library: Library) -> tuple[Edit, ...]:
    """The edits that do one repair in the tree of the library. Refused where it can't be done exactly."""
    operation = type(repair).__module__.rpartition(".")[2]
    module = cast("Fixer", import_module(f"stackfix.fixers.{_syntax(repair)}.{operation}"))
    return module.edits(repair, library)


def _syntax(repair: Repair) -> str:
    named = getattr(repair, "syntax", None)
    if isinstance(named, str):
        return named
    anchor: Anchor | None = getattr(repair, "anchor", None)
    return "any" if anchor is None else anchor.innermost.syntax


def fix(finding: Finding, library: Library, selection: Selection) -> Fix | None:
    """The fix that a finding proposes, None where it proposes none or a manual one.

    Refused where a repair can't be done exactly, or a line to be edited is suppressed.
    """
    remedy = finding.remedy
    if remedy is None or remedy.applicability is Applicability.MANUAL:
        return None
    made = _all_edits(remedy.repairs, library)
    if not made:
        raise Refused("there is nothing to edit")
    for edit in made:
        if isinstance(edit, Replace) and selection.suppressed(finding.rule.id, Location(edit.path, edit.span)):
            raise Refused(f"it would edit a line of {edit.path} that is suppressed for this rule")
    return Fix(remedy.applicability, remedy.description, made)


def choices(remedy: Remedy, library: Library) -> tuple[Fix, ...]:
    """What a person may choose from; a choice whose edits are refused keeps its words."""
    found = []
    for choice in remedy.choices:
        try:
            made = _all_edits(choice.repairs, library)
        except Refused:
            made = ()
        found.append(Fix(Applicability.MANUAL, choice.description, made))
    return tuple(found)


def _all_edits(repairs: Iterable[Repair], library: Library) -> tuple[Edit, ...]:
    made = (_behind_links(edit, library) for repair in repairs for edit in edits(repair, library))
    return _whole_files(dict.fromkeys(made))


def _whole_files(made: Iterable[Edit]) -> tuple[Edit, ...]:
    """The edits with each new file made once: what several repairs put into it, in their order."""
    found: dict[str | Edit, Edit] = {}
    for edit in made:
        if not isinstance(edit, Create):
            found[edit] = edit
            continue
        before = found.get(edit.path)
        content = before.content + edit.content if isinstance(before, Create) else edit.content
        found[edit.path] = replace(edit, content=content)
    return tuple(found.values())


def _behind_links(edit: Edit, library: Library) -> Edit:
    """An edit of the file itself, whatever link it was read by. Refused where that file is not ours to look at."""
    tree = library.tree
    real = tree.real(edit.path)
    if real == edit.path or not isinstance(edit, Replace | SetMode):
        return edit
    if not tree.is_file(real):
        raise Refused(f"{edit.path} is a link to {real}, which isn't looked at")
    return replace(edit, path=real)
