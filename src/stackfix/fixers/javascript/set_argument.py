"""Give the options of a call one more key, in their style.

May import edits, formats and repairs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused, Replace
from stackfix.formats import javascript as js
from stackfix.spans import Span

if TYPE_CHECKING:
    from stackfix.graph.library import Library
    from stackfix.repairs.set_argument import SetArgument

_PLAIN = re.compile(r"[A-Za-z0-9:/._-]+")


def edits(repair: SetArgument, library: Library) -> tuple[Edit, ...]:
    """The one insertion behind the last of the options."""
    path = repair.anchor.path
    module, data = library.get(path, js.read), library.sources.read(path)
    if module is None or data is None or not _PLAIN.fullmatch(str(repair.value)):
        raise Refused("the call can't be read")
    call = _call(js.resolve(module, repair.anchor.innermost.steps))
    options = call.arguments[0] if call is not None and call.arguments else None
    if not isinstance(options, js.Object) or not options.whole or not options.properties:
        raise Refused("the call has no options that are written out")
    if options.get(repair.keyword) is not None:
        raise Refused("the call is given it already")
    last = module.source(options.properties[-1].value).place
    opened = module.source(options).place
    if last is None or opened is None or last[0] != path:
        raise Refused("the options are not written in one place")
    end = last[1].end
    new = f"{repair.keyword}: {_quoted(data, str(repair.value))}".encode()
    return (Replace(path, Span(end, end), _gap(data, opened[1].start, end) + new),)


def _call(node: js.Node | None) -> js.Call | None:
    """The call that binds, in a chain that begins at the anchor: `app.listen({…}).catch(…)`."""
    while isinstance(node, js.Call | js.Member | js.Unary):
        if isinstance(node, js.Unary):
            node = node.operand
        elif isinstance(node, js.Member):
            node = node.owner
        elif isinstance(node.function, js.Member) and node.function.name == "listen":
            return node
        else:
            node = node.function
    return None


def _gap(data: bytes, start: int, end: int) -> bytes:
    """What stands between two options: a comma, and a new line where each has its own."""
    line = data[data.rfind(b"\n", 0, end) + 1 : end]
    if b"\n" not in data[start:end]:
        return b", "
    indentation = line[: len(line) - len(line.lstrip())]
    newline = b"\r\n" if data[: end - len(line)].endswith(b"\r\n") else b"\n"
    return b"," + newline + indentation


def _quoted(data: bytes, value: str) -> str:
    mark = "'" if data.count(b"'") >= data.count(b'"') else '"'
    return f"{mark}{value}{mark}"
