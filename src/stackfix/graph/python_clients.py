"""What a Python file connects to: the calls that open a connection, and every string that looks like an address."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from stackfix.formats.python import dotted
from stackfix.graph.python_facts import ClientCall, Literal
from stackfix.graph.python_values import evaluate, keyword
from stackfix.graph.value import Opaque, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.python_facts import Spot
    from stackfix.graph.python_scope import Source
    from stackfix.graph.value import Hole, Symbol

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/{}]+.*|[A-Za-z][A-Za-z0-9_.-]*:[0-9]{2,5}(?:,\S*)?", re.DOTALL)
# The first text of an f-string names a whole host only where a port or a path ends it.
_WHOLE_HOST = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/{}]+(?:/|:[0-9]{2,5}$)")
_VERBS = {"get", "post", "put", "delete", "patch", "head", "options"}
_URL = (("url", 0),)
_HOST_PORT = (("host", 0), ("port", 1))
_NAMED = (("host", 99), ("port", 99))
_SERVER = (("server", 0),)
_SERVERS = (("servers", 0),)
_CALLS: dict[str, tuple[tuple[str, int], ...]] = {
    **{f"{m}.{v}": _URL for m in ("requests", "httpx") for v in _VERBS},
    "requests.request": (("url", 1),), "httpx.request": (("url", 1),), "httpx.stream": (("url", 1),),
    "httpx.Client": (("base_url", 99),), "httpx.AsyncClient": (("base_url", 99),),
    "aiohttp.ClientSession": (("base_url", 0),), "websockets.connect": (("uri", 0),),
    "websockets.asyncio.client.connect": (("uri", 0),), "websockets.sync.client.connect": (("uri", 0),),
    "websocket.create_connection": _URL, "websocket.WebSocketApp": _URL, "urllib.request.urlopen": _URL,
    "urllib.request.Request": _URL, "redis.from_url": _URL, "redis.Redis.from_url": _URL,
    "redis.asyncio.from_url": _URL, "redis.asyncio.Redis.from_url": _URL, "redis.StrictRedis.from_url": _URL,
    "redis.ConnectionPool.from_url": _URL, "redis.asyncio.ConnectionPool.from_url": _URL,
    "redis.Redis": _HOST_PORT, "redis.StrictRedis": _HOST_PORT, "redis.asyncio.Redis": _HOST_PORT,
    "redis.ConnectionPool": (("host", 99), ("port", 99)), "aioredis.from_url": _URL,
    "psycopg.connect": (("conninfo", 0), ("host", 99), ("port", 99)),
    "psycopg2.connect": (("dsn", 0), ("host", 99), ("port", 99)),
    "psycopg2.pool.SimpleConnectionPool": (("host", 99), ("port", 99)),
    "psycopg_pool.ConnectionPool": (("conninfo", 0),), "psycopg_pool.AsyncConnectionPool": (("conninfo", 0),),
    "asyncpg.connect": (("dsn", 0), ("host", 99), ("port", 99)),
    "asyncpg.create_pool": (("dsn", 0), ("host", 99), ("port", 99)),
    "sqlalchemy.create_engine": _URL, "sqlalchemy.ext.asyncio.create_async_engine": _URL,
    "sqlmodel.create_engine": _URL, "pymysql.connect": _HOST_PORT, "MySQLdb.connect": _HOST_PORT,
    "aiomysql.connect": _HOST_PORT, "aiomysql.create_pool": _NAMED,
    "asyncmy.connect": _NAMED, "asyncmy.create_pool": _NAMED,
    "pg8000.connect": _NAMED, "databases.Database": _URL, "peewee.PostgresqlDatabase": _NAMED,
    "peewee.MySQLDatabase": _NAMED, "playhouse.db_url.connect": _URL, "tortoise.Tortoise.init": (("db_url", 99),),
    "valkey.from_url": _URL, "valkey.Valkey": _HOST_PORT, "valkey.asyncio.from_url": _URL,
    "kombu.Connection": (("hostname", 0),), "faststream.kafka.KafkaBroker": (("bootstrap_servers", 0),),
    "faststream.rabbit.RabbitBroker": _URL, "arq.connections.RedisSettings": _HOST_PORT,
    "arq.connections.RedisSettings.from_dsn": (("dsn", 0),),
    "clickhouse_connect.get_client": _NAMED, "mysql.connector.connect": _HOST_PORT,
    "psycopg.Connection.connect": (("conninfo", 0), *_NAMED),
    "psycopg.AsyncConnection.connect": (("conninfo", 0), *_NAMED), "psycopg2.pool.ThreadedConnectionPool": _NAMED,
    "aiopg.create_pool": (("dsn", 0), *_NAMED), "aiopg.connect": (("dsn", 0), *_NAMED),
    "mysql.connector.pooling.MySQLConnectionPool": _NAMED, "mariadb.connect": _NAMED, "pymemcache.Client": _SERVER,
    "pymemcache.client.base.Client": _SERVER, "pymemcache.client.Client": _SERVER,
    "pymemcache.client.base.PooledClient": _SERVER, "pymemcache.PooledClient": _SERVER,
    "pymemcache.client.retrying.RetryingClient": _SERVER, "pymemcache.HashClient": _SERVERS,
    "pymemcache.client.hash.HashClient": _SERVERS, "pylibmc.Client": _SERVERS, "memcache.Client": _SERVERS,
    "bmemcached.Client": _SERVERS, "aiomcache.Client": _HOST_PORT, "emcache.MemcachedHostAddress": _HOST_PORT,
    "clickhouse_driver.Client": _HOST_PORT, "influxdb_client.InfluxDBClient": _URL,
    "influxdb.InfluxDBClient": _HOST_PORT, "meilisearch.Client": _URL, "redis.RedisCluster": _NAMED,
    "redis.cluster.RedisCluster": _NAMED, "dramatiq.brokers.redis.RedisBroker": (("url", 99), *_NAMED),
    "dramatiq.brokers.rabbitmq.RabbitmqBroker": (("url", 99), *_NAMED), "http.client.HTTPConnection": _HOST_PORT,
    "xmlrpc.client.ServerProxy": (("uri", 0),),
    "pymongo.MongoClient": _HOST_PORT, "motor.motor_asyncio.AsyncIOMotorClient": _HOST_PORT,
    "pymongo.AsyncMongoClient": _HOST_PORT,
    "kafka.KafkaProducer": (("bootstrap_servers", 99),), "kafka.KafkaConsumer": (("bootstrap_servers", 99),),
    "aiokafka.AIOKafkaProducer": (("bootstrap_servers", 99),),
    "aiokafka.AIOKafkaConsumer": (("bootstrap_servers", 99),),
    "confluent_kafka.Producer": (("bootstrap.servers", 0),), "confluent_kafka.Consumer": (("bootstrap.servers", 0),),
    "confluent_kafka.admin.AdminClient": (("bootstrap.servers", 0),),
    "pika.URLParameters": _URL, "pika.ConnectionParameters": _HOST_PORT, "aio_pika.connect_robust": _URL,
    "aio_pika.connect": _URL, "celery.Celery": (("broker", 99), ("backend", 99)),
    "elasticsearch.Elasticsearch": (("hosts", 0),), "elasticsearch.AsyncElasticsearch": (("hosts", 0),),
    "opensearchpy.OpenSearch": (("hosts", 0),),
    "qdrant_client.QdrantClient": (("url", 99), ("host", 99), ("port", 99)),
    "qdrant_client.AsyncQdrantClient": (("url", 99), ("host", 99), ("port", 99)),
    "chromadb.HttpClient": _HOST_PORT, "chromadb.AsyncHttpClient": _HOST_PORT, "nats.connect": (("servers", 0),),
    "neo4j.GraphDatabase.driver": (("uri", 0),), "neo4j.AsyncGraphDatabase.driver": (("uri", 0),),
    "minio.Minio": (("endpoint", 0),), "grpc.insecure_channel": (("target", 0),),
    "grpc.aio.insecure_channel": (("target", 0),), "openai.OpenAI": (("base_url", 99),),
    "openai.AsyncOpenAI": (("base_url", 99),), "ollama.Client": (("host", 0),), "ollama.AsyncClient": (("host", 0),),
    "boto3.client": (("endpoint_url", 99),), "boto3.resource": (("endpoint_url", 99),),
    "smtplib.SMTP": _HOST_PORT, "socket.create_connection": (("address", 0),), "hvac.Client": _URL,
    "consul.Consul": _HOST_PORT, "pymilvus.connections.connect": (("uri", 99), ("host", 99), ("port", 99)),
    "weaviate.connect_to_custom": (("http_host", 99), ("http_port", 99)), "rq.Queue": (("connection", 99),),
}  # fmt: skip
_KINDS = {
    "host": "host", "http_host": "host", "port": "port", "http_port": "port", "address": "address", "target": "address",
    "endpoint": "address", "bootstrap_servers": "address", "bootstrap.servers": "address", "server": "address",
    "username": "user", "passwd": "password", "db": "database", "dbname": "database", "NAME": "database",
    "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port",
    **{kind: kind for kind in ("user", "password", "database")},
}  # fmt: skip
_LOGIN = ("user", "username", "password", "passwd", "database", "db", "dbname")
_LOGGING_IN = re.compile(
    r"(?:psycopg2?|asyncpg|aiopg|pg8000|pymysql|MySQLdb|aiomysql|asyncmy|mariadb|mysql\.connector|peewee|pymongo|motor"
    r"|redis|valkey|aioredis|arq)\..*"
)
"""Drivers whose calls name user, password and database."""
_DATABASE_FIRST = re.compile(r"peewee\.\w+Database")
_CREDENTIALS = ("user", "password")
"""What pika's `PlainCredentials` takes, in order."""
_SETTINGS = {
    "DATABASES": "HOST", "CACHES": "LOCATION", "SQLALCHEMY_DATABASE_URI": "", "CELERY_BROKER_URL": "",
    "CELERY_RESULT_BACKEND": "",
}  # fmt: skip
_DJANGO = ("PORT", "USER", "PASSWORD", "NAME")
"""Settings by which a framework connects; with the entry of their dictionaries that says where to."""
_SESSION = re.compile(r"(?i).*(?:client|session|http|requests)_?")


def calls(source: Source) -> Iterator[ClientCall]:
    """Every call that opens a connection, once for each part of an address that it is given."""
    for node, spot in source.calls:
        for name, given in _addressed(source, node, spot):
            value = evaluate(source, given, spot.scope)
            if all(isinstance(p, Opaque) for p in value.parts):
                continue
            kind = _KINDS.get(name, "url")
            place, anchor = source.module.location(given), source.module.anchor(given)
            whole = source.module.location(node)
            yield ClientCall(source.qualified(node.func) or "", value, kind, spot, place, anchor, whole)
    yield from _settings(source)


def _addressed(source: Source, node: ast.Call, spot: Spot) -> Iterator[tuple[str, ast.expr]]:
    name = source.qualified(node.func) or ""
    shape = _CALLS.get(name)
    if shape is None:
        yield from _session(source, node)
        return
    for key, index in shape:
        given = node.args[index] if index < len(node.args) else _option(source, node, key, spot)
        if key == "bootstrap.servers":
            given = _from_dict(source, given, key, spot)
        if given is not None and not isinstance(given, ast.Starred):
            yield from _apart(source, key, given, spot)
    yield from _login(source, node, name, spot)


def _login(source: Source, node: ast.Call, name: str, spot: Spot) -> Iterator[tuple[str, ast.expr]]:
    """Who asks, and for what, as a driver's call says it beside the address."""
    for key in _LOGIN if _LOGGING_IN.fullmatch(name) else ():
        given = _option(source, node, key, spot)
        if given is not None:
            yield key, given
    if _DATABASE_FIRST.fullmatch(name) and node.args and not isinstance(node.args[0], ast.Starred):
        yield "database", node.args[0]
    made = _option(source, node, "credentials", spot) if name == "pika.ConnectionParameters" else None
    bound = source.single(made.id, spot.scope) if isinstance(made, ast.Name) else made
    if isinstance(bound, ast.Call) and (source.qualified(bound.func) or "").endswith("PlainCredentials"):
        yield from zip(_CREDENTIALS, bound.args, strict=False)


def _option(source: Source, node: ast.Call, key: str, spot: Spot) -> ast.expr | None:
    """What a call gives to a keyword, by itself or in a dict that it spreads."""
    spread = (k.value for k in node.keywords if k.arg is None)
    return keyword(node, key) or next((f for s in spread if (f := _from_dict(source, s, key, spot))), None)


def _apart(source: Source, key: str, given: ast.expr, spot: Spot) -> Iterator[tuple[str, ast.expr]]:
    """An address as a client takes it: in one, as a pair of host and port, or each of a list."""
    bound = source.single(given.id, spot.scope) if isinstance(given, ast.Name) else None
    told = bound if isinstance(bound, ast.Tuple | ast.List) else given
    if key not in {"server", "servers", "address"} or not isinstance(told, ast.Tuple | ast.List):
        yield key, given
    elif isinstance(told, ast.Tuple) and len(told.elts) == len(_HOST_PORT) and key != "servers":
        yield from zip(("host", "port"), told.elts, strict=True)
    else:
        for one in told.elts:
            yield from _apart(source, "server", one, spot)


def _settings(source: Source) -> Iterator[ClientCall]:
    """What Django, Flask-SQLAlchemy and Celery connect to by a setting: the framework makes the call."""
    for node, spot in source.of(ast.Assign):
        name = _assigned(node)
        if name in _SETTINGS:
            for kind, given in _told(node.value, _SETTINGS[name]):
                value = evaluate(source, given, spot.scope)
                if not all(isinstance(p, Opaque) for p in value.parts):
                    place, anchor = source.module.location(given), source.module.anchor(given)
                    whole = source.module.location(_holder(source, given))
                    yield ClientCall(name, value, kind, spot, place, anchor, whole)


def _assigned(node: ast.Assign) -> str | None:
    """The setting that a statement gives: `NAME = …`, `app.config["NAME"] = …`."""
    target = node.targets[0]
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        return str(target.slice.value) if (dotted(target.value) or "").endswith("config") else None
    return target.id if isinstance(target, ast.Name) else None


def _told(value: ast.expr, key: str) -> Iterator[tuple[str, ast.expr]]:
    """The parts of an address in a setting: itself, or entries of its dictionaries."""
    if not key:
        yield "url", value
    for node in ast.walk(value) if key else ():
        for name, given in zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ():
            said = name.value if isinstance(name, ast.Constant) else None
            if said == key or (said in _DJANGO and key == "HOST"):
                yield _KINDS.get(str(said), "url"), given


def _holder(source: Source, node: ast.expr) -> ast.expr:
    """The dictionary that a setting's entry stands in, else itself."""
    above = source.module.parent(node)
    return above if isinstance(above, ast.Dict) else node


def _from_dict(source: Source, node: ast.expr | None, key: str, spot: Spot) -> ast.expr | None:
    """What a configuration given as a dict, here or under a name, says for a key."""
    bound = source.single(node.id, spot.scope) if isinstance(node, ast.Name) else node
    if isinstance(node, ast.Attribute):
        found = source.bindings.get(source.owner(dotted(node) or "", spot.scope), [])
        bound = found[0].value if len(found) == 1 else None
    if not isinstance(bound, ast.Dict):
        return None
    pairs = zip(bound.keys, bound.values, strict=True)
    return next((v for k, v in pairs if isinstance(k, ast.Constant) and k.value == key), None)


def _session(source: Source, node: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """A request through a client or session under a name: `self.client.get(url)`."""
    if not isinstance(node.func, ast.Attribute):
        return
    owner = (dotted(node.func.value) or "").rpartition(".")[2].removesuffix("()")
    verb = node.func.attr
    if not _SESSION.fullmatch(owner) or verb not in _VERBS | {"request", "stream", "ws_connect", "websocket_connect"}:
        return
    index = 1 if verb in {"request", "stream"} else 0
    given = node.args[index] if index < len(node.args) else keyword(node, "url")
    if given is not None and not isinstance(given, ast.Starred) and source.module.number(given) is None:
        yield "url", given


def authority(value: Template) -> Template:
    """The parts of a URL up to the end of its host and port: what a path or query adds is left out."""
    parts: list[Text | Hole | Symbol | Opaque] = []
    for part in value.parts:
        if not isinstance(part, Text):
            parts.append(part)
            continue
        begin = part.value.find("://")
        start = begin + 3 if begin >= 0 else 0
        ends = [i for i in (part.value.find(mark, start) for mark in "/?#") if i >= 0]
        if ends:
            if min(ends):
                parts.append(part.slice(0, min(ends)))
            break
        parts.append(part)
    return Template(tuple(parts))


def literals(source: Source) -> Iterator[Literal]:
    """Every string that looks like a URL or host:port, documentation left out."""
    for node, spot in source.of(ast.Constant, ast.JoinedStr):
        text = _literal(source, node)
        if text is None or not _ADDRESS.fullmatch(text.value):
            continue
        place, anchor = source.module.location(node), source.module.anchor(node)
        yield Literal(text, _given_to(source, node, spot), spot, place, anchor)


def _literal(source: Source, node: ast.AST) -> Text | None:
    if isinstance(node, ast.JoinedStr):
        first = next(iter(source.module.joined(node)), None)
        return first if isinstance(first, Text) and _WHOLE_HOST.match(first.value) else None
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or ":" not in node.value:
        return None
    if isinstance(source.module.parent(node), ast.Expr | ast.JoinedStr):
        return None
    return source.module.string(node) if _ADDRESS.fullmatch(node.value) else None


def _given_to(source: Source, node: ast.AST, spot: Spot) -> str | None:
    """The name that a string is given to: an assigned name, a parameter, else a keyword."""
    below: ast.AST = node
    above = source.module.parent(node)
    while above is not None and not isinstance(above, ast.stmt):
        if isinstance(above, ast.keyword) and above.arg not in {"default", None}:
            return above.arg
        if isinstance(above, ast.arguments):
            return _parameter(above, below)
        below, above = above, source.module.parent(above)
    if isinstance(above, ast.Assign) and below is above.value:
        name = dotted(above.targets[0])
        return None if name is None else source.owner(name, spot.scope)
    if isinstance(above, ast.AnnAssign) and isinstance(above.target, ast.Name) and below is above.value:
        return source.owner(above.target.id, spot.scope)
    return None


def _parameter(spec: ast.arguments, default: ast.AST) -> str | None:
    positional = [*spec.posonlyargs, *spec.args]
    if default in spec.defaults:
        return positional[len(positional) - len(spec.defaults) + spec.defaults.index(default)].arg
    pairs = zip(spec.kwonlyargs, spec.kw_defaults, strict=True)
    return next((a.arg for a, d in pairs if d is default), None)
