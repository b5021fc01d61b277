"""Open a WebSocket at the page's own origin: a template that takes scheme and host from `window.location`.

A string becomes a template. May import edits, formats and repairs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused, Replace
from stackfix.spans import Span

if TYPE_CHECKING:
    from stackfix.graph.library import Library
    from stackfix.repairs.set_socket_origin import SetSocketOrigin

_QUOTINGS = {"javascript:single": "'", "javascript:double": '"', "javascript:template": "`"}


def edits(repair: SetSocketOrigin, library: Library) -> tuple[Edit, ...]:
    """The edits that put the page's origin in place of the written one."""
    place = repair.text.place
    source = library.text(repair.path)
    quotings = {piece.quoting for piece in repair.text.pieces if piece.length}
    mark = _QUOTINGS.get(next(iter(quotings))[-1]) if len(quotings) == 1 and all(quotings) else None
    if place is None or source is None or mark is None or not repair.text.value.isascii():
        raise Refused("the address is not written in one literal")
    path, span = place
    data = library.sources.read(path) or b""
    origin = f"${{window.location.origin.replace(/^http/, {_quoted(mark, data)})}}{repair.path_of_page}"
    start = Replace(path, Span(span.start, span.start + repair.length), origin.encode())
    if data[span.start - 1 : span.start] != mark.encode():
        raise Refused("the address is not what its literal begins with")
    if mark == "`":
        return (start,)
    rest = repair.text.value[repair.length :]
    if len(repair.text.value) != span.end - span.start or "`" in rest or "${" in rest:
        raise Refused("the address can't be spelled as a template as it is")
    return (
        Replace(path, Span(span.start - 1, span.start + repair.length), b"`" + start.replacement),
        Replace(path, Span(span.end, span.end + 1), b"`"),
    )


def _quoted(mark: str, data: bytes) -> str:
    """The scheme, quoted as the literal is; within a template as the file does it mostly."""
    if mark == "`":
        mark = "'" if data.count(b"'") > data.count(b'"') else '"'
    return f"{mark}ws{mark}"
