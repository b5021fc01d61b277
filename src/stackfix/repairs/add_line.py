"""Put a line at the end of a file of lines."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AddLine:
    """Add `line` (without its ending) to the file at `path`, which is made where it isn't there."""

    path: str
    line: str
    syntax: str = "dockerignore"
