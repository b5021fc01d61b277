"""What it takes to let a connection speak to the engine that runs: scheme, driver and port as its library writes them.

Sources: SQLAlchemy "Engine Configuration", django-environ and dj-database-url READMEs, Prisma "Connection URLs",
the JDBC drivers' pages.

May import the graph's nouns, connections, drivers and engines.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import Location, located
from stackfix.graph import connections, drivers, engines, meeting, references
from stackfix.graph.connections import Form
from stackfix.graph.value import Hole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.application import Program
    from stackfix.graph.connections import Connection
    from stackfix.graph.link import Graph
    from stackfix.text import Text

_ENGINES = frozenset({"postgres", "mysql"})
"""The engines between which a program can change by its configuration alone."""


@dataclass(frozen=True, slots=True)
class Switch:
    """The texts to set, None where a person must do more. `sure`: the driver is there. `why`: what stands against it.

    `says` is what the engine is called then.
    """

    changes: tuple[tuple[Text, str], ...] | None
    says: str
    sure: bool = False
    why: str = ""
    evidence: tuple[Location, ...] = ()


@dataclass(frozen=True, slots=True)
class _Way:
    """A driver: the packages that bring it, how the engine is written with it, what to add where it is missing."""

    packages: tuple[str, ...]
    written: str
    requirement: str = ""


_SYNC = {
    "mysql": (
        _Way(("pymysql",), "mysql+pymysql", "PyMySQL[rsa]>=1.1"),
        _Way(("mysqlclient",), "mysql+mysqldb"),
        _Way(("mysql-connector-python",), "mysql+mysqlconnector"),
    ),
    "postgres": (
        _Way(("psycopg2-binary", "psycopg2"), "postgresql+psycopg2", "psycopg2-binary>=2.9"),
        _Way(("psycopg", "psycopg-binary"), "postgresql+psycopg"),
        _Way(("pg8000",), "postgresql+pg8000"),
    ),
}
_ASYNC = {
    "mysql": (
        _Way(("aiomysql",), "mysql+aiomysql", "aiomysql[rsa]>=0.2"),
        _Way(("asyncmy",), "mysql+asyncmy"),
    ),
    "postgres": (
        _Way(("asyncpg",), "postgresql+asyncpg", "asyncpg>=0.29"),
        _Way(("psycopg", "psycopg-binary"), "postgresql+psycopg"),
    ),
}
_DJANGO = {
    "mysql": (_Way(("mysqlclient", "pymysql"), "mysql"),),
    "postgres": (
        _Way(("psycopg2-binary", "psycopg2", "psycopg", "psycopg-binary"), "postgres", "psycopg2-binary>=2.9"),
    ),
}
_JAVA = {
    "mysql": (
        _Way(("mysql-connector-j", "mysql-connector-java", "jdbc-mysql"), "mysql"),
        _Way(("mariadb-java-client", "jdbc-mariadb"), "mariadb"),
    ),
    "postgres": (_Way(("org-postgresql", "<artifactid>postgresql</artifactid>", "jdbc-postgresql"), "postgresql"),),
}
_NODE = {"mysql": (_Way(("mysql2", "mysql"), "mysql"),), "postgres": (_Way(("pg",), "postgres"),)}
_ASYNC_DRIVERS = frozenset({"asyncpg", "aiomysql", "asyncmy", "aiopg", "psycopg_async"})
_TOOLKITS = ("sqlalchemy", "sqlmodel", "flask-sqlalchemy", "databases")
_DJANGO_URLS = ("django-environ", "dj-database-url", "dj-database-url2", "django-database-url", "environs")
_OLD = ("psycopg2-binary", "psycopg2", "psycopg", "asyncpg", "pymysql", "mysqlclient", "aiomysql", "asyncmy")
_BOUND_TO = re.compile(
    r"(?:sqlalchemy\.dialects\.(?P<dialect>postgresql|mysql)|django\.contrib\.(?P<contrib>postgres)"
    r"|(?P<driver>psycopg2|psycopg|asyncpg|aiopg|pymysql|MySQLdb|aiomysql|asyncmy))(?:\.|$)"
)
_CLASSES = {
    "mysql": "com.mysql.cj.jdbc.Driver",
    "mariadb": "org.mariadb.jdbc.Driver",
    "postgresql": "org.postgresql.Driver",
}


def switch(graph: Graph, connection: Connection) -> Switch:
    """How a connection comes to speak to the engine that runs."""
    title = connection.title
    if not {connection.speaks, connection.runs} <= _ENGINES or connection.said is None or connection.said.place is None:
        return Switch(None, title, why="the program must be written for it")
    if (bound := _bound(graph, connection)) is not None:
        why = f"the source uses what only {engines.TITLES[connection.speaks or '']} has"
        return Switch(None, title, why=why, evidence=(bound,))
    found = drivers.installed(graph, connection.reference.workload) if connection.reference.workload else None
    if found is None:
        return Switch(None, title)
    if connection.form is Form.SPLIT:
        return _by_word(graph, connection, found)
    if connection.form is Form.JDBC:
        return _java(graph, connection, found)
    if connection.query is not None and connection.query.value != "?schema=public":
        return Switch(None, title, why="its parameters are the driver's own")
    if found.find("prisma", "@prisma/client") is not None:
        return _prisma(graph, connection)
    return _python(graph, connection, found)


# --- Python ----------------------------------------------------------------------------------------------------------


def _python(graph: Graph, connection: Connection, found: drivers.Installed) -> Switch:
    assert connection.said is not None
    driver = connection.said.value.partition("+")[2]
    toolkit = found.find(*_TOOLKITS)
    title = connection.title
    if not driver and toolkit is None and found.find(*_DJANGO_URLS) is not None:
        return _switched(graph, connection, found, _DJANGO[connection.runs])
    if toolkit is None and not driver:
        drivers_of = {e: [name for way in _NODE[e] for name in way.packages] for e in _NODE}
        there = [e for e, names in drivers_of.items() if any(listed.name in names for listed in found.node)]
        if there == [connection.runs]:
            return _switched(graph, connection, found, _NODE[connection.runs])
        return Switch(None, title, why="which library reads it is not seen")
    opened = {c.callee.rpartition(".")[2] for p in _programs(graph, connection) for c in p.calls}
    waits = driver in _ASYNC_DRIVERS or (driver == "psycopg" and "create_async_engine" in opened)
    waits = waits or _is_given_as_it_is(graph, connection)
    if not waits and "create_async_engine" in opened and "create_engine" not in opened:
        return Switch(None, title, why="the source changes it before it is used")
    ways = (_ASYNC if waits else _SYNC)[connection.runs]
    made = _switched(graph, connection, found, ways)
    if not driver and made.changes and made.says == "postgresql+psycopg2":
        # Without a driver SQLAlchemy means psycopg2: written as before.
        changes = tuple((t, "postgresql" if new == made.says else new) for t, new in made.changes)
        return Switch(changes, "postgresql", made.sure, made.why, made.evidence)
    return made


def _is_given_as_it_is(graph: Graph, connection: Connection) -> bool:
    """Whether an asynchronous engine is made of the variable's own value."""
    for program in _programs(graph, connection):
        for call in program.calls:
            only = call.value.parts[0] if len(call.value.parts) == 1 else None
            named = isinstance(only, Hole) and only.name == connection.reference.variable
            if named and call.callee.endswith(".create_async_engine"):
                return True
    return False


def _programs(graph: Graph, connection: Connection) -> tuple[Program, ...]:
    return graph.programs(connection.reference.workload) if connection.reference.workload is not None else ()


def _bound(graph: Graph, connection: Connection) -> Location | None:
    """Where the source uses what only the engine has that the connection is written for."""
    for program in _programs(graph, connection):
        for path in program.paths:
            known = program.names.facts(path)
            for imported in known.imports if known is not None else ():
                whole = f"{imported.module}.{imported.name or ''}"
                match = _BOUND_TO.match(whole)
                if match is not None and _engine(match.group(match.lastgroup or 0)) == connection.speaks:
                    return Location(imported.location.path, imported.location.span, "is that engine's alone")
    return None


def _engine(word: str) -> str:
    return "mysql" if "mysql" in word.lower() or word == "asyncmy" else "postgres"


# --- the other libraries ---------------------------------------------------------------------------------------------


def _java(graph: Graph, connection: Connection, found: drivers.Installed) -> Switch:
    if connection.query is not None:
        return Switch(None, connection.title, why="its parameters are the driver's own")
    made = _switched(graph, connection, found, _JAVA[connection.runs])
    variable, workload = connection.reference.variable, connection.reference.workload
    if made.changes is None or variable is None or workload is None:
        return made
    stem = re.sub(r"_?URL$", "", variable)
    named = graph.environment(workload).get(f"{stem}_DRIVER_CLASS_NAME")
    if named is None or named.value is None:
        return made
    return Switch((*made.changes, (named.value, _CLASSES[made.says])), made.says, made.sure, made.why, made.evidence)


def _by_word(graph: Graph, connection: Connection, found: drivers.Installed) -> Switch:
    """The engine's name in a variable of its own: the same naming in the other engine's words."""
    assert connection.said is not None
    head, dot, last = connection.said.value.rpartition(".")
    mysql = connection.runs == "mysql"
    if dot:
        ways = _DJANGO[connection.runs]
        if head != "django.db.backends":
            return Switch(None, connection.title, why="which back end there is for it is not seen")
        return _switched(graph, connection, found, ways, f"{head}.{'mysql' if mysql else 'postgresql'}")
    if last == "pgsql" or (connection.engine_variable or "").endswith("CONNECTION"):
        word = "mysql" if mysql else "pgsql"
        return Switch(_changes(graph, connection, word), word, why="its PHP extension is not seen")
    word = {"pg": "mysql2", "mysql2": "pg"}.get(last, "mysql" if mysql else "postgres")
    return _switched(graph, connection, found, _NODE[connection.runs], word)


_DATASOURCE = re.compile(r"datasource\s+\w+\s*\{(?P<body>[^}]*)\}")
_PROVIDER = re.compile(r"(?m)^\s*provider\s*=\s*\"(?P<provider>\w+)\"")


def _prisma(graph: Graph, connection: Connection) -> Switch:
    """The schema's provider and the URL's scheme go together; migrations are one engine's own."""
    title, word = connection.title, "mysql" if connection.runs == "mysql" else "postgresql"
    build = graph.build_of(connection.reference.workload) if connection.reference.workload is not None else None
    tree = graph.library.tree
    inside = f"{build.context}/" if build is not None and build.context else ""
    paths = [p for p in tree.named("schema.prisma") if p.startswith(inside)]
    text = graph.library.text(paths[0]) if len(paths) == 1 else None
    source = _DATASOURCE.search(text.value) if text is not None else None
    provider = _PROVIDER.search(text.value, *source.span("body")) if text is not None and source is not None else None
    if text is None or source is None or provider is None or f'"{connection.reference.variable}"' not in source["body"]:
        return Switch(None, title, why="the schema that names it is not seen")
    said = text.slice(*provider.span("provider"))
    place = located(said, "the schema's provider")
    changes = _changes(graph, connection, word)
    if connection.query is not None and word == "mysql":
        changes = (*changes, (connection.query, ""))
    if connections.engine_of_word(said.value) == connection.runs:
        return Switch(changes, word, sure=True, evidence=(place,) if place else ())
    migrations = tree.is_folder(posixpath.join(posixpath.dirname(paths[0]), "migrations"))
    if migrations or "@db." in text.value:
        why = f"its schema and migrations are {engines.TITLES[connection.speaks or '']}'s"
        return Switch(None, title, why=why, evidence=(place,) if place else ())
    return Switch((*changes, (said, word)), word, evidence=(place,) if place else ())


# --- what changes ----------------------------------------------------------------------------------------------------


def _switched(
    graph: Graph, connection: Connection, found: drivers.Installed, ways: tuple[_Way, ...], word: str | None = None
) -> Switch:
    """The engine as the driver that is installed writes it, else with the driver added, else in words alone."""
    for way in ways:
        if (listed := found.find(*way.packages)) is not None:
            place = located(listed.text, "the driver is installed")
            says = word or way.written
            return Switch(_changes(graph, connection, says), says, sure=True, evidence=(place,) if place else ())
    requirement = next((w.requirement for w in ways if w.requirement), "")
    added = drivers.addition(graph.library, found, requirement, *_OLD, *_TOOLKITS, "django") if requirement else None
    first = ways[0]
    if added is None:
        return Switch(None, word or first.written, why=f"its driver ({first.packages[0]}) is not installed")
    changes = (*_changes(graph, connection, word or first.written), (added.at, added.new))
    evidence = (added.place,) if added.place is not None else ()
    return Switch(changes, word or first.written, evidence=evidence)


def _changes(graph: Graph, connection: Connection, says: str) -> tuple[tuple[Text, str], ...]:
    """Engine and port, here and in every copy of the same address that no other deployment needs as it is."""
    assert connection.said is not None
    found = [(connection.said, says)]
    port = _port(graph, connection)
    written = connection.reference.address.port_text
    if written is not None and port is not None and connection.reference.address.port != port:
        found.append((written, str(port)))
    found += _copies(graph, connection, says, port)
    return tuple(dict.fromkeys(found))


def _port(graph: Graph, connection: Connection) -> int | None:
    asked = connection.reference.address.port
    if connection.reach.service is not None:
        offered = {p.port for p in connection.reach.service.ports}
        return asked if asked in offered else offered.pop() if len(offered) == 1 else None
    listening = graph.settled(connection.target)
    if listening.known and asked in listening.ports:
        return asked
    answer = meeting.answered(graph, connection.target)
    return answer.port if answer is not None else engines.PORTS[connection.runs]


def _copies(graph: Graph, connection: Connection, says: str, port: int | None) -> Iterator[tuple[Text, str]]:
    """The same for defaults and example lines that name the same host, unless it runs the old engine elsewhere."""
    reference = connection.reference
    host = reference.address.host.value
    if reference.workload is None or reference.variable is None or connection.form is Form.SPLIT:
        return
    named = [w for w in graph.workloads if host in {w.name, w.container_name.value if w.container_name else w.name}]
    if any(engines.engine(graph, w) != connection.runs for w in named):
        return
    for text in graph.copies(reference.workload, reference.variable):
        for _, copy in references.addresses(reference.variable, text):
            same = copy.host.value == host and copy.scheme == reference.address.scheme
            if not same or copy.scheme_text is None or copy.scheme_text.place is None:
                continue
            yield copy.scheme_text, says
            if copy.port_text is not None and port is not None and copy.port == reference.address.port != port:
                yield copy.port_text, str(port)
