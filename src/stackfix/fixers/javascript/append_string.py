"""Add strings to a list after its last literal, in its style; a literal that stands alone becomes a list.

May import edits, formats and repairs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused, Replace
from stackfix.spans import Span

if TYPE_CHECKING:
    from stackfix.graph.library import Library
    from stackfix.repairs.append_string import AppendString

_PLAIN = re.compile(r"[A-Za-z0-9:/._\[\]-]+")


def edits(repair: AppendString, library: Library) -> tuple[Edit, ...]:
    """The one insertion behind the last element, or the brackets around a literal alone."""
    place = repair.text.place
    data = library.sources.read(repair.path)
    if place is None or data is None or not all(_PLAIN.fullmatch(value) for value in repair.values):
        raise Refused("the list is not written out plainly")
    path, span = place
    mark = data[span.start - 1 : span.start]
    if mark not in {b"'", b'"', b"`"} or data[span.end : span.end + 1] != mark:
        raise Refused("the last of the list is no literal")
    quoted = [mark + value.encode() + mark for value in repair.values]
    before, after = data[: span.start - 1], data[span.end + 1 :]
    opened = before.rstrip()[-1:]
    if opened == b":":
        whole = mark + data[span.start : span.end] + mark
        listed = b"[" + b", ".join((whole, *quoted)) + b"]"
        return (Replace(path, Span(span.start - 1, span.end + 1), listed),)
    if opened not in {b"[", b","} or after.lstrip()[:1] not in {b"]", b","}:
        raise Refused("the literal is no element of a list")
    line = before[before.rfind(b"\n") + 1 :]
    newline = b"\r\n" if before.endswith(b"\r\n" + line) else b"\n"
    gap = b"," + newline + line if not line.strip() and b"\n" in before else b", "
    return (Replace(path, Span(span.end + 1, span.end + 1), b"".join(gap + one for one in quoted)),)
