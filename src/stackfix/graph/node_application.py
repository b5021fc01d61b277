"""Node, Bun and Deno programs: what an entry file comes to: ports, routes, variables; and what package.json says.

`facts` is what one file says; `program` follows an entry file's imports through the package.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.formats import javascript as js
from stackfix.formats import yaml
from stackfix.graph.javascript_names import Modules, json, names
from stackfix.graph.node_file import facts
from stackfix.graph.node_routing import routing
from stackfix.graph.node_servers import BUN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.findings import Anchor, Location
    from stackfix.graph.javascript_names import Names
    from stackfix.graph.javascript_values import EnvRead
    from stackfix.graph.library import Library
    from stackfix.graph.node_facts import NodeCall, NodeCors, NodeFacts, NodeListen
    from stackfix.graph.python_routing import Routing, ServedRoute
    from stackfix.graph.value import Template
    from stackfix.text import Text

__all__ = ["NodeProgram", "Package", "ProgramListen", "facts", "package", "program", "source_of"]

_GENERATED = re.compile(r"[/ ](?:_*generated_*|\.prisma|prisma/client)(?:/|$)|_(?:grpc_)?pb(?:\.|$)")
"""What code is imported as that a tool makes before the build: clients and messages, which bind nothing."""
_MOST_FILES = 3000
_ENTRIES = (
    "index.js", "server.js", "app.js", "main.js", "src/index.ts", "src/main.ts", "src/server.ts", "src/app.ts",
    "src/index.js", "src/server.js",
)  # fmt: skip
_NOT_SOURCE = (".json", ".css", ".scss", ".svg", ".png", ".node", ".graphql", ".html", ".wasm", ".txt", ".sql")


@dataclass(frozen=True, slots=True)
class Package:
    """A package.json. `scripts` by name; `main` is a file as written; `module` whether `.js` is an ES module."""

    path: str
    folder: str
    name: str | None
    main: Text | None
    module: bool
    scripts: Mapping[str, Text]
    dependencies: frozenset[str]
    development: frozenset[str]
    workspaces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProgramListen:
    """A port that this program binds, with constants of other files followed.

    `port` None: none is given (another one each time). `host` None: every address. `certain` is false where the call
    stands under a condition, in a function that is not seen to be called, or on something of unknown making.
    """

    path: str
    framework: str
    port: Template | None
    host: Template | None
    certain: bool
    location: Location
    anchor: Anchor
    port_anchor: Anchor | None
    host_anchor: Anchor | None


@dataclass(frozen=True, slots=True)
class NodeProgram:
    """What an entry file comes to. `paths` are the files that it imports, `unread` what of them nobody can read.

    `calls` are the connections that it opens, with constants of other files followed.

    `listens_known`: these are all the ports that it binds, each for certain. `reads` may hold a variable several times.
    `packages` are what it imports of others, as it names them.
    """

    entry: str
    paths: tuple[str, ...]
    unread: tuple[str, ...]
    listens: tuple[ProgramListen, ...]
    listens_known: bool
    routing: Routing
    reads: tuple[EnvRead, ...]
    cors: tuple[NodeCors, ...]
    dotenv: bool
    calls: tuple[NodeCall, ...] = ()
    packages: frozenset[str] = frozenset()

    @property
    def routes(self) -> tuple[ServedRoute, ...]:
        """All routes with their full paths."""
        return self.routing.routes

    @property
    def routes_known(self) -> bool:
        """Whether there is no route but these and what lies below the unknown prefixes."""
        return self.routing.complete

    @property
    def variables_read(self) -> frozenset[str]:
        """The names of the environment variables that it reads."""
        return frozenset(read.name for read in self.reads)


def package(library: Library, path: str) -> Package | None:
    """What a package.json says; None where it isn't there or can't be read."""
    root = json(library, path)
    if not isinstance(root, yaml.Mapping):
        return None
    kind, name, main = (yaml.get(root, key) for key in ("type", "name", "main"))
    spaces = yaml.get(root, "workspaces")
    listed = yaml.get(spaces, "packages") if isinstance(spaces, yaml.Mapping) else spaces
    items = listed.items if isinstance(listed, yaml.Sequence) else ()
    return Package(
        path,
        posixpath.dirname(path),
        name.value if isinstance(name, yaml.Scalar) else None,
        main.text if isinstance(main, yaml.Scalar) else None,
        isinstance(kind, yaml.Scalar) and kind.value == "module",
        {k: v.text for k, v in _entries(root, "scripts") if isinstance(v, yaml.Scalar)},
        frozenset(k for k, _ in _entries(root, "dependencies")),
        frozenset(k for k, _ in _entries(root, "devDependencies")),
        tuple(i.value for i in items if isinstance(i, yaml.Scalar)),
    )


def _entries(root: yaml.Node, key: str) -> Iterator[tuple[str, yaml.Node]]:
    for item in yaml.items(yaml.get(root, key)):
        if isinstance(item.key, yaml.Scalar):
            yield item.key.value, yaml.deref(item.value)


# --- from a command's file to source ---------------------------------------------------------------------------------


def source_of(library: Library, folder: str, path: str) -> str | None:
    """The source behind a file that a command names, which may be compiled; None where that can't be told for certain.

    `folder` is the package's. Compiled output is mapped by the `outDir` and `rootDir` of tsconfig.json.
    """
    modules = Modules(library, folder)
    direct = modules.resolve(posixpath.join(folder, "x.js"), f"./{posixpath.relpath(path, folder or '.')}")
    if direct is not None:
        return direct
    options = yaml.get(json(library, tree.join(folder, "tsconfig.json")), "compilerOptions")
    out = _folder(options, "outDir")
    inside = posixpath.relpath(path, folder or ".")
    if out is None or not inside.startswith(out + "/"):
        return None
    rest = posixpath.splitext(inside[len(out) + 1 :])[0]
    root = _folder(options, "rootDir")
    nest = library.tree.is_file(tree.join(folder, "nest-cli.json"))
    roots = (root,) if root is not None else ("src",) if nest or _includes_src(library, folder) else ()
    tried = (_under(folder, root, rest + end) for root in roots for end in (".ts", ".tsx", ".mts"))
    found = {path for path in tried if library.tree.is_file(path)}
    return found.pop() if len(found) == 1 else None


def _under(folder: str, root: str, rest: str) -> str:
    return tree.join(folder, posixpath.normpath(posixpath.join(root, rest)))


def _folder(options: yaml.Node | None, key: str) -> str | None:
    value = yaml.get(options, key)
    return posixpath.normpath(value.value) if isinstance(value, yaml.Scalar) else None


def _includes_src(library: Library, folder: str) -> bool:
    """Whether the compiler is given nothing but what lies in `src`: then that is the root."""
    given = yaml.get(json(library, tree.join(folder, "tsconfig.json")), "include")
    items = given.items if isinstance(given, yaml.Sequence) else ()
    return bool(items) and all(
        isinstance(i, yaml.Scalar) and i.value.removeprefix("./").startswith("src") for i in items
    )


def _entry(library: Library, path: str) -> str | None:
    """The entry file: the file itself, or what package.json of a folder names."""
    if library.tree.is_file(path) and path.endswith(js.EXTENSIONS):
        return path
    known = package(library, tree.join(path, "package.json"))
    if known is None:
        return None
    if known.main is not None:
        found = source_of(library, path, tree.join(path, known.main.value))
        if found is not None:
            return found
    there = [p for name in _ENTRIES if library.tree.is_file(p := tree.join(path, name))]
    return there[0] if len(there) == 1 else None


def _package_folder(library: Library, path: str) -> str:
    """The nearest folder above a file with a package.json."""
    folder = posixpath.dirname(path)
    while folder and not library.tree.is_file(tree.join(folder, "package.json")):
        folder = posixpath.dirname(folder)
    return folder


# --- programs --------------------------------------------------------------------------------------------------------


def program(library: Library, path: str) -> NodeProgram | None:
    """What an entry file runs, or a folder by its package.json; None where there is no such file."""
    entry = _entry(library, path)
    if entry is None:
        return None
    modules = modules_of(library, entry)
    found: dict[str, NodeFacts] = {}
    unread: list[str] = []
    queue = [entry]
    while queue and len(found) < _MOST_FILES:
        here = queue.pop(0)
        if here in found or here in unread:
            continue
        known = library.get(here, facts)
        if known is None:
            unread.append(here)
            continue
        found[here] = known
        for specifier in known.names.loads:
            target = modules.resolve(here, specifier)
            if target is not None:
                queue.append(target)
            elif modules.is_own(specifier) and not _is_no_code(library, here, specifier):
                unread.append(f"{here}: {specifier}")
    return _program(entry, modules, found, (*unread, *(queue[:1] if len(found) >= _MOST_FILES else ())))


def modules_of(library: Library, entry: str) -> Modules:
    """The modules of an entry file's package."""
    return Modules(library, _package_folder(library, entry), names_of)


def _is_no_code(library: Library, path: str, specifier: str) -> bool:
    """Whether an import means a style sheet or the like, or declarations alone, which are gone once compiled."""
    if specifier.endswith(_NOT_SOURCE):
        return True
    base = tree.join(posixpath.dirname(path), specifier)
    return library.tree.is_file(posixpath.splitext(base)[0] + ".d.ts") or library.tree.is_file(base + ".d.ts")


def names_of(library: Library, path: str) -> Names | None:
    """A file's names, from the facts that are read anyway."""
    known = library.get(path, facts)
    if known is not None and known.outlined:
        return library.get(path, names)
    return None if known is None else known.names


def _program(entry: str, modules: Modules, found: Mapping[str, NodeFacts], unread: tuple[str, ...]) -> NodeProgram:
    called = frozenset(n for f in found.values() for n in f.called)
    listens = tuple(_listens(entry, modules, found, called))
    return NodeProgram(
        entry,
        tuple(found),
        unread,
        listens,
        bool(listens) and all(map(_GENERATED.search, unread)) and all(item.certain for item in listens),
        routing(modules, found, complete=not unread),
        tuple(_read(modules, path, read) for path, f in found.items() for read in f.reads),
        tuple(cors for f in found.values() for cors in f.cors),
        any(f.dotenv for f in found.values()),
        tuple(replace(c, value=modules.value(p, c.value)) for p, f in found.items() for c in f.client_calls),
        frozenset(s for path, f in found.items() for s in f.names.loads if modules.resolve(path, s) is None),
    )


def _listens(
    entry: str, modules: Modules, found: Mapping[str, NodeFacts], called: frozenset[str]
) -> Iterator[ProgramListen]:
    for path, known in found.items():
        for listen in known.listens:
            if (listen.spot.main or listen.framework == BUN) and path != entry:
                continue
            runs = all(name in called or name == "default" for name in listen.spot.functions)
            yield ProgramListen(
                path,
                listen.framework,
                None if listen.port is None else modules.value(path, listen.port),
                None if listen.host is None else modules.value(path, listen.host),
                runs and not listen.spot.conditional and _made(modules, found, path, listen),
                listen.location,
                listen.anchor,
                listen.port_anchor,
                listen.host_anchor,
            )


def _made(modules: Modules, found: Mapping[str, NodeFacts], path: str, listen: NodeListen) -> bool:
    """Whether what listens is a server for certain: made in this file, or imported from one that makes it."""
    if listen.known:
        return True
    known = found[path]
    imported = known.names.imports.get((listen.server or "").partition(".")[0])
    target = modules.resolve(path, imported.specifier) if imported is not None else None
    other = found.get(target) if target is not None else None
    return other is not None and bool(other.servers)


def _read(modules: Modules, path: str, read: EnvRead) -> EnvRead:
    default = None if read.default is None else modules.value(path, read.default)
    return replace(read, default=default)
