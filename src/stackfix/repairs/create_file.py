"""Make a file that isn't there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CreateFile:
    """Make the file at `path` with `content`, UTF-8, as it is given."""

    path: str
    content: str
    executable: bool = False
