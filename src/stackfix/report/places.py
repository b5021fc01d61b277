"""Lines and columns of the tree as it is, and which of its lines nobody may see.

May import outcome.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.outcome import Status
from stackfix.spans import Lines, Position, Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackfix.findings import Location
    from stackfix.outcome import Reported


class Places:
    """The contents that locations point into. Each file is read and its lines counted once."""

    def __init__(
        self,
        read: Callable[[str], bytes | None],
        is_secret_line: Callable[[str, bytes], bool],
        after: Places | None = None,
    ) -> None:
        """Take a reader of files as they were judged, and what tells a line that holds a secret.

        `after` are the places of the repaired tree, in which what a repair revealed is found.
        """
        self._read = read
        self._after = after
        self.is_secret_line = is_secret_line
        self._files: dict[str, tuple[bytes, Lines]] = {}

    def of(self, reported: Reported) -> Places:
        """The places that a finding's locations point into."""
        return self._after if self._after is not None and reported.status is Status.REVEALED else self

    def data(self, path: str) -> bytes:
        """A file's bytes; empty where it isn't there."""
        return self._file(path)[0]

    def start(self, location: Location) -> Position:
        """Where a location begins."""
        return self._file(location.path)[1].position(location.span.start)

    def end(self, location: Location) -> Position:
        """Where a location ends: the column just past its last character."""
        return self._file(location.path)[1].position(location.span.end)

    def line(self, path: str, number: int) -> bytes | None:
        """A line's bytes without its ending, or None where it holds a secret or isn't there."""
        data, lines = self._file(path)
        if number > len(lines):
            return None
        span: Span = lines.span(number)
        found = data[span.start : span.end]
        return None if self.is_secret_line(path, found) else found

    def _file(self, path: str) -> tuple[bytes, Lines]:
        if path not in self._files:
            data = self._read(path) or b""
            self._files[path] = data, Lines(data)
        return self._files[path]
