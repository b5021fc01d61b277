"""NestJS: routes said by decorators, gateways, and what the bootstrap adds to every path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.formats import javascript as js
from stackfix.graph.node_facts import NodeRoute
from stackfix.graph.value import Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.javascript_values import Source

OWNER = "@nest"
GATEWAY = "@gateway"
_METHODS = {
    "Get": "GET", "Post": "POST", "Put": "PUT", "Delete": "DELETE", "Patch": "PATCH", "Head": "HEAD",
    "Options": "OPTIONS", "All": "", "Sse": "GET",
}  # fmt: skip
_PLAIN_MODULES = re.compile(
    r"@nestjs/(?:config|typeorm|mongoose|jwt|passport|throttler|schedule|event-emitter|bull|bullmq|axios|cache-manager"
    r"|sequelize|microservices|swagger|cqrs|terminus|graphql|common|core|apollo|mercurius|mikro-orm|platform-\w+|testing)"
    r"|@nestjs-modules/mailer|@mikro-orm/nestjs|nestjs-(?:pino|prisma|i18n|cls|zod|redis|minio\w*|throttler-\w+)"
    r"|nest-winston|@liaoliaots/nestjs-redis|@nestjs-modules/ioredis|@willsoto/nestjs-prometheus|@sentry/nestjs(?:/\w+)?"
    r"|@golevelup/nestjs-\w+|nestjs-typeorm-paginate|@songkeys/nestjs-redis|@nestjs-cls/\w+|cache-manager[\w-]*"
)
"""Packages whose modules answer no path that a health check would ask for."""


def foreign(source: Source) -> Iterator[str]:
    """The packages, none that are known, whose modules may bring controllers."""
    if not any(found.specifier == "@nestjs/common" for found in source.imports.values()):
        return
    for found in source.imports.values():
        if found.name.endswith("Module") and not _PLAIN_MODULES.fullmatch(found.specifier):
            yield found.specifier


def unprefixed(source: Source, calls: tuple[js.Call, ...]) -> tuple[str, ...] | None:
    """The paths that the global prefix is not for; None where they can't be told."""
    found: list[str] = []
    for call in calls:
        if not isinstance(call.function, js.Member) or call.function.name != "setGlobalPrefix":
            continue
        options = source.object(js.argument(call, 1))
        given = options.get("exclude") if options is not None else None
        if len(call.arguments) > 1 and not (options is not None and options.whole):
            return None
        for item in given.items if isinstance(given, js.Array) else ():
            inner = source.object(item)
            text = source.evaluate(inner.get("path") if inner is not None else item).text
            if text is None or not re.fullmatch(r"[\w/.-]+", text.value):
                return None
            found.append("/" + text.value.strip("/"))
        if given is not None and not isinstance(given, js.Array):
            return None
    return tuple(found)


def decorated(source: Source) -> Iterator[NodeRoute]:
    """Every route of the controllers of a file, without the global prefix, and its gateways."""
    module = source.module
    prefixes: tuple[Template, ...] = ()
    body = -1
    for at in range(len(module.tokens.all)):
        if module.value(at) != "@" or module.expressions.kind(at) != "punctuation":
            continue
        call = module.expressions.operand(at + 1)
        name = js.dotted(call.function) if isinstance(call, js.Call) else None
        if not isinstance(call, js.Call) or name is None:
            continue
        if name == "Controller":
            prefixes, body = tuple(_paths(source, call, "path")), _class_body(module, call.last + 1)
        elif name in _METHODS and module.tokens.holder[at] == body and body >= 0:
            yield from _routes(source, call, _METHODS[name], prefixes)
        elif name == "WebSocketGateway":
            yield from _gateway(source, call)


def _class_body(module: js.Module, at: int) -> int:
    """The opening brace of the class that a decorator stands before; -1 where there is none."""
    for _ in range(200):
        if at >= len(module.tokens.all):
            return -1
        if module.value(at) == "class" and module.value(at - 1) != ".":
            while at < len(module.tokens.all) and module.value(at) != "{":
                at += 1
            return at
        at = module.expressions.skip(at) + 1
    return -1


def _paths(source: Source, call: js.Call, key: str) -> Iterator[Template]:
    """The paths that a decorator is given: one, a list, in an object; without any the empty one."""
    given = js.argument(call, 0)
    options = source.object(given)
    if options is not None:
        if options.get("version") is not None or options.get("host") is not None:
            yield Template.unknown()
            return
        given = options.get(key)
    if given is None:
        yield Template.literal(Text.unwritten(""))
    elif isinstance(given, js.Array):
        yield from (source.evaluate(i) for i in given.items)
    else:
        yield source.evaluate(given)


def _routes(source: Source, call: js.Call, method: str, prefixes: tuple[Template, ...]) -> Iterator[NodeRoute]:
    module = source.module
    methods = frozenset({method}) if method else frozenset()
    slash = Text.unwritten("/")
    for prefix in prefixes:
        for path in _paths(source, call, "path"):
            whole = Template((slash, *prefix.parts, slash, *path.parts))
            location, anchor = module.location(call), module.anchor(call)
            yield NodeRoute(OWNER, whole, methods, websocket=False, location=location, anchor=anchor)


def _gateway(source: Source, call: js.Call) -> Iterator[NodeRoute]:
    """A gateway serves Socket.IO's path, unless it says otherwise; at a port of its own where it names one."""
    options = next((o for a in call.arguments if (o := source.object(a)) is not None), None)
    path = options.get("path") if options is not None else None
    value = Template.literal(Text.unwritten("")) if path is None else source.evaluate(path)
    first = source.evaluate(js.argument(call, 0)).text
    location, anchor = source.module.location(call), source.module.anchor(call)
    listener = location if first is not None and first.value.isdecimal() and first.value != "0" else None
    yield NodeRoute(GATEWAY, value, frozenset(), True, location, anchor, listener=listener)  # noqa: FBT003 - a WebSocket
