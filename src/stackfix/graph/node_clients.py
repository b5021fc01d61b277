"""What a file of a Node program connects to: the calls that open a connection, each part of an address with its place.

May import formats, the values of JavaScript, and what tells a package that is called where it is required.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.formats import javascript as js
from stackfix.graph.node_facts import NodeCall
from stackfix.graph.node_servers import required
from stackfix.graph.value import Opaque

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.javascript_values import Source

TELLING = re.compile(
    r"fetch\(|axios|\bgot\b|undici|superagent|needle|mongoose|MongoClient|\bpg\b|postgres|mysql|[Rr]edis|amqplib|nats"
    r"|[Ss]equelize|knex|typeorm|createProxy|elasticsearch|http\.(?:get|request)\("
)
"""What stands in every file that connects to anything."""
_PLAIN = frozenset({"fetch", "globalThis.fetch"})
_VERBS = frozenset({"get", "post", "put", "delete", "patch", "head", "options", "request"})
_REQUESTERS = frozenset({
    "axios", "got", "ky", "node-fetch", "cross-fetch", "isomorphic-fetch", "undici", "undici.fetch", "undici.request",
    "superagent", "needle", "request", "request-promise", "node-fetch.default", "http", "https", "node:http",
    "node:https", "ofetch", "ofetch.ofetch",
})  # fmt: skip
_NOT_ALONE = frozenset({"http", "https", "node:http", "node:https", "superagent", "undici", "needle"})
_URL = ("url", "uri", "connectionString", "baseURL", "prefixUrl", "target", "node", "servers", "connection", "database")
_HOST = ("host", "hostname")
_PLACE = {"host": "host", "hostname": "host", "port": "port"}
_CLIENTS = frozenset({
    "axios.create", "got.extend", "ky.create", "pg.Pool", "pg.Client", "postgres", "mysql.createConnection",
    "mysql.createPool", "mysql2.createConnection", "mysql2.createPool", "mysql2/promise.createConnection",
    "mysql2/promise.createPool", "sequelize", "sequelize.Sequelize", "sequelize-typescript.Sequelize", "knex",
    "knex.knex", "typeorm.DataSource", "typeorm.createConnection", "mongoose.connect", "mongoose.createConnection",
    "mongodb.MongoClient", "mongodb.MongoClient.connect", "redis.createClient", "ioredis", "ioredis.Redis",
    "amqplib.connect", "amqplib/callback_api.connect", "amqp-connection-manager.connect", "nats.connect",
    "@elastic/elasticsearch.Client", "http-proxy-middleware.createProxyMiddleware", "express-http-proxy",
    "http-proxy.createProxyServer", "http-proxy.createServer", "ws", "ws.WebSocket", "socket.io-client.io",
    "socket.io-client",
})  # fmt: skip
_LOGIN = {"user": "user", "username": "user", "password": "password", "database": "database"}
_IN_ORDER = ("database", "user", "password")
"""What Sequelize takes before its options."""
_INNER = ("connection", "socket", "replication")


def calls(source: Source, found: tuple[js.Call, ...]) -> Iterator[NodeCall]:
    """Every call that opens a connection, once for each part of an address that it is given."""
    for call in found:
        name = _canonical(source, call)
        if name is None:
            continue
        for kind, given in _addressed(source, call, name):
            value = source.evaluate(given)
            if not all(isinstance(p, Opaque) for p in value.parts):
                place, anchor = source.module.location(given), source.module.anchor(given)
                whole, late = source.module.location(call), _caught(source.module, call.first)
                yield NodeCall(name, value, kind, place, anchor, whole, late)


def _canonical(source: Source, call: js.Call) -> str | None:
    """What is called, by the package that it comes from: `pg.Pool` however it is imported."""
    name = js.dotted(call.function)
    if name is None:
        found = required(source, call.function)
        return None if found is None else ".".join(found).removesuffix(".*")
    if name in _PLAIN:
        return name
    head, _, rest = name.partition(".")
    imported = source.imports.get(head)
    if imported is None or imported.specifier.startswith("."):
        return None
    own = () if imported.name in {"default", "*"} else (imported.name,)
    parts = (imported.specifier, *own, *((rest,) if rest else ()))
    return ".".join(parts)


def _addressed(source: Source, call: js.Call, name: str) -> Iterator[tuple[str, js.Node]]:
    owner, _, last = name.rpartition(".")
    alone = name in _REQUESTERS - _NOT_ALONE or name in {"undici.fetch", "undici.request", "needle"}
    if name in _PLAIN or alone or (owner in _REQUESTERS and last in _VERBS):
        first = js.argument(call, 1 if owner == "needle" and last == "request" else 0)
        yield from _given(source, first, ("url", "uri", "baseURL"))
    elif name in _CLIENTS:
        for argument in call.arguments[:4] if "equelize" in name else call.arguments[:1]:
            yield from _given(source, argument, _URL)
        if "equelize" in name and len(call.arguments) > len(_IN_ORDER) and source.object(call.arguments[0]) is None:
            yield from zip(_IN_ORDER, call.arguments, strict=False)
        if name.startswith("ioredis") and len(call.arguments) > 1 and not isinstance(call.arguments[1], js.Object):
            yield "host", call.arguments[1]


def _given(source: Source, node: js.Node | None, keys: tuple[str, ...]) -> Iterator[tuple[str, js.Node]]:
    """The parts of an address in an argument: the argument itself, or what its options say."""
    options = source.object(node)
    if options is None:
        if node is not None:
            yield "url", node
        return
    login = _LOGIN if any(item.key in _HOST for item in options.properties) else {}
    for item in options.properties:
        if item.key in login:
            yield login[item.key], item.value
        elif item.key in keys and source.object(item.value) is None:
            yield "url", item.value
        elif item.key in _PLACE:
            yield _PLACE[item.key], item.value
        elif item.key in _INNER:
            yield from _given(source, source.object(item.value), keys)


def _caught(module: js.Module, at: int) -> bool:
    """Whether code runs only after something has failed: in a `catch` block or callback."""
    for scope in module.scopes(at)[:-1]:
        before = module.value(scope - 1)
        if before == "catch":
            return True
        if before == ")" and module.value(module.tokens.partner[scope - 1] - 1) == "catch":
            return True
    return False
