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

_PARAMETERS = re.compile(r"(?:async\s+)?(?:function\s*\w*\s*)?(?:\(([^()]*)\)|([A-Za-z_$][\w$]*)\s*=>)")
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_USUAL = {"hono": ("c",), "koa": ("ctx",), "restify": ("req", "res", "next")}
"""What a handler is given, as the frameworks' documentation names it; Express's is the same as most."""
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
    parameters: tuple[str, ...]
    arrow: bool

    def given(self, framework: str) -> tuple[str, ...]:
        """The names of a handler's parameters: the last route's, else the usual ones."""
        usual = _USUAL.get(framework, ("req", "res"))
        return (*self.parameters[: len(usual)], *usual[len(self.parameters) :])


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
    listed = (one.strip() for one in ((given[1] or given[2] or "") if given is not None else "").split(","))
    names = [match[0] for one in listed if (match := _NAME.match(one)) is not None]
    return _Style(
        owner=js.dotted(call.function.owner) or "",
        mark=mark if mark in "'\"`" else "'",
        end=end,
        indent=indent,
        unit=inner[1].removeprefix(indent) or "  " if inner is not None else "  ",
        feed="\r\n" if "\r\n" in source else "\n",
        short="\n" not in written,
        parameters=tuple(names),
        arrow=not re.match(r"(?:async\s+)?function\b", told),
    )


def _route(style: _Style, framework: str, path: str) -> str:
    mark = style.mark
    answer = f"{{ status: {mark}ok{mark} }}"
    head = f"{style.indent}{style.owner}.get({mark}{path}{mark}, "
    if framework == "fastify":
        return f"{head}async () => ({answer})){style.end}"
    given = style.given(framework)
    if framework == "hono":
        return f"{head}({given[0]}) => {given[0]}.json({answer})){style.end}"
    if framework == "koa":
        return head + _block(style, given, (f"{given[0]}.body = {answer}",))
    if framework == "restify":
        return head + _block(style, given, (f"{given[1]}.send({answer})", f"{given[2]}()"))
    sent = f"{given[1]}.json({answer})"
    if style.short and style.arrow:
        return f"{head}({', '.join(given)}) => {sent}){style.end}"
    return head + _block(style, given, (sent,))


def _block(style: _Style, parameters: tuple[str, ...], statements: tuple[str, ...]) -> str:
    """A function with a body, as the last argument of the call."""
    given = ", ".join(parameters)
    head = f"({given}) =>" if style.arrow else f"function ({given})"
    feed, indent = style.feed, style.indent
    body = "".join(f"{indent}{style.unit}{one}{style.end}{feed}" for one in statements)
    return f"{head} {{{feed}{body}{indent}}}){style.end}"
