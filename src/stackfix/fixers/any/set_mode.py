"""Set a file's permission bits.

May import edits and repairs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix import edits as changes
from stackfix.edits import Edit, Refused

if TYPE_CHECKING:
    from stackfix.graph.library import Library
    from stackfix.repairs.set_mode import SetMode


def edits(repair: SetMode, library: Library) -> tuple[Edit, ...]:
    """The change of mode; none where the file has it already."""
    entry = library.tree.entries.get(repair.path)
    if entry is None:
        raise Refused(f"{repair.path} doesn't exist")
    if entry.target is not None:
        raise Refused(f"{repair.path} is a link")
    return () if entry.executable == repair.executable else (changes.SetMode(repair.path, repair.executable),)
