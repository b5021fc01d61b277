"""One fix as short diffs in markdown, a block for each file: for a reader's eye, not for `git apply`.

A line that holds a secret is named and never shown. A long fix is cut, so that one finding can't fill a page.

May import outcome.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.edits import Create, Delete, Replace, SetMode, splice
from stackfix.report.markup import code, fenced, line
from stackfix.report.patch import blocks, hunks, lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stackfix.edits import Edit, Fix
    from stackfix.report.patch import Hunk
    from stackfix.report.places import Places

MOST_LINES = 80
"""So many lines of one fix are shown, of each further file so many as `FEWEST_LINES`."""
FEWEST_LINES = 8
MOST_FILES = 10
BOM = "\ufeff"
_CONTEXT = 2


def render(fix: Fix, places: Places) -> Iterator[str]:
    """The lines of markdown, an empty one after each block."""
    room = MOST_LINES
    paths = sorted(fix.paths)
    for path in paths[:MOST_FILES]:
        found = list(_file(path, [edit for edit in fix.edits if edit.path == path], places))
        most = max(room, FEWEST_LINES)
        room -= len(found)
        more = [f"… {len(found) - most} more lines"] if len(found) > most else []
        yield from fenced("diff", (*found[:most], *more))
        yield ""
    if len(paths) > MOST_FILES:
        yield f"And so in {', '.join(map(code, paths[MOST_FILES : 2 * MOST_FILES]))}" + (
            f" and {len(paths) - 2 * MOST_FILES} more files.\n" if len(paths) > 2 * MOST_FILES else ".\n"
        )


def _file(path: str, edits: Sequence[Edit], places: Places) -> Iterator[str]:
    """What becomes of one file."""
    made = any(isinstance(edit, Create) for edit in edits)
    gone = any(isinstance(edit, Delete) for edit in edits)
    yield "--- /dev/null" if made else f"--- a/{line(path)}"
    yield "+++ /dev/null" if gone else f"+++ b/{line(path)}"
    for edit in edits:
        if isinstance(edit, SetMode):
            modes = ("644", "755") if edit.executable else ("755", "644")
            yield from (f"old mode 100{modes[0]}", f"new mode 100{modes[1]}")
        elif isinstance(edit, Create):
            yield from _marked(path, lines(edit.content), "+", places)
    replaces = [edit for edit in edits if isinstance(edit, Replace)]
    if replaces:
        yield from _changed(path, replaces, places)


def _changed(path: str, replaces: Sequence[Replace], places: Places) -> Iterator[str]:
    before = places.data(path)
    old, new = lines(before), lines(splice(before, replaces))

    def is_secret(text: bytes) -> bool:
        return places.is_secret_line(path, text)

    for hunk in hunks(old, blocks(old, new), is_secret):
        yield from _hunk(path, hunk, (old, new), places)


def _hunk(path: str, hunk: Hunk, files: tuple[list[bytes], list[bytes]], places: Places) -> Iterator[str]:
    old, new = files
    first, last = hunk.blocks[0], hunk.blocks[-1]
    before, after = min(hunk.before, _CONTEXT), min(hunk.after, _CONTEXT)
    at = first.old_start - before
    news = first.new_start - before, last.new_end + after
    yield f"@@ -{_range(at, last.old_end + after)} +{_range(*news)} @@"
    for block in hunk.blocks:
        yield from _marked(path, old[at : block.old_start], " ", places)
        yield from _marked(path, old[block.old_start : block.old_end], "-", places)
        yield from _marked(path, new[block.new_start : block.new_end], "+", places)
        at = block.old_end
    yield from _marked(path, old[at : last.old_end + after], " ", places)


def _range(start: int, end: int) -> str:
    return f"{start + 1 if end > start else start},{end - start}"


def _marked(path: str, found: Sequence[bytes], mark: str, places: Places) -> Iterator[str]:
    for text in found:
        bare = text.rstrip(b"\r\n")
        if places.is_secret_line(path, bare):
            yield f"{mark}(a line with a secret, not shown)"
        else:
            yield f"{mark}{line(bare.decode('utf-8', 'replace').removeprefix(BOM))}".rstrip()
