"""Requests, base URLs and WebSockets in one file of a front end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.formats import javascript as js
from stackfix.graph import frontend_handing, frontend_uses, javascript_names
from stackfix.graph.frontend_facts import NO_FACTS, ApiCall, Base, FrontFacts, SocketOpening
from stackfix.graph.frontend_handing import METHODS as _METHODS
from stackfix.graph.frontend_handing import Asked
from stackfix.graph.javascript_values import Source
from stackfix.graph.value import Hole, Opaque, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.findings import Anchor, Location

_TELLING = re.compile(
    r"://(?!www\.w3\.org)|import\.meta|process\.env|WebSocket|websocket|socket\.io|fetch\(|axios|\bky\b|baseU|BASE"
    r"|API|['\"`]/(?:api|ws)|\$env/|getJSON|XMLHttp|EventSource|HttpClient"
    r"|\.(?:get|post|put|patch|delete)(?:<[^()]*>)?\(\s*[`'\"]|[\w>]\(\s*[`'\"]/[\w{$]|\burl\s*:\s*[`'\"]/"
)
_LONGEST_LINE = 20_000
_NAMED = re.compile(
    r"(?:^|_|\b)(?:API|BASE|URL|HOST|ENDPOINT|BACKEND|SERVER|WS|SOCKET)(?:_|$|\b)"
    r"|(?:[Aa]pi|[Bb]ase|[Ww]s|[Ss]ocket|[Bb]ackend|[Ss]erver)(?:Base)?(?:Url|URL|Host|Endpoint|Base|Origin)"
)
_CLIENTS = re.compile(
    r"(?:\w*\.)*(?:\$?axios|api|http|client|ky|request|\$http"
    r"|\w*(?:[Aa]pi|[Cc]lient|[Aa]xios|Http)(?:[Ss]ervices?|[Cc]lient)?)"
)
_FETCHES = frozenset({"fetch", "window.fetch", "globalThis.fetch", "$fetch", "ofetch", "ky", "axios", "useFetch",
                      "EventSource", "navigator.sendBeacon"})  # fmt: skip
_PACKAGES = frozenset({"fetch", "window", "globalThis", "$fetch", "ofetch", "ky", "axios", "useFetch", "EventSource",
                       "navigator"})  # fmt: skip
_MAKES = frozenset({"axios.create", "ky.create", "ky.extend", "$fetch.create", "ofetch.create", "Axios"})
_SOCKETS = frozenset({"WebSocket", "window.WebSocket", "ReconnectingWebSocket", "useWebSocket", "webSocket",
                      "SockJS", "w3cwebsocket", "PartySocket"})  # fmt: skip
_PATHS = re.compile(r"/[A-Za-z0-9_]")
_ADDRESS = re.compile(r"(?:https?|wss?)://", re.IGNORECASE)


def facts(text: Text) -> FrontFacts:
    """What one file of a front end says."""
    value = text.value
    if not _TELLING.search(value) or re.search(rf"[^\n]{{{_LONGEST_LINE}}}", value):
        return NO_FACTS
    source = Source(js.read(text))
    calls = source.module.calls()
    asked = _asked(source, calls)
    return FrontFacts(
        tuple(source.reads()),
        (*_made(source, calls), *_constants(source)),
        tuple(_requests(source, asked)),
        tuple(_sockets(source, calls)),
        tuple(_mentions(source)),
        frontend_uses.loose(source, _followed(source, calls)),
        tuple(frontend_uses.guarded(source)),
        tuple(frontend_handing.handers(source, calls, asked)),
        tuple(frontend_handing.handed(source, calls, asked)),
        tuple(frontend_handing.instances(source, _MAKES)),
        tuple(frontend_handing.objects(source)),
        javascript_names.of(source),
    )


def _followed(source: Source, calls: tuple[js.Call, ...]) -> Iterator[js.Node]:
    """The expressions whose addresses are followed, and what is merely printed."""
    for call in calls:
        name = js.dotted(call.function) or ""
        if name.startswith("console."):
            yield from call.arguments
            continue
        given = source.object(js.argument(call, 0)) if name in _MAKES else None
        base = (given.get("baseURL") or given.get("prefixUrl")) if given is not None else None
        url = _request(source, call, name)[1] if name else None
        opened = call.arguments[0] if call.arguments and _opens(source, call, name) else None
        for node in (base, url, opened):
            if node is not None and not isinstance(next(iter(source.evaluate(node).parts), Opaque()), Opaque):
                yield node


def _made(source: Source, calls: tuple[js.Call, ...]) -> Iterator[Base]:
    """Clients made with a base, and `axios.defaults.baseURL = …`."""
    for call in calls:
        if js.dotted(call.function) in _MAKES:
            given = source.object(js.argument(call, 0))
            value = (given.get("baseURL") or given.get("prefixUrl")) if given is not None else None
            if value is not None:
                yield _base(source, js.dotted(call.function) or "", value, used=True)
    module = source.module
    for at, token in enumerate(module.tokens.all):
        if token.value == "baseURL" and module.value(at - 1) == "." and module.value(at + 1) == "=":
            yield _base(source, "axios.defaults", module.expressions.expression(at + 2), used=True)


def _base(source: Source, name: str, value: js.Node, *, used: bool) -> Base:
    module = source.module
    return Base(name, source.evaluate(value), used, module.location(value), module.anchor(value))


def _constants(source: Source) -> Iterator[Base]:
    """Constants and keys of objects whose name says that they are an address."""
    for name, bound in source.bindings.items():
        for binding in bound:
            if binding.value is None or binding.path:
                continue
            if _NAMED.search(name):
                yield from _addressed(source, name, binding.value)
            holder = source.object(binding.value) if isinstance(binding.value, js.Object) else None
            for item in holder.properties if holder is not None else ():
                if item.key.isidentifier() and _NAMED.search(item.key):
                    yield from _addressed(source, f"{name}.{item.key}", item.value)


def _addressed(source: Source, name: str, value: js.Node) -> Iterator[Base]:
    found = source.evaluate(value)
    if _is_address(found):
        yield _base(source, name, value, used=False)


def _is_address(value: Template) -> bool:
    first = value.parts[0] if value.parts else None
    if isinstance(first, Text):
        return first.value.startswith(("/", "http", "ws")) or (not first.value and len(value.parts) == 1)
    return isinstance(first, Hole) or (first is not None and not isinstance(first, Opaque))


# --- requests --------------------------------------------------------------------------------------------------------


def _asked(source: Source, calls: tuple[js.Call, ...]) -> dict[js.Call, Asked]:
    """The calls that make a request themselves."""
    found: dict[js.Call, Asked] = {}
    for call in calls:
        name = js.dotted(call.function)
        if name is None or call.new != (name == "EventSource"):
            continue
        method, url = _request(source, call, name)
        if url is not None:
            found[call] = Asked(name, method, url, _is_own(source, name))
    return found


def _requests(source: Source, asked: Mapping[js.Call, Asked]) -> Iterator[ApiCall]:
    for one in asked.values():
        value = source.evaluate(one.url)
        if any(not isinstance(p, Opaque) for p in value.parts):
            location, anchor = source.module.location(one.url), source.module.anchor(one.url)
            yield ApiCall(one.client, one.method, value, location, anchor, one.own)


def _is_own(source: Source, name: str) -> bool:
    """Whether a client is the project's: then it may have a base. Angular's HttpClient has none."""
    head = name.partition(".")[0]
    if head == "this" and source.imports.get("HttpClient") is not None:
        return source.imports["HttpClient"].specifier != "@angular/common/http"
    return _own_name(source, head) or head not in _PACKAGES


def _request(source: Source, call: js.Call, name: str) -> tuple[str | None, js.Node | None]:
    """The method and the URL's expression of a call that makes a request."""
    first = js.argument(call, 0)
    if name in _FETCHES:
        options = source.object(first if isinstance(first, js.Object) else js.argument(call, 1))
        url = options.get("url") if isinstance(first, js.Object) and options is not None else first
        return _method(source, options, second=js.argument(call, 1)), url
    head, _, last = name.rpartition(".")
    if last in _METHODS and _CLIENTS.fullmatch(head) and _like_url(source, first):
        return _METHODS[last], first
    if last == "request" and _CLIENTS.fullmatch(head):
        options = source.object(first)
        return (_method(source, options), options.get("url")) if options is not None else (None, None)
    return None, None


def _method(source: Source, options: js.Object | None, second: js.Node | None = None) -> str | None:
    """The method that options name; GET where there are none that could."""
    if options is None:
        return "GET" if second is None else None
    given = options.get("method")
    if given is None:
        return "GET" if options.whole else None
    text = source.evaluate(given).text
    return text.value.upper() if text is not None else None


def _like_url(source: Source, node: js.Node | None) -> bool:
    """Whether an argument is a path or an address, not a header's name or a key of a map."""
    value = source.evaluate(node) if node is not None else Template.unknown()
    first = value.parts[0] if value.parts else None
    if isinstance(first, Text):
        return bool(_PATHS.match(first.value) or _ADDRESS.match(first.value) or "/" in first.value)
    return len(value.parts) > 1 or isinstance(first, Hole)


# --- WebSockets ------------------------------------------------------------------------------------------------------


def _sockets(source: Source, calls: tuple[js.Call, ...]) -> Iterator[SocketOpening]:
    clients = {a for a, i in source.imports.items() if i.specifier in {"socket.io-client", "socket.io-client/dist"}}
    for call in calls:
        name = js.dotted(call.function) or ""
        if name in clients | {f"{c}.{m}" for c in clients for m in ("connect", "io")}:
            yield _socket_io(source, call)
        elif call.arguments and not isinstance(call.arguments[0], js.Object) and _opens(source, call, name):
            url = call.arguments[0]
            location, anchor = source.module.location(url), source.module.anchor(url)
            yield SocketOpening(name.rpartition(".")[2], source.evaluate(url), None, location, anchor)


def _opens(source: Source, call: js.Call, name: str) -> bool:
    """Whether a call opens a WebSocket: a known one, or a helper of the project that is given a path from the root."""
    if name in _SOCKETS and not _own_name(source, name):
        return True
    text = source.evaluate(call.arguments[0]).text
    return "WebSocket" in name and text is not None and bool(_PATHS.match(text.value))


def _own_name(source: Source, name: str) -> bool:
    """Whether the file itself declares what it calls so, or takes it from its own package: then it is a wrapper."""
    imported = source.imports.get(name)
    return name in source.bindings or (imported is not None and imported.specifier.startswith((".", "@/", "~", "src/")))


def _socket_io(source: Source, call: js.Call) -> SocketOpening:
    first = js.argument(call, 0)
    options = source.object(first if isinstance(first, js.Object) else js.argument(call, 1))
    path = options.get("path") if options is not None else None
    url = None if first is None or isinstance(first, js.Object) else source.evaluate(first)
    whole = first if url is not None and first is not None else call
    return SocketOpening(
        "socket.io",
        url,
        None if path is None else source.evaluate(path),
        source.module.location(whole),
        source.module.anchor(whole),
    )


def _mentions(source: Source) -> Iterator[tuple[Text, Location, Anchor]]:
    module = source.module
    for at, token in enumerate(module.tokens.all):
        if token.kind not in {"string", "jsx-string"} or not _ADDRESS.match(token.value, 1):
            continue
        node = module.expressions.operand(at)
        literal = node if isinstance(node, js.Literal) else None
        if literal is not None:
            yield literal.text, module.location(literal), module.anchor(literal)
