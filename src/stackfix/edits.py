"""Changes to files as bytes: what they are, which go together, and applying them. No file kinds here.

May import spans and findings (Applicability).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.spans import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from stackfix.findings import Applicability


class Refused(Exception):  # noqa: N818 - a decision, not an error: the finding stays, without its fix
    """An edit that can't be done exactly; the message says why in one clause."""


@dataclass(frozen=True, slots=True)
class Replace:
    """Put `replacement` in place of the bytes of `span` (from 0) of an existing file."""

    path: str
    span: Span
    replacement: bytes


@dataclass(frozen=True, slots=True)
class Create:
    """Make a file that doesn't exist yet."""

    path: str
    content: bytes
    executable: bool = False


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove a file."""

    path: str


@dataclass(frozen=True, slots=True)
class SetMode:
    """Give a file the permission bits of a script (0o755) or of plain text (0o644)."""

    path: str
    executable: bool


Edit = Replace | Create | Delete | SetMode


@dataclass(frozen=True, slots=True)
class Fix:
    """All the edits of one finding: all or none."""

    applicability: Applicability
    description: str
    edits: tuple[Edit, ...]

    @property
    def paths(self) -> frozenset[str]:
        """The files that it touches."""
        return frozenset(edit.path for edit in self.edits)
