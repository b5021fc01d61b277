"""Take an instruction out with the lines it takes, and nothing else.

May import edits, repairs and site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused
from stackfix.fixers.dockerfile.site import Site, site

if TYPE_CHECKING:
    from stackfix.formats.dockerfile import Instruction
    from stackfix.graph.library import Library
    from stackfix.repairs.remove_instruction import RemoveInstruction


def edits(repair: RemoveInstruction, library: Library) -> tuple[Edit, ...]:
    """The edit that removes it; Refused where a comment or the stage would be lost with it."""
    here = site(repair.anchor, library)
    gone = here.instruction
    if gone.name == "FROM":
        raise Refused("a stage can't be without its FROM")
    if any(gone is s.instructions[-1] and len(s.instructions) == 2 for s in here.document.stages):  # noqa: PLR2004 - FROM and this one
        raise Refused("nothing would be left of the stage")
    if _holds_comment(gone):
        raise Refused("a comment inside the instruction would be lost")
    expected = here.shapes()
    position = here.document.instructions.index(gone)
    del expected[position]
    start, end = _lines(here, gone)
    return here.proved([here.replace(start, end, "")], expected)


def _holds_comment(gone: Instruction) -> bool:
    head = len(gone.text) if not gone.heredocs else gone.lines[-1][1] - gone.start
    return any(line.lstrip().startswith("#") for line in gone.text.value[:head].split("\n")[1:])


def _lines(here: Site, gone: Instruction) -> tuple[int, int]:
    """The characters that go: whole lines, with one of two blank lines that would meet."""
    start, end = here.line_start(gone.start), here.line_end(gone.end)
    value = here.value
    if end == len(value) and not value.endswith("\n"):
        start = max(start - 1, 0)
        return (start - 1 if start and value[start - 1] == "\r" else start), end
    above = value[here.line_start(max(start - 1, 0)) : start]
    below = value[end : here.line_end(end)]
    if start and not above.strip() and below and not below.strip():
        end += len(below)
    return start, end
