"""What takes WebSockets in a Python file: handlers by what they make or derive from, and servers of nothing else."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from stackfix.formats.python import dotted
from stackfix.graph.python_facts import Route
from stackfix.graph.python_routing import ServedRoute
from stackfix.graph.python_scope import Function, join
from stackfix.graph.python_values import evaluate, keyword
from stackfix.graph.value import Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.graph.application import ProgramListen
    from stackfix.graph.python_facts import Spot
    from stackfix.graph.python_scope import Source

SERVERS = frozenset({
    "websockets.serve", "websockets.server.serve", "websockets.legacy.server.serve",
    "websockets.asyncio.server.serve", "websockets.sync.server.serve",
})  # fmt: skip
"""Calls of the package `websockets` that bind a port and speak nothing else on it."""

ANSWERING = frozenset({"process_request", "create_protocol", "create_connection"})
"""What such a server is given to answer plain requests by."""

_RESPONSE = "aiohttp.web.WebSocketResponse"
_FALCON = "on_websocket"
_PLAIN = re.compile(r"on_(?:get|post|put|delete|patch|head|options)(?P<suffix>_\w+)?")


def takers(source: Source) -> dict[str, bool]:
    """The functions and classes that take WebSockets, and whether each answers plain requests, too.

    An aiohttp handler makes a WebSocketResponse (a view in its `get`), a class of Falcon has `on_websocket` (named with
    its suffix, if it has one), one of Tornado derives from WebSocketHandler.
    """
    found: dict[str, bool] = {}
    if any(one.module.partition(".")[0] == "aiohttp" for one in source.imports):
        for node, spot in source.calls:
            if spot.function is not None and source.qualified(node.func) == _RESPONSE:
                asks = "can_prepare" in ast.unparse(source.functions[spot.function])
                found.update(dict.fromkeys((spot.function, *_view(source, spot.function)), asks))
    for name, made in source.classes.items():
        if any((source.qualified(base) or "").startswith("tornado.websocket.") for base in made.bases):
            found[name] = False
        methods = [method.name for method in made.body if isinstance(method, Function)]
        for method in methods:
            if method.startswith(_FALCON):
                suffix = method.removeprefix(_FALCON)
                plain = bool(made.bases) or any(
                    (match := _PLAIN.fullmatch(other)) and (match["suffix"] or "") == suffix for other in methods
                )
                found[name + suffix.replace("_", ":", 1)] = plain
    return found


def _view(source: Source, function: str) -> Iterator[str]:
    """The class whose method for GET a function is."""
    around, _, name = function.rpartition(".")
    if around in source.classes and name == "get":
        yield around


def socket_io(source: Source, node: ast.Call, owner: str, spot: Spot, key: str) -> Route | None:
    """What Socket.IO serves in an application: its own path, or the one that it is told."""
    given = keyword(node, key)
    path = Template.literal(Text.unwritten("socket.io")) if given is None else evaluate(source, given, spot.scope)
    text = path.text
    if text is None or not text.value.strip("/"):
        return None
    kept = text.slice(len(text) - len(text.value.lstrip("/")), len(text.value.rstrip("/")))
    whole = Template((Text.unwritten("/"), kept))
    place, anchor = source.module.location(node), source.module.anchor(node)
    return Route(owner, whole, True, frozenset(), spot, place, anchor, polls=True)  # noqa: FBT003 - a WebSocket, too


def handler(source: Source, node: ast.expr | None, spot: Spot) -> str | None:
    """A handler as the file knows it: a function, a class, or the class of what is made at the place."""
    name = dotted(node.func if isinstance(node, ast.Call) else node) if node is not None else None
    return None if name is None else source.owner(name, spot.scope)


def decorated(node: Function | ast.ClassDef, spot: Spot) -> str:
    """The dotted name of what a decorator stands above."""
    return join(spot.scope, node.name)


def listened(listens: Iterable[ProgramListen]) -> Iterator[ServedRoute]:
    """Every path of a port where WebSockets alone are spoken: each is for one."""
    for listen in listens:
        said = listen.listen
        if said.tool in SERVERS:
            yield ServedRoute(
                "/", True, frozenset(), said.location, said.anchor, "(?:.*)", None, said.location,  # noqa: FBT003 - a WebSocket
            )  # fmt: skip
