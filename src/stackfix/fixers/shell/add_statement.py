"""Put a statement first in a script: after the `#!` and the comments that lead it.

May import edits, formats and repairs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused, Replace
from stackfix.formats import shell
from stackfix.spans import Span
from stackfix.text import Text, Unreadable

if TYPE_CHECKING:
    from stackfix.graph.library import Library
    from stackfix.repairs.add_statement import AddStatement

_HEAD = re.compile(r"(?:[ \t]*#[^\r\n]*(?:\r?\n|\Z))*")
_EMPTY = re.compile(r"(?:[ \t]*\r?\n)+")


def edits(repair: AddStatement, library: Library) -> tuple[Edit, ...]:
    """The one insertion. Refused inside another document, or where the script would read otherwise."""
    if repair.anchor.inner is not None or repair.anchor.syntax != "shell":
        raise Refused("the script lies inside another document")
    text = library.text(repair.path)
    document = library.get(repair.path, shell.read)
    if text is None or document is None:
        raise Refused("the script can't be read")
    if "\n" in repair.statement or "\r" in repair.statement:
        raise Refused("the statement is more than one line")
    if any(c.text.value == repair.statement and not c.blocks for c in document.commands):
        return ()
    at, new = _insertion(text.value, repair.statement)
    _prove(text.value, at, new, repair.statement)
    place = text.slice(at, at).place if text.value else None
    if place is None:
        raise Refused("the script is empty")
    return (Replace(repair.path, Span(place[1].start, place[1].start), new.encode()),)


def _insertion(value: str, statement: str) -> tuple[int, str]:
    """Where, counted in characters, and what."""
    feed = "\r\n" if "\r\n" in value else "\n"
    head = _HEAD.match(value)
    at = head.end() if head else 0
    if at and not value[:at].endswith("\n"):
        return at, feed + statement + feed
    empty = _EMPTY.match(value, at)
    if empty is None:
        return at, statement + feed
    if at == 0:
        return 0, statement + feed
    following = value[empty.end() :]
    beside = following.startswith(("set ", "shopt ")) or not following
    return empty.end(), statement + feed + ("" if beside else feed)


def _prove(value: str, at: int, new: str, statement: str) -> None:
    """Read again: the statement first, all else as it was."""
    try:
        before = [c.text.value for c in shell.read(Text.of_file("", value.encode())).commands]
        after = [c.text.value for c in shell.read(Text.of_file("", (value[:at] + new + value[at:]).encode())).commands]
        wanted = [c.text.value for c in shell.read(Text.of_file("", statement.encode())).commands]
    except Unreadable as problem:
        raise Refused("the script would no longer be read") from problem
    if after != wanted + before:
        raise Refused("the script would read otherwise")
