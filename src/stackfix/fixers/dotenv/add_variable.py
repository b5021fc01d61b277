"""Add a variable to a dotenv file: beside the one named, else after the last, as its neighbours are written.

May import edits, formats and repairs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused, Replace
from stackfix.formats import dotenv
from stackfix.spans import Span
from stackfix.text import Text

if TYPE_CHECKING:
    from stackfix.graph.library import Library
    from stackfix.repairs.add_variable import AddVariable

_SPACED = re.compile(r"[A-Za-z0-9_.-]+([ \t]*=[ \t]*)")


def edits(repair: AddVariable, library: Library) -> tuple[Edit, ...]:
    """The one insertion; none where the variable has that value already. Refused where it has another."""
    text = library.text(repair.path)
    document = library.get(repair.path, dotenv.read)
    if text is None or document is None or repair.anchor.inner is not None:
        raise Refused("the file can't be read")
    there = document.get(repair.name)
    if there is not None:
        if there.value.value == repair.value:
            return ()
        raise Refused(f"{repair.name} is set already")
    beside = document.get(repair.after) if repair.after is not None else None
    beside = beside or (document.entries[-1] if document.entries else None)
    line = _line(repair, beside)
    at, new = _insertion(text.value, line, beside)
    _prove(document, text.value[:at] + new + text.value[at:], repair)
    place = text.slice(at, at).place if text.value else (repair.path, Span(0, 0))
    if place is None:
        raise Refused("the file is not written in one piece")
    return (Replace(repair.path, Span(place[1].start, place[1].start), new.encode()),)


def _line(repair: AddVariable, beside: dotenv.Entry | None) -> str:
    export = "export " if beside is not None and beside.exported else ""
    quote = beside.quote if beside is not None else ""
    spaced = _SPACED.match(beside.line.value) if beside is not None else None
    return f"{export}{repair.name}{spaced.group(1) if spaced else '='}{_quoted(repair.value, quote)}"


def _quoted(value: str, quote: str) -> str:
    """The value in its neighbour's quotes, in others where it can't stand there. A `$` would be another variable."""
    kinds = {"": "plain", "'": "single", '"': "double"}
    order = (quote, "'") if "$" in value else (quote, "", '"', "'")
    for one in order:
        if "$" in value and one != "'":
            continue
        try:
            return one + dotenv.encode(f"dotenv:{kinds[one]}", value) + one
        except Refused:
            continue
    raise Refused("the value can't be written in a dotenv file exactly")


def _insertion(value: str, line: str, beside: dotenv.Entry | None) -> tuple[int, str]:
    """Where, counted in characters, and what: a whole line, in the file's own line ending."""
    feed = "\r\n" if "\r\n" in value else "\n"
    if beside is None:
        at = len(value)
    else:
        found = value.find("\n", beside.end)
        at = len(value) if found < 0 else found + 1
    if at == 0 or value[:at].endswith("\n"):
        return at, line + feed
    return at, feed + line


def _prove(before: dotenv.Document, after: str, repair: AddVariable) -> None:
    """Read again: one more variable, all others as they were."""
    entries = dotenv.read(Text.of_file("", after.encode())).entries
    found = [(e.name.value, e.value.value) for e in entries if e.name.value != repair.name]
    mine = [e.value.value for e in entries if e.name.value == repair.name]
    if mine != [repair.value] or found != [(e.name.value, e.value.value) for e in before.entries]:
        raise Refused("the file would read otherwise")
