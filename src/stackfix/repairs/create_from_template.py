"""Make a whole file that isn't there, from a template of stackfix's own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CreateFromTemplate:
    """Make the file at `path` of `template` (a name below `fixers/templates/`) with `values` put in by their names.

    A line that holds nothing but a name whose value is empty is left out.
    """

    path: str
    template: str
    values: tuple[tuple[str, str], ...]
    executable: bool = False
