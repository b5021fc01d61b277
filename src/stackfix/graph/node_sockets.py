"""WebSocket servers of a Node, Bun or Deno program: `ws`, Socket.IO, upgrades by hand, `upgradeWebSocket`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.formats import javascript as js
from stackfix.graph.node_facts import NodeRoute
from stackfix.graph.node_servers import origin, required
from stackfix.graph.value import Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.javascript_values import Source

NAMESPACE = "/socket.io/"
_PACKAGES = frozenset({"ws", "isomorphic-ws"})
_SERVERS = frozenset({"Server", "WebSocketServer"})
_PATHS = frozenset({"url", "pathname", "path", "originalUrl"})
_SERVES = {"Bun.serve": "upgrade", "Deno.serve": "upgradeWebSocket"}
"""What serves with a function for all requests, and what makes a WebSocket of one there."""

_SAME = frozenset({"===", "=="})
_OTHER = frozenset({"!==", "!="})
_REFUSES = frozenset({"destroy", "return", "end", "abortHandshake"})
_EVENT = 2
"""`on` has the event's name and a listener."""


def is_upgrade(source: Source, call: js.Call) -> bool:
    """Whether a route's handler is one of Hono's for WebSockets."""
    inner = (given for given in call.arguments if isinstance(given, js.Call))
    return any((js.dotted(given.function) or "").rpartition(".")[2] == "upgradeWebSocket" for given in inner) and any(
        found.specifier.startswith(("hono", "@hono/")) for found in source.imports.values()
    )


def routes(source: Source, call: js.Call) -> Iterator[NodeRoute]:
    """The paths that a call serves as WebSockets."""
    name = js.dotted(call.function) or ""
    package, export = (origin(source, name) if name else required(source, call.function)) or ("", "")
    export = export.rpartition(".")[2]
    if package in _PACKAGES and call.new and export in _SERVERS:
        yield from _server(source, call)
    elif package == "socket.io" and export in {"Server", "*", "default"}:
        yield from _socket_io(source, call)
    elif isinstance(call.function, js.Member) and call.function.name == "on" and len(call.arguments) == _EVENT:
        event = source.evaluate(call.arguments[0]).text
        if event is not None and event.value == "upgrade":
            yield from _by_hand(source, call, _region(source, call.arguments[1]), "handleUpgrade")
    elif name in _SERVES:
        yield from _by_hand(source, call, _region(source, answering(source, call)), _SERVES[name])


def _server(source: Source, call: js.Call) -> Iterator[NodeRoute]:
    """`new WebSocketServer({server, path})`, or `({port})`, which has a listener of its own."""
    options = source.object(js.argument(call, 0))
    if options is None or options.get("noServer") is not None:
        return
    path, module = options.get("path"), source.module
    listener = module.location(call) if options.get("port") is not None else None
    value = Template.literal(Text.unwritten("/")) if path is None else source.evaluate(path)
    place = path or call
    location, anchor = module.location(place), module.anchor(place)
    whole = path is None
    yield NodeRoute("", value, frozenset(), True, location, anchor, whole, listener)  # noqa: FBT003 - a WebSocket


def _socket_io(source: Source, call: js.Call) -> Iterator[NodeRoute]:
    """`new Server(server, {path, transports})`."""
    options = next((o for a in reversed(call.arguments) if (o := source.object(a)) is not None), None)
    path = options.get("path") if options is not None else None
    value = source.evaluate(path) if path is not None else Template.literal(Text.unwritten(NAMESPACE))
    transports = options.get("transports") if options is not None else None
    said = transports.items if isinstance(transports, js.Array) else ()
    alone = {text.value for one in said if (text := source.evaluate(one).text) is not None} == {"websocket"}
    location, anchor = source.module.location(call), source.module.anchor(call)
    for websocket in (True,) if alone else (True, False):
        yield NodeRoute("", value, frozenset(), websocket, location, anchor, everything=True, polls=not alone)


def answering(source: Source, call: js.Call) -> js.Node | None:
    """The function that answers every request of `Bun.serve` or `Deno.serve`, where it is written in place."""
    for given in call.arguments:
        options = source.object(given) if not isinstance(given, js.Function) else None
        found = given if options is None else options.get("fetch") or options.get("handler")
        if isinstance(found, js.Function):
            return found
    return None


# --- upgrades by hand ------------------------------------------------------------------------------------------------


def _region(source: Source, node: js.Node | None) -> tuple[int, int] | None:
    """The first and last token of a function, here or of its name."""
    if isinstance(node, js.Function):
        return node.first, node.last
    bound = source.bindings.get(node.name, ()) if isinstance(node, js.Name) else ()
    if len(bound) != 1:
        return None
    if isinstance(bound[0].value, js.Function):
        return bound[0].value.first, bound[0].value.last
    return next(((f.first, f.last) for f in source.functions if f.first == bound[0].at + 1), None)


def _by_hand(source: Source, call: js.Call, region: tuple[int, int] | None, upgrade: str) -> Iterator[NodeRoute]:
    """The paths for which a function makes WebSockets of requests: compared to what is written, or all."""
    module = source.module
    if region is None:
        return
    inside = range(region[0], region[1] + 1)
    upgrades = [at for at in inside if module.value(at) == upgrade and module.value(at + 1) == "("]
    if not upgrades:
        return
    if not any(module.value(at) in _PATHS for at in inside):
        path = Template.literal(Text.unwritten("/"))
        yield NodeRoute(
            "", path, frozenset(), True, module.location(call), module.anchor(call), everything=True  # noqa: FBT003 - a WebSocket
        )  # fmt: skip
    for at in inside:
        literal = _compared(source, at, upgrades, region[1])
        text = source.evaluate(literal).text if literal is not None else None
        if literal is not None and text is not None and text.value.startswith("/"):
            path = Template.literal(text)
            yield NodeRoute("", path, frozenset(), True, module.location(literal), module.anchor(literal))  # noqa: FBT003 - as above


def _compared(source: Source, at: int, upgrades: list[int], end: int) -> js.Node | None:
    """The literal that a request's path is compared to at a token, if an upgrade hangs on it."""
    module = source.module
    word = module.value(at)
    if word == "case" and module.expressions.kind(at + 1) == "string":
        return module.expressions.operand(at + 1) if _in_case(source, at, upgrades, end) else None
    if word not in _SAME | _OTHER:
        return None
    literal = next((side for side in (at + 1, at - 1) if module.expressions.kind(side) == "string"), None)
    if literal is None or not _is_path(source, at, literal):
        return None
    found = _block(source, at)
    if found is None:
        return None
    tested, first, last = found
    taken = any(tested <= one <= last for one in upgrades)
    refused = any(module.value(one) in _REFUSES for one in range(first, last + 1))
    after = any(one > last for one in upgrades)
    hangs = taken if word in _SAME else refused and not taken and after
    return module.expressions.operand(literal) if hangs else None


def _is_path(source: Source, at: int, literal: int) -> bool:
    """Whether the other side of a comparison is a request's path."""
    module = source.module
    if literal > at:
        return module.value(at - 1) in _PATHS
    other = module.expressions.operand(at + 1)
    return module.value(other.last) in _PATHS


def _block(source: Source, at: int) -> tuple[int, int, int] | None:
    """The condition around a token, with the first and last token of what runs if it holds."""
    module = source.module
    tested = next((o for o in module.scopes(at) if o > 0 and module.value(o - 1) == "if"), None)
    if tested is None or module.value(tested) != "(":
        return None
    first = module.tokens.partner[tested] + 1
    if module.value(first) == "{":
        return tested, first, module.tokens.partner[first]
    last = first
    while module.value(last) not in {";", "else", ""} or module.tokens.holder[last] != module.tokens.holder[first]:
        if last + 1 >= len(module.tokens.all):
            break
        last += 1
    return tested, first, last


def _in_case(source: Source, at: int, upgrades: list[int], end: int) -> bool:
    """Whether an upgrade stands below a `case`, before the next that doesn't share its statements."""
    module = source.module
    holder = module.tokens.holder[at]
    switched = module.tokens.partner[holder - 1] if holder > 0 and module.value(holder - 1) == ")" else None
    if switched is None or not any(module.value(one) in _PATHS for one in range(switched, holder)):
        return False
    last = at + 1
    while last < end and not (module.value(last) in {"case", "default"} and module.tokens.holder[last] == holder):
        last += 1
    shared = last == at + 3
    return any(at < one < last for one in upgrades) or (shared and _in_case(source, last, upgrades, end))
