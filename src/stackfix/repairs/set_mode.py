"""Let a file be run, or not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SetMode:
    """Give the file at `path` the permission bits of a script, or of plain text."""

    path: str
    executable: bool
