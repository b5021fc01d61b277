"""Python programs: what one start command runs, binds, serves, reads from its environment and connects to.

`facts` is what one file says; `program` follows a start command through the files; `candidates`, `attributes` and
`imports_of` answer what a start command could name.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.graph import python_sockets
from stackfix.graph.python_clients import authority
from stackfix.graph.python_file import facts
from stackfix.graph.python_names import Names, resolve_module
from stackfix.graph.python_reach import Reach, reach
from stackfix.graph.python_routing import Routing, ServedRoute, objects, routing
from stackfix.graph.python_serving import run_defaults, split_address
from stackfix.graph.value import Hole, Opaque, Symbol, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Anchor, Location
    from stackfix.graph.library import Library
    from stackfix.graph.python_facts import Cors, EnvRead, Import, Listen, Literal
    from stackfix.spans import Span

__all__ = [
    "Candidate", "ImportFact", "Program", "ProgramCall", "ProgramCors", "ProgramListen", "ProgramLiteral", "Routing",
    "ServedRoute", "attributes", "candidates", "facts", "gunicorn_bind", "imports_of", "program", "resolve_module",
    "split_address",
]  # fmt: skip

_REACHES = frozenset({"url", "host", "port", "address"})
"""Kinds of a client call's parts that say where to; the others say who asks."""


@dataclass(frozen=True, slots=True)
class ProgramListen:
    """A port that this program binds. `certain` is false where the call stands under a condition or is called unseen.

    `host` and `port` are resolved; None where the tool's default holds: `default_host` (None: every address) and
    `default_port` (None: nobody knows).
    """

    path: str
    listen: Listen
    certain: bool
    host: Template | None
    port: Template | None
    default_host: str | None
    default_port: int | None


@dataclass(frozen=True, slots=True)
class ProgramCors:
    """Cross-origin settings in force, resolved. `origins` are the elements of a list, here or under a name elsewhere.

    With an `expression` besides, the list is only the default of a setting that the environment may replace.
    """

    path: str
    cors: Cors
    origins: tuple[Template, ...] | None
    expression: Template | None


@dataclass(frozen=True, slots=True)
class ProgramCall:
    """A connection that this program opens. `value` is resolved, up to the end of host and port; `kind` as in facts.

    `fallback`: only after something else has failed. `whole` is the call, which a host and its port share. `full` is
    the value with what follows the port. `runs` as `Reach.runs` says: True where the program's
    start comes to the call, None where it may, False where no code of it is seen to, or to import its file.
    """

    path: str
    callee: str
    kind: str
    value: Template
    location: Location
    anchor: Anchor
    whole: Location
    full: Template
    fallback: bool = False
    runs: bool | None = True


@dataclass(frozen=True, slots=True)
class ProgramLiteral:
    """An address written in the source. `called`: a connection is seen to be opened to it."""

    path: str
    literal: Literal
    called: bool


@dataclass(frozen=True, slots=True)
class Program:
    """What one start command comes to. `paths` are the files that it may import, `unread` those nobody can read.

    `imported` are the files that code imports that is seen to run. What is told because it is there must be in one of
    them; what is told because it is nowhere is looked for in all `paths`.

    `app` is the file and name of the application served, None where it can't be told. `env_reads` may hold a variable
    several times; `called_variables` are those whose value a connection is opened to. `env_complete` is false where
    variables are read by names that can't be known. `functions` are those that are called, certainly or perhaps, by
    file and name.
    """

    entry: str
    paths: tuple[str, ...]
    unread: tuple[str, ...]
    app: tuple[str, str] | None
    routing: Routing
    env_reads: tuple[EnvRead, ...]
    env_writes: frozenset[str]
    env_complete: bool
    dotenv: bool
    listens: tuple[ProgramListen, ...]
    cors: tuple[ProgramCors, ...]
    calls: tuple[ProgramCall, ...]
    literals: tuple[ProgramLiteral, ...]
    called_variables: frozenset[str]
    names: Names
    functions: frozenset[tuple[str, str]] = frozenset()
    imported: frozenset[str] = frozenset()

    def value(self, path: str, template: Template) -> Template:
        """A template of one of its files with every symbol replaced."""
        return self.names.value(path, template)

    @property
    def routes(self) -> tuple[ServedRoute, ...]:
        """All routes with their full paths."""
        return self.routing.routes


def program(  # noqa: PLR0913 - a start command has that many parts
    library: Library,
    entry_path: str,
    python_path_roots: tuple[str, ...],
    as_module: str | None = None,
    *,
    main: bool = True,
    attribute: str | None = None,
    arguments: tuple[Template, ...] = (),
    settings: str | None = None,
) -> Program:
    """What a start command runs.

    `python_path_roots` are the folders searched for modules, the first wins; without `as_module` (the dotted name the
    entry is imported or run by) the entry's own folder is searched before them, as Python does for a script. `main`:
    the entry runs as `__main__` (`python file.py`, `python -m`); false under uvicorn, gunicorn and other servers, which
    name the `attribute` ("app", "create_app()"). `arguments` are the words after the program on its command line.
    `settings` is the module that its environment says is Django's.
    """
    own = posixpath.dirname(entry_path)
    roots = python_path_roots if as_module is not None else (own, *(r for r in python_path_roots if r != own))
    names = Names(library, roots, arguments)
    reached = reach(names, entry_path, main=main, attribute=attribute, settings=settings)
    start = _start(names, reached, attribute)
    calls = tuple(_calls(names, reached))
    listens = tuple(_listens(names, reached))
    served = routing(names, reached, start)
    known = [f for f in map(names.facts, reached.paths) if f is not None]
    reaching = [c for c in calls if c.kind in _REACHES and c.path in reached.imported]
    places = frozenset(p for c in reaching for p in _places(c.value))
    return Program(
        entry_path,
        tuple(reached.paths),
        tuple(reached.unread),
        start[0] if start else None,
        replace(served, routes=(*served.routes, *python_sockets.listened(listens))),
        tuple(_env_reads(names, reached)),
        frozenset(w for f in known for w in f.env_writes),
        not any(f.dynamic_env for f in known) and not reached.unread,
        any(f.dotenv for f in known),
        listens,
        tuple(_cors(names, reached)),
        calls,
        tuple(_literals(names, reached, places)),
        frozenset(h.name for c in reaching for h in c.value.holes),
        names,
        frozenset(reached.functions),
        frozenset(reached.imported),
    )


def _start(names: Names, reached: Reach, attribute: str | None) -> tuple[tuple[str, str], ...]:
    """The applications that are served, the first being the named one."""
    if attribute is not None:
        # A factory is named with or without its parentheses (`uvicorn --factory module:create_app`).
        found = objects(names, reached, reached.entry, attribute) or objects(
            names, reached, reached.entry, f"{attribute}()"
        )
        return (*found, *_django(names, reached)) if found else ()
    served = [n for path, listen in _running(names, reached) for n in _served(names, reached, path, listen)]
    if served:
        return tuple(dict.fromkeys(served))
    django = _django(names, reached)
    return django or tuple(_own_objects(names, reached))


def _own_objects(names: Names, reached: Reach) -> Iterator[tuple[str, str]]:
    known = names.facts(reached.entry)
    for made in known.objects if known is not None else ():
        if not made.router:
            yield reached.entry, made.name


def _running(names: Names, reached: Reach) -> Iterator[tuple[str, Listen]]:
    for path in reached.paths:
        known = names.facts(path)
        for listen in known.listens if known is not None else ():
            if reached.runs(path, listen.spot) is not False:
                yield path, listen


def _served(names: Names, reached: Reach, path: str, listen: Listen) -> list[tuple[str, str]]:
    if listen.app is None:
        return []
    if ":" not in listen.app:
        return objects(names, reached, path, listen.app)
    module, _, name = listen.app.partition(":")
    target = names.resolve(module)
    return [] if target is None else objects(names, reached, target, name)


def _django(names: Names, reached: Reach) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for path in reached.paths:
        known = names.facts(path)
        if known is None:
            continue
        root = known.constants.get("ROOT_URLCONF")
        text = root.text if root is not None else None
        target = names.resolve(text.value) if text is not None else None
        if target is not None:
            found.append((target, "urlpatterns"))
            if target not in reached.paths:
                reached.paths.extend(p for p in _urls(names, target) if p not in reached.paths)
            reached.imported.update(p for p in _urls(names, target) if p in reached.paths)
        if "websocket_urlpatterns" in {*known.own, *(route.owner for route in known.routes)}:
            found.append((path, "websocket_urlpatterns"))
    return tuple(found)


def _urls(names: Names, path: str, depth: int = 0) -> Iterator[str]:
    """A URL module and those that it includes by name."""
    known = names.facts(path)
    if known is None or depth > 10:  # noqa: PLR2004 - no site nests deeper
        return
    yield path
    for include in known.includes:
        target = names.resolve(include.target) if include.module else None
        if target is not None:
            yield from _urls(names, target, depth + 1)


def _listens(names: Names, reached: Reach) -> Iterator[ProgramListen]:
    for path, listen in _running(names, reached):
        host, port = listen.default_host, listen.default_port
        if listen.tool == "run" and listen.app is not None:
            made = objects(names, reached, path, listen.app)
            known = names.facts(made[0][0]) if made else None
            frameworks = [o.framework for o in known.objects if o.name == made[0][1]] if known is not None else []
            if not frameworks or run_defaults(frameworks[0]) == (None, None):
                continue
            host, port = run_defaults(frameworks[0])
        yield ProgramListen(
            path,
            listen,
            path in reached.imported and reached.runs(path, listen.spot) is True,
            None if listen.host is None else names.value(path, listen.host),
            None if listen.port is None else names.value(path, listen.port),
            host,
            port,
        )


def _env_reads(names: Names, reached: Reach) -> Iterator[EnvRead]:
    for path in reached.paths:
        known = names.facts(path)
        for read in known.env_reads if known is not None else ():
            if not read.spot.main or (reached.main and path == reached.entry):
                yield read


def _cors(names: Names, reached: Reach) -> Iterator[ProgramCors]:
    for path in reached.paths:
        known = names.facts(path)
        for cors in known.cors if known is not None else ():
            if reached.runs(path, cors.spot) is False:
                continue
            origins = None if cors.origins is None else tuple(names.value(path, o) for o in cors.origins)
            expression = None if cors.expression is None else names.value(path, cors.expression)
            if cors.expression is not None:
                origins = _named_list(names, path, cors.expression)
                expression = None if origins is not None and not _depends(expression) else expression
            yield ProgramCors(path, cors, origins, expression)


def _depends(expression: Template | None) -> bool:
    """Whether the environment has a say in a value."""
    return expression is not None and bool(expression.holes)


def _named_list(names: Names, path: str, expression: Template) -> tuple[Template, ...] | None:
    """The elements of a list that stands under a name of another module or of a settings class."""
    only = expression.parts[0] if len(expression.parts) == 1 else None
    place = names.locate(path, only.name) if isinstance(only, Symbol) else None
    known = names.facts(place[0]) if place is not None else None
    if place is None or known is None or place[1] not in known.lists:
        return None
    return tuple(names.value(place[0], e) for e in known.lists[place[1]])


def _calls(names: Names, reached: Reach) -> Iterator[ProgramCall]:
    for path in reached.paths:
        known = names.facts(path)
        for call in known.client_calls if known is not None else ():
            value = names.value(path, call.value)
            if _is_file(value):
                continue
            kept = authority(value) if call.kind == "url" else value
            if all(isinstance(p, Opaque) for p in kept.parts):
                continue
            if call.spot.main and not (reached.main and path == reached.entry):
                continue
            where, fallback = call.location, call.spot.fallback
            runs = reached.runs(path, call.spot) if path in reached.imported else False
            yield ProgramCall(path, call.callee, call.kind, kept, where, call.anchor, call.whole, value, fallback, runs)


def _is_file(value: Template) -> bool:
    """Whether a connection string names a file beside the program: nothing that it must reach."""
    first = next(iter(value.parts), None)
    return isinstance(first, Text) and first.value.startswith("sqlite")


def _places(value: Template) -> Iterator[tuple[str, Span]]:
    """Where the texts of a value are written, those in defaults too."""
    for part in value.parts:
        if isinstance(part, Text):
            yield from ((p.path, p.span) for p in part.pieces if p.path is not None)
        elif isinstance(part, Hole) and part.default is not None:
            yield from _places(part.default)


def _literals(names: Names, reached: Reach, places: frozenset[tuple[str, Span]]) -> Iterator[ProgramLiteral]:
    for path in reached.paths:
        known = names.facts(path)
        for literal in known.literals if known is not None else ():
            start = literal.text.first_place
            called = start is not None and any(
                p == start[0] and s.start == start[1].start and len(s) > 0 for p, s in places
            )
            yield ProgramLiteral(path, literal, called)


# --- what a start command could name ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that could be started: its applications by name, and the functions that make one.

    `main` is whether there is a `__main__` guard at all, `listens` whether the file binds a port somewhere.
    """

    path: str
    apps: tuple[str, ...]
    factories: tuple[str, ...]
    main: bool
    listens: bool


def candidates(library: Library, folder: str) -> tuple[Candidate, ...]:
    """The files below a folder that hold an application or start one, tests and examples left out."""
    found = []
    for path in library.tree.below(folder):
        parts = path[len(folder) :].split("/")
        if not path.endswith(".py") or any(p in {"tests", "test", "node_modules", "migrations"} for p in parts):
            continue
        if parts[-1].startswith("test_") or parts[-1].endswith("_test.py"):
            continue
        known = library.get(path, facts)
        if known is None:
            continue
        apps = tuple(o.name for o in known.objects if not o.router and "." not in o.name)
        factories = tuple(f for f, made in known.returns.items() if _is_app(known.objects, f, made))
        binds = bool(known.listens)
        if apps or factories or (known.main and binds):
            found.append(Candidate(path, apps, factories, known.main, binds))
    return tuple(found)


def _is_app(made: object, function: str, returned: str) -> bool:
    assert isinstance(made, tuple)
    return "." not in function and any(o.name == returned and not o.router for o in made)


def attributes(library: Library, path: str) -> frozenset[str] | None:
    """The names that a module defines or imports at top level; None where they can't all be known."""
    known = library.get(path, facts)
    return known.names if known is not None and known.names_known else None


@dataclass(frozen=True, slots=True)
class ImportFact:
    """One import at the top of a file that a start needs. `path` is the file it finds, None where it finds none.

    `inside`: somewhere in the tree there is such a module, so that another way of starting might find it.
    `relative`: it begins with dots, which a file run as a script can't do.
    """

    found: Import
    path: str | None
    relative: bool
    inside: bool


def imports_of(library: Library, path: str, roots: tuple[str, ...]) -> tuple[ImportFact, ...]:
    """The imports that run as soon as a file does, outside `try` and conditions, seen from search roots."""
    known = library.get(path, facts)
    names = Names(library, roots)
    result = []
    for found in known.imports if known is not None else ():
        spot = found.spot
        if spot.function is not None or spot.conditional or spot.guarded:
            continue
        target = names.module(path, found)
        head = found.module.partition(".")[0]
        inside = bool(found.level) or target is not None or _somewhere(library, head)
        result.append(ImportFact(found, target, found.level > 0, inside))
    return tuple(result)


def _somewhere(library: Library, head: str) -> bool:
    """Whether any folder or file of the tree could be a top-level module of that name."""
    folders = library.tree.folders
    return bool(library.tree.named(f"{head}.py")) or any(f == head or f.endswith(f"/{head}") for f in folders)


def gunicorn_bind(library: Library, path: str) -> Template | None:
    """What a `gunicorn.conf.py` says for `bind`, resolved; the first where it is a list. None where nothing."""
    known = library.get(path, facts)
    if known is None:
        return None
    names = Names(library, (posixpath.dirname(path),))
    listed = known.lists.get("bind")
    given = listed[0] if listed else known.constants.get("bind")
    return None if given is None else names.value(path, given)
