"""Connections that a workload's own source is seen to open, filled in with what the process sees.

Parts that nobody can know (a password, a path) don't hide the others: host and port count. May import the graph's
nouns, sources and what programs come to.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from stackfix.graph import address, kinship, loaded_env, logins, next_server, node_sources, sources, spring_calls
from stackfix.graph.python_facts import UNSEEN_FILE
from stackfix.graph.value import Opaque, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.findings import Anchor, Location
    from stackfix.graph.application import Program, ProgramCall
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Address, Workload
    from stackfix.graph.node_facts import NodeCall
    from stackfix.graph.spring_calls import Call
    from stackfix.graph.started import Process
    from stackfix.graph.value import Environment, Use

_ENGINES = (
    ("redis", re.compile(r"redis|^rq\."), 6379),
    ("postgres", re.compile(r"psycopg|asyncpg|aiopg|pg8000|Postgres|^pg\.|^postgres$"), 5432),
    ("mysql", re.compile(r"(?i)mysql|^mariadb|asyncmy"), 3306),
    ("mongodb", re.compile(r"mongo|^motor"), 27017),
    ("amqp", re.compile(r"^(?:aio_)?pika|amqp"), 5672),
    ("memcached", re.compile(r"memcache|aiomcache|pylibmc|emcache"), 11211),
)
"""The engine that a client library speaks to, and the port that it takes where none is given."""
_PORT_ENDS = re.compile(r"://[^/\s]*:\d+$")


@dataclass(frozen=True, slots=True)
class Opened:
    """One connection. `uses` are the variables that its address went through; `engine` what it speaks, if one is known.

    `port` is the one that is asked, the client's own where none is written. `entry` is the file that was started,
    `dotenv` whether the source itself looks into a `.env` file. `certain`: the program comes to it whenever it starts.
    Not `imported`: its file is imported by no code that is seen to run. `login` is what stands beside the address in a
    program's settings; `fixed` are variables that can't be set to one address, since other parts are given already.
    Not `sure`: its code is seen to ask such addresses, not this one.
    """

    workload: Workload
    address: Address
    port: int | None
    engine: str | None
    uses: tuple[Use, ...]
    location: Location
    anchor: Anchor
    entry: str
    dotenv: bool
    certain: bool = True
    imported: bool = True
    login: Mapping[str, Text] = field(default_factory=dict)
    fixed: frozenset[str] = frozenset()
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Calling:
    """What one program of a workload calls, and the environment that it sees, its own `.env` file counted in.

    `paths` are all files that may be its own, `imported` those that code imports that is seen to run.
    """

    calls: tuple[ProgramCall | NodeCall, ...]
    seen: Environment
    entry: str
    paths: tuple[str, ...]
    dotenv: bool
    imported: frozenset[str]


def programs(graph: Graph, workload: Workload) -> Iterator[Calling]:
    """Every Python or Node program of a workload."""
    found = (_program(graph, workload, process) for process in _processes(graph, workload))
    return (one for one in found if one is not None)


def opened(graph: Graph, workload: Workload) -> Iterator[Opened]:
    """Every connection whose host is known, in the order of the source; Kafka's clients are left out."""
    for process in _processes(graph, workload):
        one = _program(graph, workload, process)
        if one is None:
            yield from _of_next(graph, workload, process)
        else:
            for found in _of(workload, one.calls, one.seen, one.entry, dotenv=one.dotenv):
                yield replace(found, imported=found.location.path in one.imported)
    yield from (_of_spring(one) for one in graph.spring(workload) if one.uses and one.engine != "kafka")


def _of_spring(one: Call) -> Opened:
    """A connection by the settings of a Spring program."""
    names = (one.variable,) if one.variable is not None and not one.settable else ()
    return Opened(
        one.workload, one.address, one.port, one.engine, one.uses, one.location, one.anchor, one.entry, dotenv=False,
        login=one.login, fixed=frozenset(names), sure=one.sure,
    )  # fmt: skip


def _processes(graph: Graph, workload: Workload) -> tuple[Process, ...]:
    begun = graph.started(workload)
    return begun.processes if begun is not None else ()


def _program(graph: Graph, workload: Workload, process: Process) -> Calling | None:
    program = graph.program_of(workload, process)
    if program is not None:
        seen = _seen(graph, workload, process, program)
        dotenv = program.dotenv or any(r.env_file for r in program.env_reads)
        return Calling(program.calls, seen, program.entry, program.paths, dotenv, program.imported)
    node = node_sources.program(graph, workload, process)
    if node is None:
        return None
    seen = node_sources.environment_of(sources.files(graph, workload), node, process)
    return Calling(node.calls, seen, node.entry, node.paths, node.dotenv, frozenset(node.paths))


def _of_next(graph: Graph, workload: Workload, process: Process) -> Iterator[Opened]:
    """What Next's server opens. What a file gives that it loads itself, and its build, are left unknown."""
    inside = next_server.folder(graph, workload, process)
    if inside is None:
        return
    seen = process.environment
    if next_server.loads(graph.library, inside):
        seen = replace(seen, complete=False)
    for one in next_server.calls(graph.library, inside):
        for found in _of(workload, (one.call,), seen, one.path, dotenv=False):
            if found.uses and (one.sure or all(use.variable is not None for use in found.uses)):
                yield found


def _seen(graph: Graph, workload: Workload, process: Process, program: Program) -> Environment:
    """What a Python process sees; not complete where a `.env` file that it looks for may be in the container."""
    found = loaded_env.seen(graph, workload, process, program)
    names = {r.env_file for r in program.env_reads if r.env_file is not None} | ({".env"} if program.dotenv else set())
    if not names:
        return found
    if UNSEEN_FILE in names:
        return replace(found, complete=False)
    files = sources.files(graph, workload)
    entry = process.entry.path if process.entry is not None else None
    folders = {process.folder, posixpath.dirname(entry) if entry else None} - {None}
    places = [posixpath.join(folder or "/", name) for folder in folders for name in names]
    absent = bool(places) and all(isinstance(files.lookup(p), str) or files.lacks(p) for p in places)
    return found if absent else replace(found, complete=False)


def _of(
    workload: Workload, calls: tuple[ProgramCall | NodeCall, ...], seen: Environment, entry: str, *, dotenv: bool
) -> Iterator[Opened]:
    together: dict[Location, list[ProgramCall | NodeCall]] = {}
    for call in calls:
        if not call.fallback and "kafka" not in call.callee.lower() and call.kind not in logins.PARTS:
            together.setdefault(call.whole, []).append(call)
    for parts in together.values():
        yield from _joined(workload, parts, seen, entry, dotenv=dotenv)


def _joined(
    workload: Workload, parts: list[ProgramCall | NodeCall], seen: Environment, entry: str, *, dotenv: bool
) -> Iterator[Opened]:
    """The connections of one call: its URLs, and its host with its port."""
    ports = [_filled(part.value, seen) for part in parts if part.kind == "port"]
    for part in parts:
        if part.kind == "port":
            continue
        text, uses = _filled(part.value, seen)
        found = address.url(text) or (address.pair(text) if part.kind != "host" else None)
        if found is None and part.kind == "host":
            found, uses = _with_port(address.bare(text), uses, ports)
        if found is not None:
            engine, usual = _spoken(part.callee, found)
            port = found.default_port if found.port is not None or engine else None
            stated = bool(ports) and found.port is None
            port = None if port is None and stated else port or usual
            certain = part.runs is True
            yield Opened(workload, found, port, engine, uses, part.location, part.anchor, entry, dotenv, certain)


def _with_port(
    found: Address | None, uses: tuple[Use, ...], ports: list[tuple[Text, tuple[Use, ...]]]
) -> tuple[Address | None, tuple[Use, ...]]:
    if found is None or len(ports) != 1 or not ports[0][0].value.isdecimal():
        return found, uses
    text, more = ports[0]
    return address.with_port(found, text), (*uses, *more)


def _spoken(callee: str, found: Address) -> tuple[str | None, int | None]:
    engine = kinship.protocol(found.scheme)
    if engine is not None:
        return engine, None
    return of_client(callee)


def of_client(callee: str) -> tuple[str | None, int | None]:
    """The engine that a client library speaks to, and the port that it takes where none is given."""
    return next(((name, port) for name, mark, port in _ENGINES if mark.search(callee)), (None, None))


def _filled(template: Template, seen: Environment) -> tuple[Text, tuple[Use, ...]]:
    """The text, with a stand-in for each part that can't be known; no stand-in passes for a host or a port."""
    texts: list[Text] = []
    uses: list[Use] = []
    for part in template.parts:
        value = Template((part,)).fill(seen)
        if value is None:
            so_far = "".join(text.value for text in texts)
            texts.append(Text.unwritten("/x" if _PORT_ENDS.search(so_far) else "x"))
        else:
            texts.append(value.text)
            uses.extend(value.uses)
    if (
        template.parts
        and isinstance(template.parts[0], Opaque)
        and any(text.value.find("://") > 0 for text in texts[1:])
    ):
        # One of several values that a name is given, each with a scheme of its own: which, nobody can tell.
        return Text.unwritten("x"), ()
    return Text.join(texts), tuple(uses)


def without(graph: Graph, workload: Workload, port: int) -> bool:
    """Whether no process of a workload can be what answers on a port: all of them are seen, and none binds it."""
    listening = graph.settled(workload)
    if listening.known:
        return port not in listening.ports
    begun = graph.started(workload)
    if begun is None or not begun.known or not begun.processes:
        return False
    return all(_binds_other(graph, workload, process, port) for process in begun.processes)


def _binds_other(graph: Graph, workload: Workload, process: Process, port: int) -> bool:
    program = graph.program_of(workload, process)
    found = program if program is not None else node_sources.program(graph, workload, process)
    if found is None:
        return spring_calls.binds_other(graph, workload, process, port)
    if found.unread:
        return False
    for listen in found.listens:
        value = listen.port.fill(process.environment) if listen.port is not None else None
        if value is None or value.text.value == str(port):
            return False
    return True
