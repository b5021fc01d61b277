"""Applications whose health routes look at nothing that they need."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.graph.health_names import speaks_of_health
from stackfix.graph.python_health import Client, Handler, Needs, clients, handlers
from stackfix.graph.python_names import resolve_module

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.graph.application import Program
    from stackfix.graph.link import Graph
    from stackfix.graph.python_names import Names
    from stackfix.graph.python_routing import ServedRoute
    from stackfix.graph.starting import Start

_MAIN = re.compile(r"(?i)(?:^|[/_.-])(?:health|healthz|healthcheck|health-check|health_check)/?$")
_STORES = re.compile(
    r"asyncpg\.\w+|psycopg2?\.(?:pool\.)?\w+|pymysql\.connect|mysql\.connector\.connect|pymongo\.\w+"
    r"|motor\.motor_asyncio\.\w+|(?:aio)?kafka\.\w+|confluent_kafka\.\w+|aio_pika\.\w+|pika\.\w+"
    r"|(?:sqlalchemy|sqlmodel)(?:\.ext\.asyncio)?\.create_(?:async_)?engine|redis\.(?:asyncio\.)?\w+"
)
_BY_LIBRARY = {
    "pymongo": Needs.MONGODB, "motor": Needs.MONGODB, "kafka": Needs.KAFKA, "aiokafka": Needs.KAFKA,
    "confluent_kafka": Needs.KAFKA, "aio_pika": Needs.RABBITMQ, "pika": Needs.RABBITMQ, "redis": Needs.REDIS,
}  # fmt: skip
"""What a library reaches that isn't a SQL database's."""


@dataclass(frozen=True, slots=True)
class Needed:
    """A client that an application needs. `module` is what another module imports it from, "" in its own."""

    client: Client
    module: str


@dataclass(frozen=True, slots=True)
class Shallow:
    """A health route that looks at nothing. `needed` are the clients that it could ask; `calls` those seen at all."""

    start: Start
    route: ServedRoute
    handler: Handler
    framework: str
    needed: tuple[Needed, ...]
    calls: tuple[tuple[str, Location], ...]

    @property
    def needs(self) -> tuple[Needs, ...]:
        """All that the application needs, once each."""
        seen = (_BY_LIBRARY.get(callee.partition(".")[0], Needs.DATABASE) for callee, _ in self.calls)
        return tuple(dict.fromkeys((*(n.client.needs for n in self.needed), *seen)))


def shallow(graph: Graph) -> Iterator[Shallow]:
    """Every application that needs a store or a broker, whose health routes look at none."""
    for start in graph.starts:
        found = _of(start)
        if found is not None:
            yield found


def _of(start: Start) -> Shallow | None:
    program = start.program
    if program.app is None:
        return None
    asked = [r for r in program.routes if not r.websocket and speaks_of_health(r.path)]
    answering = [(r, h) for r in asked if (h := _handler(program, r)) is not None]
    main = next(((r, h) for r, h in answering if _MAIN.search(r.path)), None)
    if main is None or len(answering) != len(asked) or not all(h.still for _, h in answering):
        return None
    reached = [c for c in program.calls if c.path in program.imported]
    calls = tuple((c.callee, c.location) for c in reached if _STORES.fullmatch(c.callee))
    needed = tuple(_needed(program, main[0].location.path))
    known = program.names.facts(program.app[0])
    framework = next((o.framework for o in known.objects if o.name == program.app[1]), "") if known is not None else ""
    return Shallow(start, *main, framework, needed, calls) if needed or calls else None


def _handler(program: Program, route: ServedRoute) -> Handler | None:
    found = program.names.library.get(route.location.path, handlers) or ()
    return next((h for h in found if h.route == route.location), None)


def _needed(program: Program, asking: str) -> Iterator[Needed]:
    """The clients that the module of the route can import without importing itself."""
    seen: set[object] = set()
    for path in (p for p in program.paths if p in program.imported):
        for client in program.names.library.get(path, clients) or ():
            module = "" if path == asking else _importable(program, path, asking)
            if module is not None and client.needs not in seen:
                seen.add(client.needs)
                name = _known_as(program.names, asking, path, client) if module else None
                yield Needed(client, module) if name is None else Needed(replace(client, name=name), "")


def _known_as(names: Names, asking: str, path: str, client: Client) -> str | None:
    """What a module calls a client that it imports already, by whatever spelling of the import."""
    known = names.facts(asking)
    for found in known.imports if known is not None else ():
        plain = found.spot.function is None and not found.spot.conditional
        if plain and found.name == client.name and names.module(asking, found) == path:
            return found.alias
    return None


def _imported(names: Names, path: str) -> set[str]:
    """Every file that importing one runs."""
    met, waiting = {path}, [path]
    while waiting:
        here = waiting.pop()
        known = names.facts(here)
        new = {t for i in (known.imports if known is not None else ()) for t in names.imported(here, i)} - met
        met |= new
        waiting.extend(new)
    return met


def _importable(program: Program, path: str, asking: str) -> str | None:
    """What a module is imported by, where that doesn't lead back to who asks: as others have it, else by the roots."""
    names = program.names
    if asking in _imported(names, path):
        return None
    for other in program.paths:
        known = names.facts(other)
        for found in known.imports if known is not None else ():
            if not found.level and names.module(other, found) == path:
                return found.module
    for root in names.roots:
        prefix = f"{root}/" if root else ""
        if path.startswith(prefix):
            dotted = path[len(prefix) :].removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            if resolve_module(names.library, names.roots, dotted) == path:
                return dotted
    return None
