"""Put an instruction into a stage, in the indentation, case and columns of its neighbours.

May import edits, formats, repairs and site.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused
from stackfix.fixers.dockerfile.site import Site, alone, site
from stackfix.formats.dockerfile import Instruction, Stage

if TYPE_CHECKING:
    from stackfix.graph.library import Library
    from stackfix.repairs.add_instruction import AddInstruction

_ARGUMENTS = re.compile(r"(\S+)([ \t]+)(?=\S)")
_LEAST = 2  # two instructions are needed to see a column


def edits(repair: AddInstruction, library: Library) -> tuple[Edit, ...]:
    """The edit that adds the instruction; Refused where anything else would read otherwise."""
    here = site(repair.anchor, library)
    beside = _beside(here)
    return inserted(here, beside, repair.instruction, before=repair.before, apart=repair.apart)


def inserted(
    here: Site, beside: Instruction, written: str, *, before: bool = False, apart: bool = False
) -> tuple[Edit, ...]:
    """The edit that puts one written instruction in front of or behind another."""
    if "\n" in written or "\r" in written:
        raise Refused("the new instruction has more than one line")
    if written.rstrip().endswith(here.document.escape):
        raise Refused("the line would go on behind the escape character")
    index = here.document.instructions.index(beside)
    expected = here.shapes()
    expected.insert(index + (not before), alone(written, here.document.escape))
    indent = here.value[here.line_start(beside.start) : beside.start]
    line = indent + _dressed(here, beside, written)
    feed = here.feed(beside.start)
    between = feed if apart else ""
    if before:
        at = _above_comment(here, beside)
        return here.proved([here.replace(at, at, line + feed + between)], expected)
    at = here.line_end(beside.end)
    if at == len(here.value) and not here.value.endswith("\n"):
        return here.proved([here.replace(at, at, feed + between + line)], expected)
    return here.proved([here.replace(at, at, between + line + feed)], expected)


def _beside(here: Site) -> Instruction:
    if isinstance(here.node, Stage):
        return here.node.instructions[-1]
    return here.instruction


def _above_comment(here: Site, beside: Instruction) -> int:
    """Where the comment directly above an instruction begins; a comment at the head of the file stays there."""
    at = start = here.line_start(beside.start)
    while at > 0:
        previous = here.line_start(at - 1)
        if not here.value[previous:at].lstrip().startswith("#"):
            return at
        at = previous
    return start


def _dressed(here: Site, beside: Instruction, written: str) -> str:
    keyword, _, rest = written.partition(" ")
    if beside.keyword.value.islower():
        keyword = keyword.lower()
    column = _column(here)
    return keyword + " " * max(1, column - len(keyword)) + rest.lstrip()


def _column(here: Site) -> int:
    """The column at which all arguments begin, where they are aligned; else 0."""
    found = [m for i in here.document.instructions if (m := _ARGUMENTS.match(i.text.value))]
    columns = {m.end() for m in found}
    aligned = len(columns) == 1 and len(found) >= _LEAST and any(len(m[2]) > 1 for m in found)
    return columns.pop() if aligned else 0
