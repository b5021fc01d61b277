"""Have a web application tell that it lives, in the style of the routes that it has.

May import edits, formats and repairs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused, Replace
from stackfix.formats import javascript as js

if TYPE_CHECKING:
    from stackfix.graph.library import Library
    from stackfix.repairs.add_health_route import AddHealthRoute

_PARAMETERS = re.compile(
    r"(?:async\s+)?(?:function\s*\w*\s*)?\(\s*([A-Za-z_$][\w$]*)\s*(?::[^,()]*)?,\s*([A-Za-z_$][\w$]*)\s*(?::[^,()]*)?[,)]"
)
_PLAIN = re.compile(r"/[A-Za-z0-9/_.-]*")


@dataclass(frozen=True, slots=True)
class _Style:
    """How the last route of an application is written."""

    owner: str
    mark: str
    end: str
    indent: str
    unit: str
    feed: str
    short: bool
    parameters: tuple[str, str]
    arrow: bool


def edits(repair: AddHealthRoute, library: Library) -> tuple[Edit, ...]:
    """The insertion behind the last route; Refused where that is no statement of its own."""
    module = library.get(repair.anchor.path, js.read)
    part = js.resolve(module, repair.anchor.innermost.steps) if module is not None else None
    if module is None or part is None or not all(_PLAIN.fullmatch(p) for p in repair.paths):
        raise Refused("the place is no longer there")
    call = next((c for c in module.calls() if any(a.first == part.first for a in c.arguments)), None)
    if call is None or not isinstance(call.function, js.Member):
        raise Refused("the route is not added by a call")
    source, tokens = module.text.value, module.tokens.all
    start, end = tokens[call.first].start, tokens[call.last].end
    line = source.rfind("\n", 0, start) + 1
    ended = source[end : end + 1] == ";"
    rest = source[end + ended : (source.find("\n", end) + 1 or len(source)) - 1]
    if source[line:start].strip() or not re.fullmatch(r"\s*(?://[^\n]*)?", rest):
        raise Refused("the route is no statement of its own")
    at = end + ended + len(rest.rstrip())
    style = _style(module, call, source[line:start], ";" if ended else "")
    above = source[:line].rstrip(" \t")
    apart = style.feed if not style.short or above.endswith(("\n\n", "\n\r\n")) else ""
    new = "".join(apart + style.feed + _route(style, repair.framework, one) for one in repair.paths)
    place = module.text.slice(at, at).place
    if place is None:
        raise Refused("the source is not written in one place")
    return (Replace(place[0], place[1], new.encode()),)


def _style(module: js.Module, call: js.Call, indent: str, end: str) -> _Style:
    assert isinstance(call.function, js.Member)
    source, tokens = module.text.value, module.tokens.all
    written = source[tokens[call.first].start : tokens[call.last].end]
    handler = call.arguments[-1]
    inner = re.search(r"\n([ \t]+)\S", written)
    mark = source[tokens[call.arguments[0].first].start]
    told = source[tokens[handler.first].start : tokens[handler.last].end]
    given = _PARAMETERS.match(told)
    return _Style(
        owner=js.dotted(call.function.owner) or "",
        mark=mark if mark in "'\"`" else "'",
        end=end,
        indent=indent,
        unit=inner[1].removeprefix(indent) or "  " if inner is not None else "  ",
        feed="\r\n" if "\r\n" in source else "\n",
        short="\n" not in written,
        parameters=(given[1], given[2]) if given is not None else ("req", "res"),
        arrow=not re.match(r"(?:async\s+)?function\b", told),
    )


def _route(style: _Style, framework: str, path: str) -> str:
    mark, indent = style.mark, style.indent
    answer = f"{{ status: {mark}ok{mark} }}"
    head = f"{indent}{style.owner}.get({mark}{path}{mark}, "
    if framework == "fastify":
        return f"{head}async () => ({answer})){style.end}"
    request, response = style.parameters
    given = f"({request}, {response}) =>" if style.arrow else f"function ({request}, {response})"
    sent = f"{response}.json({answer})"
    if style.short and style.arrow:
        return f"{head}{given} {sent}){style.end}"
    feed = style.feed
    return f"{head}{given} {{{feed}{indent}{style.unit}{sent}{style.end}{feed}{indent}}}){style.end}"
