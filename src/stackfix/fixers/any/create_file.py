"""Make a file where there is none.

May import edits and repairs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.edits import Create, Edit, Refused

if TYPE_CHECKING:
    from stackfix.graph.library import Library
    from stackfix.repairs.create_file import CreateFile


def edits(repair: CreateFile, library: Library) -> tuple[Edit, ...]:
    """The new file. Refused where something is there already, or nobody can know."""
    tree = library.tree
    if tree.is_file(repair.path) or tree.is_folder(repair.path):
        raise Refused(f"{repair.path} exists already")
    if tree.is_unknown(repair.path):
        raise Refused(f"{repair.path} lies where nothing may be written")
    parts = repair.path.split("/")
    if not all(parts) or "." in parts or ".." in parts:
        raise Refused(f"{repair.path} is no path below the root")
    if any(tree.is_file("/".join(parts[:end])) for end in range(1, len(parts))):
        raise Refused(f"a file stands where a folder of {repair.path} should be")
    return (Create(repair.path, repair.content.encode(), repair.executable),)
