"""Put a pattern at the end of a `.dockerignore`, which is made where there is none.

May import edits, formats and repairs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.edits import Create, Edit, Refused, Replace
from stackfix.formats import dockerignore
from stackfix.spans import Span
from stackfix.text import Text, Unreadable

if TYPE_CHECKING:
    from stackfix.graph.library import Library
    from stackfix.repairs.add_line import AddLine


def edits(repair: AddLine, library: Library) -> tuple[Edit, ...]:
    """The edit that adds the line; none where the last word on it is the same already."""
    line = dockerignore.encode("dockerignore:line", repair.line)
    if not library.tree.is_file(repair.path):
        return (Create(repair.path, line.encode() + b"\n"),)
    data = library.sources.read(repair.path)
    document = library.get(repair.path, dockerignore.read)
    if data is None or document is None:
        raise Refused("the file can't be read")
    present = [p.text.value for p in document.patterns]
    if line in present and not any(p.negated for p in document.patterns[present.index(line) :]):
        return ()
    feed = "\r\n" if b"\r\n" in data else "\n"
    new = line + feed if not data or data.endswith(b"\n") else feed + line
    try:
        after = dockerignore.read(Text.of_file(repair.path, data + new.encode()))
    except Unreadable as problem:
        raise Refused("the line is no pattern") from problem
    if [p.text.value for p in after.patterns] != [*present, line]:
        raise Refused("the line would read otherwise")
    return (Replace(repair.path, Span(len(data), len(data)), new.encode()),)
