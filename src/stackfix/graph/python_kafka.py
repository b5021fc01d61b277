"""Confluent's Kafka clients in a Python file: where they are made, what their configuration says, what starts them."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.formats.python import dotted, read
from stackfix.graph.python_scope import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Anchor, Location
    from stackfix.graph.python_facts import Spot
    from stackfix.text import Text

_CLIENTS = {
    "confluent_kafka.Consumer": True,
    "confluent_kafka.Producer": False,
    "confluent_kafka.admin.AdminClient": False,
    "confluent_kafka.DeserializingConsumer": True,
    "confluent_kafka.SerializingProducer": False,
}
_BEGIN = re.compile(r"(?:^|\.)(?:on_event|on_startup|before_serving|before_server_start|asynccontextmanager|lifespan)$")
_APPLICATIONS = frozenset({"FastAPI", "Starlette", "Quart", "Sanic", "Litestar"})
_SPAWN = frozenset({"create_task", "ensure_future", "start_soon", "run_coroutine_threadsafe"})
_THROUGH = frozenset({"asyncio.to_thread", "anyio.to_thread.run_sync", "functools.partial"})
_RUN = frozenset({"asyncio.run", "anyio.run", "trio.run", "uvloop.run"})


@dataclass(frozen=True, slots=True)
class ClientMade:
    """One client. `keys` are what its configuration says, `function` what makes it; `name` what is made.

    `location` is the key that names the brokers, or the whole configuration; `made` the call. `apart`: it is made in a
    thread, which holds up nobody but who awaits it.
    """

    name: str
    consumes: bool
    keys: frozenset[str]
    function: str
    location: Location
    made: Location
    anchor: Anchor
    apart: bool = False


@dataclass(frozen=True, slots=True)
class KafkaPython:
    """`begins` are functions that a start runs itself, `called` what each function calls, both by their last names.

    `spawned` are those among the calls that are given to a task, which nobody waits for.

    `serves`: an asynchronous application is made here that answers requests.
    """

    clients: tuple[ClientMade, ...] = ()
    begins: frozenset[str] = frozenset()
    called: tuple[tuple[str, frozenset[str]], ...] = ()
    serves: bool = False
    spawned: frozenset[tuple[str, str]] = frozenset()


def telling(data: bytes) -> bool:
    """Whether a file may take part in a start that makes such a client."""
    return b"confluent_kafka" in data or b"async def" in data or b"asyncio.run" in data


def kafka_python(text: Text) -> KafkaPython:
    """What one file says. Unreadable where it is no Python."""
    source = Source(read(text))
    calls: dict[str, set[str]] = {}
    begins = {_last(name) for name, node in source.functions.items() if _begins(source, node)}
    serves = False
    spawned: set[tuple[str, str]] = set()
    for node, spot in source.calls:
        name = source.qualified(node.func) or dotted(node.func) or ""
        calls.setdefault(_last(spot.function or ""), set()).add(_last(name))
        above = source.module.parent(node)
        if isinstance(above, ast.Call) and _last(dotted(above.func) or "") in _SPAWN:
            spawned.add((_last(spot.function or ""), _last(name)))
        if name in _RUN and node.args and isinstance(node.args[0], ast.Call):
            begins.add(_last(dotted(node.args[0].func) or ""))
        serves = serves or _last(name) in _APPLICATIONS or name == "aiohttp.web.Application"
        begins |= {n for k in node.keywords if k.arg in {"lifespan", "on_startup"} for n in _named(k.value)}
    for name in source.classes:
        # Making an object runs its `__init__`.
        calls.setdefault(_last(name), set()).add(f"{_last(name)}.__init__")
    return KafkaPython(
        clients=tuple(_clients(source)),
        begins=frozenset(begins - {""}),
        called=tuple((name, frozenset(found)) for name, found in calls.items()),
        serves=serves,
        spawned=frozenset(spawned),
    )


def _last(name: str) -> str:
    return name.rpartition(".")[2].removesuffix("()")


def _named(node: ast.expr) -> set[str]:
    inner = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
    return {_last(dotted(n) or "") for n in inner}


def _begins(source: Source, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if not _BEGIN.search(source.qualified(called) or dotted(called) or ""):
            continue
        words = [a.value for a in getattr(decorator, "args", []) if isinstance(a, ast.Constant)]
        if "shutdown" not in words:
            return True
    return False


def _clients(source: Source) -> Iterator[ClientMade]:
    for node, spot in source.calls:
        name, arguments = _made(source, node)
        if name not in _CLIENTS or len(arguments) != 1 or node.keywords:
            continue
        given = _configuration(source, arguments[0], spot)
        if given is None:
            continue
        keys = [k.value if isinstance(k, ast.Constant) else None for k in given.keys]
        if None in keys or "bootstrap.servers" not in keys:
            continue
        servers = given.keys[keys.index("bootstrap.servers")]
        assert servers is not None
        function = spot.function or ""
        yield ClientMade(
            _last(name),
            _CLIENTS[name],
            frozenset(map(str, keys)) | _set_later(source),
            f"{_last(function.rpartition('.')[0])}.__init__" if _last(function) == "__init__" else _last(function),
            source.module.location(servers),
            source.module.location(node),
            source.module.anchor(given),
            apart=arguments is not node.args,
        )


def _made(source: Source, node: ast.Call) -> tuple[str, list[ast.expr]]:
    """What a call makes and of what: itself, or through a thread (`asyncio.to_thread(Consumer, conf)`)."""
    name = source.qualified(node.func) or ""
    last = _last(dotted(node.func) or "")
    at = 0 if name in _THROUGH else 1 if last == "run_in_executor" else None
    if at is None or len(node.args) <= at:
        return name, node.args
    return source.qualified(node.args[at]) or "", node.args[at + 1 :]


def _configuration(source: Source, node: ast.expr, spot: Spot) -> ast.Dict | None:
    """The dict that is given, here or under a name that nothing else is put under."""
    bound: ast.expr | None = node
    if isinstance(node, ast.Name):
        bound = source.single(node.id, spot.scope)
    elif isinstance(node, ast.Attribute):
        found = source.bindings.get(source.owner(dotted(node) or "", spot.scope), [])
        bound = found[0].value if len(found) == 1 else None
    return bound if isinstance(bound, ast.Dict) else None


def _set_later(source: Source) -> frozenset[str]:
    """Keys that the file gives to whatever: `conf["socket.timeout.ms"] = …`, a dict that is merged in."""
    found = set()
    for node, _ in source.of(ast.Subscript, ast.Call):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            found.add(str(node.slice.value))
        elif isinstance(node, ast.Call) and _last(dotted(node.func) or "") == "update":
            for given in node.args:
                keys = given.keys if isinstance(given, ast.Dict) else [None]
                found |= {str(k.value) if isinstance(k, ast.Constant) else "*" for k in keys}
    return frozenset(found)
