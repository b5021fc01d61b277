"""Changes to files as bytes: what they are, which go together, and applying them. No file kinds here.

May import spans and findings (Applicability).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.spans import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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


def clash(one: Fix, other: Fix) -> bool:
    """Whether two fixes can't be applied in one pass: they change the same bytes, mode or file, or insert at one point.

    Identical edits are one edit and don't clash, unless they are insertions: two equal lines may both be meant.
    """
    return any(_clash(a, b) for a in one.edits for b in other.edits if a.path == b.path)


def _clash(one: Edit, other: Edit) -> bool:
    if isinstance(one, Replace) and isinstance(other, Replace):
        if one == other:
            return not len(one.span)
        return one.span.overlaps(other.span) or one.span == other.span
    if isinstance(one, SetMode) and isinstance(other, SetMode):
        return one != other
    if isinstance(one, SetMode) or isinstance(other, SetMode):
        return isinstance(one, Delete) or isinstance(other, Delete)
    return one != other


def choose(fixes: Iterable[Fix]) -> tuple[tuple[Fix, ...], tuple[Fix, ...]]:
    """Those that go together, first come first served, and those that wait for the next pass."""
    taken: list[Fix] = []
    deferred: list[Fix] = []
    for fix in fixes:
        (deferred if any(clash(fix, other) for other in taken) else taken).append(fix)
    return tuple(taken), tuple(deferred)


@dataclass(frozen=True, slots=True)
class Result:
    """Files after edits: contents (None: removed) and run bits, of the files that were touched."""

    contents: dict[str, bytes | None]
    modes: dict[str, bool]


def apply(edits: Iterable[Edit], read: Callable[[str], bytes | None]) -> Result:
    """The touched files with the edits made, each file from its last edit to its first.

    Insertions at one point stand in the order given. Refused where a file to change isn't there, one to make is, or two
    edits claim the same bytes.
    """
    result = Result({}, {})
    replaces: dict[str, list[Replace]] = {}
    for edit in dict.fromkeys(edits):
        if isinstance(edit, Replace):
            replaces.setdefault(edit.path, []).append(edit)
        else:
            _apply_whole(edit, read, result)
    for path, found in replaces.items():
        data = read(path)
        if data is None or path in result.contents:
            raise Refused(f"{path} is not there to be changed")
        result.contents[path] = splice(data, found)
    return result


def _apply_whole(edit: Create | Delete | SetMode, read: Callable[[str], bytes | None], result: Result) -> None:
    """An edit of a whole file."""
    if isinstance(edit, Create):
        if read(edit.path) is not None:
            raise Refused(f"{edit.path} is there already")
        result.contents[edit.path] = edit.content
        if edit.executable:
            result.modes[edit.path] = True
    elif isinstance(edit, Delete):
        result.contents[edit.path] = None
    else:
        result.modes[edit.path] = edit.executable


def splice(data: bytes, edits: Iterable[Replace]) -> bytes:
    """Bytes with replacements made; Refused where they overlap or lie outside."""
    ordered = sorted(enumerate(edits), key=lambda pair: (pair[1].span.start, pair[1].span.end, pair[0]))
    parts: list[bytes] = []
    at = 0
    for _, edit in ordered:
        if edit.span.start < at or edit.span.end > len(data):
            raise Refused("two edits claim the same bytes")
        parts += (data[at : edit.span.start], edit.replacement)
        at = edit.span.end
    return b"".join((*parts, data[at:]))


def before(span: Span, edits: Iterable[Replace]) -> Span:
    """Where bytes of the result stood before these replacements; written bytes stood where those that they replaced."""
    ordered = sorted(dict.fromkeys(edits), key=lambda edit: (edit.span.start, edit.span.end))
    start = _before(span.start, ordered, end=False)
    return Span(start, max(start, _before(span.end, ordered, end=True)))


def _before(offset: int, ordered: Iterable[Replace], *, end: bool) -> int:
    shift = 0
    for edit in ordered:
        written = Span(edit.span.start + shift, edit.span.start + shift + len(edit.replacement))
        if offset < written.start or (end and offset == written.start):
            break
        if offset < written.end:
            return edit.span.end if end else edit.span.start
        shift += len(edit.replacement) - len(edit.span)
    return offset - shift
