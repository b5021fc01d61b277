"""Connections to data stores as their users write them, in parts with places: engine, user, password, host, port,
database.

A URL (SQLAlchemy, Django, Prisma, JDBC, drivers' own), Go's data source name, keywords (libpq, ADO.NET), or variables
that stand side by side (DB_HOST, DB_USER …). Only what surely reaches a known store is a connection here.

May import the graph's nouns and engines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import unquote

from stackfix.graph import engines, fitting, kinship, loaded_env, logins, references, written_connections
from stackfix.graph.model import Place, Reference, Writing
from stackfix.graph.reach import Reached

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.findings import Location
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Reference, Workload
    from stackfix.graph.reach import Reach
    from stackfix.graph.value import Environment
    from stackfix.graph.written_connections import Written
    from stackfix.text import Text


class Form(Enum):
    """How a connection is written."""

    URL = "URL"
    JDBC = "JDBC URL"
    GO = "data source name"
    KEYWORDS = "keywords"
    SPLIT = "variables side by side"


@dataclass(frozen=True, slots=True, eq=False)
class Connection:
    """A reference that reaches a store. `speaks` is the engine that it is written for, None where nothing says it.

    `said` is where that engine is written: the scheme, or the value of the variable beside the host. `engine_variable`
    is that variable's name. `query` are the URL's parameters, with their question mark.
    """

    reference: Reference
    reach: Reach
    target: Workload
    runs: str
    form: Form
    speaks: str | None
    said: Text | None
    user: Text | None = None
    password: Text | None = None
    database: Text | None = None
    query: Text | None = None
    engine_variable: str | None = None

    @property
    def title(self) -> str:
        """What the store that it reaches is called among people."""
        image = self.target.image.value if self.target.image is not None else ""
        return "MariaDB" if self.runs == "mysql" and "mariadb" in image else engines.TITLES[self.runs]

    @property
    def port(self) -> int | None:
        """The port that is asked for, the engine's own where none is written and the engine is."""
        written = self.reference.address.port
        if written is not None or self.form in {Form.SPLIT, Form.KEYWORDS}:
            return written
        return engines.PORTS.get(self.speaks or "")


_HELD = frozenset({Place.CONTAINER, Place.POD})
_WRITTEN = frozenset({Writing.ENVIRONMENT, Writing.SOURCE_DEFAULT, Writing.APPLICATION_CONFIG})
_URL = re.compile(
    r"(?P<prefix>(?:jdbc|r2dbc):)?(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://"
    r"(?:(?P<user>[^:@/\s?#]*)(?::(?P<password>[^@/\s?#]*))?@)?[^@/\s?#]+(?:/(?P<database>[^?#\s]*))?(?P<query>\?\S*)?"
)
_GO = re.compile(
    r"(?:(?P<user>[^:@/\s]*)(?::(?P<password>[^@\s]*))?@)?tcp\([^)]*\)/(?P<database>[^?\s]*)(?P<query>\?\S*)?"
)
_ENDINGS = {
    "user": ("USER", "USERNAME", "USER_NAME", "LOGIN"),
    "password": ("PASSWORD", "PASS", "PASSWD", "PWD"),
    "database": ("NAME", "DATABASE", "DB", "DBNAME", "DB_NAME"),
    "engine": ("ENGINE", "CONNECTION", "DIALECT", "TYPE", "DRIVER", "CLIENT", "VENDOR"),
}
_HOST_ENDING = re.compile(r"(?P<joint>_?)(?:HOST|HOSTNAME|SERVER|ADDR|ADDRESS)$", re.IGNORECASE)
_URL_ENDING = re.compile(r"(?P<joint>_?)(?:JDBC_)?(?:URL|URI|DSN)$", re.IGNORECASE)
_WORDS = {
    "postgres": ("postgres", "postgresql", "pgsql", "pg", "psql", "postgis", "postgresql_psycopg2"),
    "mysql": ("mysql", "mysql2", "mysqli", "mariadb"),
    "mongodb": ("mongodb", "mongo"),
}
_SCHEMES = {
    "postgres": ("postgres", "postgresql", "psql", "pgsql", "postgis", "asyncpg"),
    "mysql": ("mysql", "mariadb", "mysql2", "mysqlgis"),
    "mongodb": ("mongodb",),
    "redis": ("redis", "rediss", "valkey"),
    "amqp": ("amqp", "amqps"),
}


def engine_of_word(word: str) -> str | None:
    """The engine that a driver's or back end's name means: `pgsql`, `mysql2`, `django.db.backends.postgresql`."""
    plain = word.strip().lower().rpartition(".")[2]
    return next((engine for engine, words in _WORDS.items() if plain in words), None)


def engine_of_scheme(scheme: str | None) -> str | None:
    """The engine that a connection string's scheme speaks to."""
    plain = (scheme or "").lower().partition("+")[0]
    return next((e for e, schemes in _SCHEMES.items() if plain in schemes), None) or kinship.protocol(scheme)


def connections(graph: Graph) -> Iterator[Connection]:
    """Every connection that surely reaches a known store."""
    for reference in graph.references:
        if reference.writing not in _WRITTEN or reference.place not in _HELD:
            continue
        if reference.address.scheme is not None and engine_of_scheme(reference.address.scheme) not in engines.PORTS:
            continue
        reach = graph.resolve(reference)
        if reach.reached is Reached.MET and (made := _reaching(graph, reference, reach)) is not None:
            yield made
    written = (one for w in graph.workloads for one in written_connections.written(graph, w))
    yield from (made for one in written if (made := _in_source(graph, one)) is not None)


def unmet(graph: Graph) -> Iterator[tuple[Reference, fitting.Fit]]:
    """Every address that the source itself gives a store's driver and that is nobody's name there, with who was meant.

    Where several deployments run that source, for all of them, or for none.
    """
    found: dict[Location, list[tuple[Reference, fitting.Fit | None]]] = {}
    for workload in graph.workloads:
        for one in written_connections.written(graph, workload):
            if _speaks(one) in {None, *engines.PORTS}:
                found.setdefault(one.reference.location, []).append((one.reference, _missed(graph, one)))
    for uses in found.values():
        reference, fit = uses[0]
        if fit is not None and all(other == fit for _, other in uses):
            yield reference, fit


def _speaks(one: Written) -> str | None:
    scheme = one.reference.address.scheme
    return engine_of_scheme(scheme) if scheme is not None else one.speaks


def _missed(graph: Graph, one: Written) -> fitting.Fit | None:
    """The one store that was certainly meant; None where the name resolves, or nobody can tell."""
    if graph.resolve(one.reference).reached is not Reached.MISSING or fitting.is_left_out(graph, one.reference):
        return None
    spoken, written = _speaks(one), one.reference.address
    port = written.port or engines.PORTS.get(spoken or "")
    fit = fitting.fit(graph, replace(one.reference, address=replace(written, port=port)))
    meant = [engines.engine(graph, c.workload) for c in fit.candidates]
    if not fit.certain or meant[0] not in engines.PORTS:
        return None
    return fit if spoken == meant[0] or (spoken is None and port == engines.PORTS[meant[0]]) else None


def _in_source(graph: Graph, one: Written) -> Connection | None:
    """What the source itself writes, where it reaches a store."""
    scheme = one.reference.address.scheme
    if scheme is not None and engine_of_scheme(scheme) not in engines.PORTS:
        return None
    reach = graph.resolve(one.reference)
    made = _reaching(graph, one.reference, reach, one) if reach.reached is Reached.MET else None
    if made is None or scheme is None:
        return made
    # What stands beside a URL in the call is taken where the URL says nothing.
    user, password = made.user or one.login.get("user"), made.password or one.login.get("password")
    return replace(made, user=user, password=password)


def _reaching(graph: Graph, reference: Reference, reach: Reach, one: Written | None = None) -> Connection | None:
    found = [(w, e) for w in reach.workloads if (e := engines.engine(graph, w)) is not None]
    if len(found) != 1:
        return None
    if one is None or reference.address.scheme is not None or _KEYWORD["host"].search(reference.value.value):
        return _connection(graph, reference, reach, *found[0])
    login = one.login
    parts = login.get("user"), login.get("password"), login.get("database")
    return Connection(reference, reach, *found[0], Form.SPLIT, one.speaks, None, *parts)


def _connection(graph: Graph, reference: Reference, reach: Reach, target: Workload, runs: str) -> Connection | None:
    if reference.address.scheme is None and _KEYWORD["host"].search(reference.value.value):
        return _keywords(reference, reach, target, runs)
    if reference.address.scheme is None:
        return _split(graph, reference, reach, target, runs)
    match = _URL.fullmatch(reference.value.value) or _GO.fullmatch(reference.value.value)
    if match is None:
        return None
    groups = match.re.groupindex
    parts = {name: reference.value.group(match, name) for name in ("user", "password", "database", "query")}
    scheme = reference.value.group(match, "scheme") if "scheme" in groups else None
    form = Form.GO if scheme is None else Form.JDBC if match["prefix"] else Form.URL
    beside = reference.login or (_beside(graph, reference, _URL_ENDING) if parts["user"] is None else {})
    return Connection(
        reference,
        reach,
        target,
        runs,
        form,
        engine_of_scheme(reference.address.scheme),
        scheme,
        parts["user"] or beside.get("user"),
        parts["password"] or beside.get("password"),
        parts["database"],
        parts["query"],
    )


_KEYWORD = {
    "host": re.compile(r"(?i)(?:^|[\s;])(?:host|server|data source)\s*=()"),
    "user": re.compile(r"(?i)(?:^|[\s;])(?:user|username|user id|uid)\s*=\s*([^\s;'\"]+)"),
    "password": re.compile(r"(?i)(?:^|[\s;])(?:password|pwd)\s*=\s*([^\s;'\"]+)"),
    "database": re.compile(r"(?i)(?:^|[\s;])(?:dbname|database|initial catalog)\s*=\s*([^\s;'\"]+)"),
}


def _keywords(reference: Reference, reach: Reach, target: Workload, runs: str) -> Connection:
    """The keywords of libpq, of which `dbname` is its alone, or ADO.NET's, which many drivers share."""
    value = reference.value
    matches = {part: pattern.search(value.value) for part, pattern in _KEYWORD.items()}
    parts = {part: value.group(match, 1) if match is not None else None for part, match in matches.items()}
    speaks = "postgres" if re.search(r"(?:^|\s)dbname=", value.value) else None
    return Connection(
        reference, reach, target, runs, Form.KEYWORDS, speaks, None,
        parts["user"], parts["password"], parts["database"],
    )  # fmt: skip


def _with_default(graph: Graph, reference: Reference, runs: str) -> Reference:
    """A host takes the source's default for the port beside it, where nothing gives that and it is another engine's.

    Any other default may be right elsewhere: then the deployment is to give the port.
    """
    workload, name = reference.workload, references.port_variable(reference.variable or "")
    if workload is None or reference.variable is None or reference.address.port is not None or name == "PORT":
        return reference
    text = loaded_env.default_ports(graph, workload).get(name)
    port = int(text.value) if text is not None else None
    if port is None or port == engines.PORTS[runs] or port not in engines.PORTS.values():
        return reference
    return replace(reference, address=replace(reference.address, port=port, port_text=text))


def _split(graph: Graph, reference: Reference, reach: Reach, target: Workload, runs: str) -> Connection | None:
    reference = _with_default(graph, reference, runs)
    beside = reference.login or {**_beside(graph, reference, _HOST_ENDING), **logins.beside(graph, reference)}
    said = beside.get("engine") or _engine_in_source(graph, reference)
    name = _variable_name(graph, reference, "engine")
    return Connection(
        reference,
        reach,
        target,
        runs,
        Form.SPLIT,
        engine_of_word(said.value) if said is not None else reference.speaks,
        said,
        beside.get("user"),
        beside.get("password"),
        beside.get("database"),
        engine_variable=name if "engine" in beside else None,
    )


_DJANGO_ENGINE = re.compile(r"[\"']ENGINE[\"']\s*:\s*[\"'](?P<engine>django\.db\.backends\.\w+)[\"']")


def _engine_in_source(graph: Graph, reference: Reference) -> Text | None:
    """The ENGINE of Django's settings that stands in one dictionary with the reading of the host."""
    found: dict[tuple[str, int], Text] = {}
    for program in graph.programs(reference.workload) if reference.workload is not None else ():
        for read in program.env_reads:
            text = graph.library.text(read.location.path) if reference.variable in read.names else None
            if text is None or not text.pieces:
                continue
            at = len(text.value.encode()[: read.location.span.start - text.pieces[0].span.start].decode())
            start, end = text.value.rfind("{", 0, at), text.value.find("}", at)
            for match in _DJANGO_ENGINE.finditer(text.value, max(start, 0), end) if end > 0 else ():
                found[read.location.path, match.start()] = text.slice(*match.span("engine"))
    return next(iter(found.values())) if len(found) == 1 else None


def _beside(graph: Graph, reference: Reference, ending: re.Pattern[str]) -> Mapping[str, Text]:
    """The values of the variables that stand beside one of an address, by part."""
    if reference.workload is None or reference.variable is None or (match := ending.search(reference.variable)) is None:
        return {}
    environment = graph.environment(reference.workload)
    stem = reference.variable[: match.start()]
    found = {part: _first(environment, stem, match["joint"], endings) for part, endings in _ENDINGS.items()}
    return {part: value for part, (_, value) in ((p, f) for p, f in found.items() if f is not None)}


def _variable_name(graph: Graph, reference: Reference, part: str) -> str | None:
    match = _HOST_ENDING.search(reference.variable or "")
    if match is None or reference.workload is None or reference.variable is None:
        return None
    stem = reference.variable[: match.start()]
    found = _first(graph.environment(reference.workload), stem, match["joint"], _ENDINGS[part])
    return found[0] if found is not None else None


def _first(environment: Environment, stem: str, joint: str, endings: tuple[str, ...]) -> tuple[str, Text] | None:
    """The first variable of that stem which is given: DB_USER, PGUSER."""
    for ending in endings if stem else ():
        found = environment.get(f"{stem}{joint}{ending}")
        if found is not None and found.outline is not None and found.outline.value:
            return found.name, found.outline
    return None


def plain(text: Text) -> str:
    """A part of a URL as the reader of the URL takes it: percent signs decoded."""
    return unquote(text.value)
