"""What a Python file's routes look at, and the clients that it keeps under names of the module."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from stackfix.formats.python import dotted, read
from stackfix.graph.python_scope import Function, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Anchor, Location
    from stackfix.text import Text

_ROUTES = re.compile(r"(?i)@\w+(?:\.\w+)*\(\s*[rf]?['\"][^'\"]*(?:health|ready|live|ping|status|alive|heartbeat)")
_CLIENTS = re.compile(r"\b(?:create_engine|create_async_engine|redis|confluent_kafka|pymongo|motor)\b")
# What says nothing of anything outside the process.
_STILL = re.compile(
    r"(?:datetime|time|os|platform|socket|sys|uuid|json)(?:\.\w+(?:\(\))?)*|dict|str|int|round|print"
    r"|(?:\w+\.)?(?:JSONResponse|jsonify|Response|PlainTextResponse|make_response|HttpResponse|JsonResponse)"
    r"|(?:\w+\.)*(?:logger|log|logging)\.\w+|(?:\w+\.)*(?:isoformat|utcnow|now|get|strftime)"
)


class Needs(Enum):
    """What kind of thing a client reaches."""

    DATABASE = "database"
    REDIS = "redis"
    KAFKA = "kafka"
    MONGODB = "mongodb"
    RABBITMQ = "rabbitmq"

    @property
    def title(self) -> str:
        """What it is called among people."""
        return _TITLES[self]


_TITLES = {
    Needs.DATABASE: "its database", Needs.REDIS: "Redis", Needs.KAFKA: "Kafka", Needs.MONGODB: "MongoDB",
    Needs.RABBITMQ: "RabbitMQ",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Handler:
    """A function that answers a route. `route` is its decorator's place, `still` whether it looks at nothing."""

    name: str
    route: Location
    anchor: Anchor
    still: bool


@dataclass(frozen=True, slots=True)
class Client:
    """A client under a name of the module."""

    name: str
    needs: Needs
    asynchronous: bool
    location: Location


_REDIS = ("Redis", "StrictRedis", "from_url", "Redis.from_url", "StrictRedis.from_url")
_MADE = {
    "sqlalchemy.create_engine": (Needs.DATABASE, False), "sqlmodel.create_engine": (Needs.DATABASE, False),
    "sqlalchemy.ext.asyncio.create_async_engine": (Needs.DATABASE, True),
    **{f"redis.{name}": (Needs.REDIS, False) for name in _REDIS},
    **{f"redis.asyncio.{name}": (Needs.REDIS, True) for name in _REDIS},
    "confluent_kafka.Producer": (Needs.KAFKA, False), "confluent_kafka.Consumer": (Needs.KAFKA, False),
    "confluent_kafka.admin.AdminClient": (Needs.KAFKA, False),
    "pymongo.MongoClient": (Needs.MONGODB, False), "pymongo.mongo_client.MongoClient": (Needs.MONGODB, False),
    "pymongo.AsyncMongoClient": (Needs.MONGODB, True), "motor.motor_asyncio.AsyncIOMotorClient": (Needs.MONGODB, True),
}  # fmt: skip


def handlers(text: Text) -> tuple[Handler, ...]:
    """The functions that answer routes named after health. Unreadable where it is no Python."""
    return tuple(_handlers(Source(read(text)))) if _ROUTES.search(text.value) else ()


def clients(text: Text) -> tuple[Client, ...]:
    """The clients that the module makes at its top. Unreadable where it is no Python."""
    return tuple(_clients(Source(read(text)))) if _CLIENTS.search(text.value) else ()


def _handlers(source: Source) -> Iterator[Handler]:
    for name, node in source.functions.items():
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute):
                place = source.module.location(decorator)
                yield Handler(name, place, source.module.anchor(node), _still(node))


def _still(node: Function) -> bool:
    """Whether a function answers the same whatever happens outside the process."""
    spec = node.args
    given = [a.arg for a in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)]
    if any(a not in {"request", "response", "req", "_"} for a in given) or spec.vararg or spec.kwarg:
        return False
    inner = [n for statement in node.body for n in ast.walk(statement)]
    if any(isinstance(n, ast.Await | ast.AsyncWith | ast.With | ast.AsyncFor | ast.For | ast.While) for n in inner):
        return False
    called = [dotted(n.func) for n in inner if isinstance(n, ast.Call)]
    return all(name is not None and _STILL.fullmatch(name) for name in called)


def _is_file(call: ast.expr | None) -> bool:
    """Whether what is opened lies in the application's own file: nothing that could be away."""
    first = call.args[0] if isinstance(call, ast.Call) and call.args else None
    return isinstance(first, ast.Constant) and str(first.value).startswith("sqlite")


def _clients(source: Source) -> Iterator[Client]:
    for node in source.module.tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        made = _MADE.get(source.qualified(value.func) or "") if isinstance(value, ast.Call) else None
        if made is not None and isinstance(target, ast.Name) and len(source.bindings.get(target.id, ())) == 1:
            if _is_file(value):
                continue
            yield Client(target.id, *made, source.module.location(node))
