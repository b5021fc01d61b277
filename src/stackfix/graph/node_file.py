"""What one file of a Node program says: everything of `NodeFacts` in one reading."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.formats import javascript as js
from stackfix.graph import javascript_names, node_clients, node_decorators, node_routes, node_servers, node_sockets
from stackfix.graph.javascript_values import Source
from stackfix.graph.node_facts import NodeFacts, NodeUse, Server

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.graph.value import Template
    from stackfix.text import Text

_TAKES_SERVER = frozenset({
    "http", "https", "node:http", "node:https", "http2", "ws", "socket.io", "express-ws", "supertest",
    "@socket.io/redis-adapter", "http-graceful-shutdown", "http-terminator", "stoppable",
    "@sentry/node", "express-async-errors", "express-session", "serverless-http", "@nestjs/core",
})  # fmt: skip
_TELLING = re.compile(
    r"\.listen\b|serve\(|\benv\b|express|fastify|hono|koa|[Rr]outer|\bapp\b|[Ss]erver|@Controller|@Module|Gateway|\bcors\b"
    r"|WebSocket|socket\.io|dotenv|require\([^'\"]|import\([^'\"]|setGlobalPrefix|\.(?:get|post|put|patch|delete|route|register|use)\(\s*['\"`{/\[]|enable(?:Cors|Versioning)"
)
_LOOKED = re.compile(r"""\.(?:url|path|originalUrl|pathname)\s*===?\s*['"`](/[^'"`\s$]*)['"`]""")
"""What a handler of all requests looks for by hand."""
_HOLES = {"enableVersioning", "handleUpgrade", "useStaticAssets", "createTerminus"}


def facts(text: Text) -> NodeFacts:
    """What one file of a Node program says."""
    module = js.read(text)
    called = frozenset(_called(module))
    if not _TELLING.search(text.value) and not node_clients.TELLING.search(text.value):
        return NodeFacts(javascript_names.outline(module), called=called, outlined=True)
    source = Source(module)
    calls = source.module.calls()
    made = {s.name: s for s in node_servers.servers(source)}
    lent = node_routes.registered(source, calls, made)
    parts = (Server(part.name, "fastify", router=True) for part in lent)
    functions = frozenset(n for n, bound in source.bindings.items() if any(b.kind == "function" for b in bound))
    return NodeFacts(
        javascript_names.of(source),
        tuple(source.reads()),
        (*made.values(), *parts),
        (*node_servers.listens(source, calls, made), *node_servers.exported(source, made)),
        (*node_routes.routes(source, calls, made), *node_decorators.decorated(source)),
        (*node_routes.uses(source, calls, made), *_given(source, calls, made, lent)),
        tuple(node_routes.cors(source, calls)),
        tuple(node_clients.calls(source, calls)),
        functions,
        called,
        global_prefix=_global_prefix(source, calls),
        holes=tuple(_holes(source, calls)),
        dynamic=any(_is_dynamic(source, c) for c in calls),
        dotenv="dotenv" in text.value and any(i.startswith("dotenv") for i in _specifiers(source)),
        aliases=dict(_aliases(source, made)) | {name: part.name for part in lent for name in part.names},
        looked=tuple(m[1] for m in _LOOKED.finditer(text.value)),
        modules=tuple(node_decorators.foreign(source)),
        unprefixed=node_decorators.unprefixed(source, calls) or (),
    )


def _aliases(source: Source, made: Mapping[str, Server]) -> Iterator[tuple[str, str]]:
    """Constants of the module that are another name for what it makes."""
    for name, bound in source.bindings.items():
        if len(bound) == 1 and bound[0].scope == -1 and bound[0].kind == "const" and not bound[0].path:
            meant = js.dotted(bound[0].value) if isinstance(bound[0].value, js.Name) else None
            if meant is not None and meant in made and name not in made:
                yield name, meant


def _specifiers(source: Source) -> Iterator[str]:
    yield from (i.specifier for i in source.imports.values())
    for call in source.module.calls():
        if js.dotted(call.function) in {"require", "import"}:
            text = source.evaluate(js.argument(call, 0)).text
            if text is not None:
                yield text.value
    module = source.module
    yield from (
        module.value(at + 1).strip("'\"") for at, token in enumerate(module.tokens.all) if token.value == "import"
    )


def _called(module: js.Module) -> Iterator[str]:
    """The names of what is called, and of functions handed on to be called; no declarations."""
    tokens, partner = module.tokens.all, module.tokens.partner
    for at, token in enumerate(tokens[:-1]):
        if token.kind != "name":
            continue
        before, after = (tokens[at - 1].value if at else ""), tokens[at + 1].value
        if after == "(" and before != "function":
            close = partner[at + 1]
            if close + 1 >= len(tokens) or tokens[close + 1].value not in {"{", ":"}:
                yield token.value
        elif before in {"(", ","} and after in {")", ","}:
            yield token.value


def _given(
    source: Source, calls: tuple[js.Call, ...], made: Mapping[str, Server], lent: tuple[node_routes.Registered, ...]
) -> Iterator[NodeUse]:
    """An application that is handed to code elsewhere, which may add routes to it."""
    own = {name for part in lent for name in part.names}
    for call in calls:
        name = js.dotted(call.function)
        names = [n for a in call.arguments if (n := js.dotted(a)) is not None]
        handed = [owner for n in names if (owner := node_routes.part_of(n, call.first, lent) or (n in made and n))]
        required = call.function if isinstance(call.function, js.Call) else None
        if not handed or (isinstance(call.function, js.Member) and (name or "").partition(".")[0] in made):
            continue
        owner = handed[0]
        location = source.module.location(call)
        if required is not None and js.dotted(required.function) == "require":
            text = source.evaluate(js.argument(required, 0)).text
            if text is None or text.value not in _TAKES_SERVER:
                yield NodeUse(owner, None, text.value if text is not None else None, location, loaded=True)
        elif name is not None and (owner not in made or made[owner].framework != "http"):
            imported = source.imports.get(name.partition(".")[0])
            if name in own or (imported is not None and imported.specifier not in _TAKES_SERVER):
                yield NodeUse(owner, None, name, location)


def _global_prefix(source: Source, calls: tuple[js.Call, ...]) -> Template | None:
    for call in calls:
        if isinstance(call.function, js.Member) and call.function.name == "setGlobalPrefix":
            return source.evaluate(js.argument(call, 0))
    return None


def _holes(source: Source, calls: tuple[js.Call, ...]) -> Iterator[str]:
    for call in calls:
        if _answers_by_hand(source, call):
            yield "requests are answered by hand"
        last = call.function.name if isinstance(call.function, js.Member) else js.dotted(call.function) or ""
        if last in _HOLES:
            yield last
        elif last == "setGlobalPrefix" and node_decorators.unprefixed(source, (call,)) is None:
            yield "paths are left out of the global prefix"
        elif last == "setNotFoundHandler" and "404" not in source.module.source(call).value:
            yield last
        elif last == "register" and js.dotted(call.function) == "RouterModule.register":
            yield "RouterModule"


def _answers_by_hand(source: Source, call: js.Call) -> bool:
    """Whether a function in place answers every plain request of a server: what it serves nobody sees."""
    if js.dotted(call.function) in {"Bun.serve", "Deno.serve"}:
        return node_sockets.answering(source, call) is not None
    made = node_servers.maker(source, call)
    if made is None or made.framework != "http" or made.call is not call:
        return False
    return any(isinstance(given, js.Function) and given.parameters for given in call.arguments)


def _is_dynamic(source: Source, call: js.Call) -> bool:
    if js.dotted(call.function) not in {"require", "import"} or call.new:
        return False
    return source.evaluate(js.argument(call, 0)).text is None
