"""What a file of a Node program makes that can serve, when its code runs, and which ports it binds."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.formats import javascript as js
from stackfix.graph.node_facts import NodeListen, Server, Spot
from stackfix.graph.value import Hole, Opaque, Symbol, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.formats.javascript_bindings import Binding
    from stackfix.graph.javascript_values import Source

_MADE = {
    ("express", "default"): ("express", False), ("express", "*"): ("express", False),
    ("express", "Router"): ("express", True), ("fastify", "default"): ("fastify", False),
    ("fastify", "*"): ("fastify", False), ("fastify", "fastify"): ("fastify", False),
    ("koa", "default"): ("koa", False), ("koa", "*"): ("koa", False), ("hono", "Hono"): ("hono", False),
    ("polka", "default"): ("express", False), ("polka", "*"): ("express", False),
    ("koa-router", "default"): ("koa", True), ("koa-router", "*"): ("koa", True),
    ("@koa/router", "default"): ("koa", True), ("@koa/router", "*"): ("koa", True),
    ("elysia", "Elysia"): ("elysia", False), ("elysia", "default"): ("elysia", False),
    ("restify", "createServer"): ("restify", False),
}  # fmt: skip
_HTTP = frozenset({"http", "https", "http2", "node:http", "node:https", "node:http2"})
_ROUTERS = {("express", "Router"): "express"}
_PORTED = frozenset({"@hono/node-server"})
_HAPI = frozenset(
    (package, export)
    for package in ("@hapi/hapi", "hapi")
    for export in ("server", "Server", "default.server", "*.server")
)
_MADE |= dict.fromkeys(_HAPI, ("hapi", False))
BUN = "export of bun"
"""The framework of what only Bun serves, and only of its entry file."""


def _unset(default: str, *names: str) -> Template:
    value = Template.literal(Text.unwritten(default))
    for name in reversed(names):
        value = Template((Hole(name, value),))
    return value


DEFAULT_PORTS = {
    "hono": _unset("3000"), "deno": _unset("8000"), "bun": _unset("3000", "BUN_PORT", "PORT", "NODE_PORT"),
}  # fmt: skip
_MAIN = re.compile(r"require\.main|import\.meta\.(?:main|url|filename)|module\.parent|__main__")
_NOT_TEST = re.compile(r"NODE_ENV.*!==?\s*['\"]test['\"]|isPrimary|isMaster|isWorker|VITEST|JEST", re.DOTALL)
_TESTED = frozenset({"if", "while", "switch", "for", "catch"})
_NEST = re.compile(r"(?<![\w.])(\w+)\s*:\s*(?:NestExpressApplication|NestFastifyApplication|INestApplication)\b")
_HIDDEN_NAMES = frozenset({"constructor", "catch"})


@dataclass(frozen=True, slots=True)
class Maker:
    """What an expression makes, if it is known to serve."""

    framework: str
    router: bool
    call: js.Call


def origin(source: Source, name: str) -> tuple[str, str] | None:
    """The package and the export that a dotted name of a file comes from."""
    head, _, rest = name.partition(".")
    imported = source.imports.get(head)
    if imported is None:
        return None
    if not rest:
        return imported.specifier, imported.name
    return imported.specifier, rest


def maker(source: Source, node: js.Node | None, depth: int = 0) -> Maker | None:
    """What an expression makes: `express()`, `await NestFactory.create(…)`, `new Hono().basePath("/x")`."""
    while isinstance(node, js.Unary) and node.operator == "await":
        node = node.operand
    if isinstance(node, js.Call) and isinstance(node.function, js.Member) and depth < 20:  # noqa: PLR2004 - long chains
        chained = maker(source, node.function.owner, depth + 1)
        if chained is not None and node.function.name not in {"listen", "callback", "route"}:
            return chained
    if not isinstance(node, js.Call):
        return None
    name = js.dotted(node.function)
    if name is not None and name.endswith("NestFactory.create"):
        return Maker("nest", router=False, call=node)
    found = origin(source, name) if name is not None else required(source, node.function)
    if found is None:
        return None
    if found[0] in _HTTP and found[1] in {"createServer", "createSecureServer", "Server"}:
        return Maker("http", router=False, call=node)
    made = _MADE.get(found)
    return None if made is None else Maker(made[0], made[1], node)


def required(source: Source, function: js.Node) -> tuple[str, str] | None:
    """`require("http").Server`, `require("express")`."""
    export = function.name if isinstance(function, js.Member) else "*"
    owner = function.owner if isinstance(function, js.Member) else function
    if not isinstance(owner, js.Call) or js.dotted(owner.function) != "require":
        return None
    text = source.evaluate(js.argument(owner, 0)).text
    return None if text is None else (text.value, export)


def servers(source: Source) -> tuple[Server, ...]:
    """Everything that serves and has a name."""
    found = []
    for name, bound in source.bindings.items():
        for binding in bound:
            made = maker(source, binding.value) if not binding.path else _given_back(source, binding)
            if made is not None:
                found.append(_server(source, name, made))
    module = source.module
    for at, token in enumerate(module.tokens.all):
        if token.value == "=" and token.kind == "punctuation" and module.expressions.kind(at - 1) == "name":
            made = maker(source, module.expressions.expression(at + 1)) if _may_make(source, at + 1) else None
            if made is not None:
                name = f"this.{module.value(at - 1)}" if module.value(at - 2) == "." else module.value(at - 1)
                found.append(_server(source, name, made))
    found += [Server(match[1], "nest", router=False) for match in _NEST.finditer(module.text.value)]
    return tuple(dict.fromkeys(found))


def _given_back(source: Source, binding: Binding) -> Maker | None:
    """The application that express-ws gives back with its WebSocket routes: `const { app } = expressWs(express())`."""
    call = binding.value
    name = js.dotted(call.function) if isinstance(call, js.Call) else None
    if not isinstance(call, js.Call) or name is None or binding.path != ("app",):
        return None
    if (origin(source, name) or ("",))[0] != "express-ws":
        return None
    return maker(source, js.argument(call, 0))


def _may_make(source: Source, at: int) -> bool:
    """A quick look whether an assignment's value is worth reading."""
    word = source.module.value(at)
    return word in {"await", "new"} or word in source.imports


def _server(source: Source, name: str, made: Maker) -> Server:
    options = source.object(js.argument(made.call, 0))
    prefix = options.get("prefix") if options is not None and made.framework == "koa" else None
    wraps = None
    if made.framework == "http":
        given = [a for a in made.call.arguments if not isinstance(a, js.Object | js.Function)]
        inner = given[-1].function if given and isinstance(given[-1], js.Call) else (given[-1] if given else None)
        wraps = (js.dotted(inner) or "").removesuffix(".callback") or None
    return Server(name, made.framework, made.router, None if prefix is None else source.evaluate(prefix), wraps)


# --- when code runs --------------------------------------------------------------------------------------------------


class Spots:
    """When each place of a file runs."""

    def __init__(self, source: Source) -> None:
        """Index nothing; the functions are the source's own."""
        self.source = source

    def at(self, token: int) -> Spot:
        """When the code at a token runs."""
        functions, caught = self._functions(token)
        conditions = list(self._conditions(token))
        main = any(_MAIN.search(c) for c in conditions)
        other = [c for c in conditions if not _MAIN.search(c) and not _NOT_TEST.search(c)]
        return Spot(functions, main, bool(other) or caught)

    def _functions(self, token: int) -> tuple[tuple[str, ...], bool]:
        """The names of the functions around a token that must be called by name; whether it lies in a `catch`."""
        names: list[str] = []
        caught = False
        for function in self.source.functions_at(token):
            name = self._name(function.first)
            caught = caught or name == "catch"
            if name and name not in _HIDDEN_NAMES:
                names.append(name)
        return tuple(names), caught

    def _name(self, first: int) -> str:
        """What a function is called whose parameters begin at a token; "" for callbacks and those called at once."""
        module = self.source.module
        at = first - 1
        if module.value(at) == "async":
            at -= 1
        if module.value(at) == "catch":
            return "catch"
        if module.expressions.kind(at) == "name" and module.value(at) not in {"function", "return", "default"}:
            return module.value(at)
        if module.value(at) == "function":
            at -= 1 + (module.value(at - 1) == "async")
        if module.value(at) in {"=", ":"} and module.expressions.kind(at - 1) == "name":
            return module.value(at - 1)
        if module.value(at) in {"=>", "default", "return"}:
            return "default"
        return ""

    def _conditions(self, token: int) -> Iterator[str]:
        module = self.source.module
        starts = [token, *(s for s in module.scopes(token) if s >= 0)]
        for at in starts:
            if at and module.value(at - 1) == ")" and module.expressions.kind(at - 1) == "close":
                opened = module.tokens.partner[at - 1]
                if opened > 0 and module.value(opened - 1) in _TESTED - {"catch"}:
                    yield _between(module, opened, at - 1)
            elif at and module.value(at - 1) in {"else", "&&", "||"}:
                yield "else"


def _between(module: js.Module, opened: int, closed: int) -> str:
    start, end = module.tokens.all[opened].end, module.tokens.all[closed].start
    return module.text.value[start:end]


# --- listening -------------------------------------------------------------------------------------------------------


def listens(source: Source, calls: tuple[js.Call, ...], made: Mapping[str, Server]) -> Iterator[NodeListen]:
    """Every call that binds a port."""
    spots = Spots(source)
    for call in calls:
        function = call.function
        name = js.dotted(function) or ""
        if isinstance(function, js.Member) and function.name == "listen":
            yield from _listen(source, call, function, made, spots)
        elif name in {"Bun.serve", "Deno.serve"} or (origin(source, name) or ("",))[0] in _PORTED:
            yield from _served(source, call, name, spots)
        elif (origin(source, name) or ("",)) in _HAPI or required(source, call.function) in _HAPI:
            yield from _hapi(source, call, spots)
        elif call.new and _is_websocket_server(source, name):
            options = source.object(js.argument(call, 0))
            port = options.get("port") if options is not None else None
            if port is not None:
                host = options.get("host") if options is not None else None
                yield _made(source, call, "ws", (None, True), port, host, spots)
        elif name.rpartition(".")[2] == "startStandaloneServer":
            yield from _apollo(source, call, spots)


def _listen(
    source: Source, call: js.Call, function: js.Member, made: Mapping[str, Server], spots: Spots
) -> Iterator[NodeListen]:
    owner = js.dotted(function.owner)
    server = made.get(owner or "")
    direct = maker(source, function.owner)
    framework = server.framework if server is not None else direct.framework if direct is not None else ""
    if not framework and not _ports(source, call):
        return
    first, second = js.argument(call, 0), js.argument(call, 1)
    options = source.object(first)
    port: js.Node | None = first
    host: js.Node | None = second if not isinstance(second, js.Function) and _may_be_host(source, second) else None
    if options is not None:
        port, host = options.get("port"), options.get("host") or options.get("hostname")
    elif isinstance(first, js.Function):
        port = None
    yield _made(source, call, framework, (owner, bool(framework)), port, host, spots)


def _ports(source: Source, call: js.Call) -> bool:
    """Whether what is listened on is a port: a number, a variable, or an object with a port."""
    value = source.evaluate(js.argument(call, 0))
    options = source.object(js.argument(call, 0))
    text = value.text
    if text is not None:
        return text.value.isdecimal()
    named = any(isinstance(p, Symbol) for p in value.parts)
    return bool(value.holes) or named or (options is not None and options.get("port") is not None)


def _may_be_host(source: Source, node: js.Node | None) -> bool:
    """Whether a second argument is a host: not a backlog, not the name of a callback."""
    if node is None or (isinstance(node, js.Literal) and node.number):
        return False
    if isinstance(node, js.Name):
        binding = source.lookup(node.name, node.first)
        if binding is not None and (binding.kind == "function" or isinstance(binding.value, js.Function)):
            return False
    return True


def _served(source: Source, call: js.Call, name: str, spots: Spots) -> Iterator[NodeListen]:
    first = js.argument(call, 0)
    options = source.object(first) if not isinstance(first, js.Function) else None
    if options is None and name == "Bun.serve":
        return
    if any(o is not None and not o.whole for o in (options,)):
        return
    port = options.get("port") if options is not None else None
    host = (options.get("hostname") or options.get("host")) if options is not None else None
    unix = options is not None and (options.get("unix") or options.get("path")) is not None
    framework = "hono" if "." not in name else name.partition(".")[0].lower()
    made = _made(source, call, framework, (None, True), port, host, spots)
    if port is None and not unix and framework in DEFAULT_PORTS and (options is not None or framework == "hono"):
        made = replace(made, port=DEFAULT_PORTS[framework])
    yield made


def _hapi(source: Source, call: js.Call, spots: Spots) -> Iterator[NodeListen]:
    """The server's options, which `start()` binds; `address` is what it binds where `host` is but its name."""
    options = source.object(js.argument(call, 0))
    if options is not None and options.whole and options.get("port") is not None and options.get("listener") is None:
        host = options.get("address") or options.get("host")
        yield _made(source, call, "hapi", (None, True), options.get("port"), host, spots)


def exported(source: Source, made: Mapping[str, Server]) -> Iterator[NodeListen]:
    """What Bun serves of its entry file: `export default {port, fetch}`, `export default app` of Hono and Elysia."""
    module, spots = source.module, Spots(source)
    for index, token in enumerate(module.tokens.all[:-1]):
        if token.value != "export" or module.value(index + 1) != "default":
            continue
        node = module.expressions.expression(index + 2)
        options = node if isinstance(node, js.Object) else None
        name = js.dotted(node) if node is not None else None
        served = made.get(name or "")
        if node is None or (options is None and (served is None or served.framework != "hono")):
            continue
        if options is not None and (not options.whole or options.get("fetch") is None):
            continue
        port = options.get("port") if options is not None else None
        host = options.get("hostname") if options is not None else None
        yield NodeListen(
            BUN, None, known=True,
            port=DEFAULT_PORTS["bun"] if port is None else source.evaluate(port),
            host=None if host is None else source.evaluate(host),
            spot=spots.at(index), location=module.location(node), anchor=module.anchor(node),
            port_anchor=None if port is None else module.anchor(port),
        )  # fmt: skip


def _apollo(source: Source, call: js.Call, spots: Spots) -> Iterator[NodeListen]:
    options = source.object(js.argument(call, 1))
    given = source.object(options.get("listen")) if options is not None else None
    if given is not None:
        yield _made(source, call, "apollo", (None, True), given.get("port"), given.get("host"), spots)


def _is_websocket_server(source: Source, name: str) -> bool:
    found = origin(source, name)
    return found is not None and found[0] in {"ws", "isomorphic-ws"} and found[1].rpartition(".")[2] in {
        "Server", "WebSocketServer",
    }  # fmt: skip


def _made(  # noqa: PLR0913, PLR0917 - a call that binds has that many parts
    source: Source,
    call: js.Call,
    framework: str,
    server: tuple[str | None, bool],
    port: js.Node | None,
    host: js.Node | None,
    spots: Spots,
) -> NodeListen:
    module = source.module
    given = None if host is None else source.evaluate(host)
    if isinstance(host, js.Name) and host.name in {"undefined", "null"}:
        given = None
    return NodeListen(
        framework,
        server[0],
        server[1],
        None if port is None else source.evaluate(port),
        given if given is None or given.parts else Template((Opaque(),)),
        spots.at(call.first),
        module.location(call),
        module.anchor(call),
        None if port is None else module.anchor(port),
        None if host is None else module.anchor(host),
    )
