"""dotenv files that a run on the host reads, and the addresses in them that exist inside containers alone.

A file counts only where it is certain: the code or a command is seen to load it, or a bundler does by itself, and no
container is given it. May import the graph's nouns, references and sources.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.findings import Location, located
from stackfix.graph import address, environment, host_runs, node_application, references, sources
from stackfix.graph.model import Says
from stackfix.graph.value import Environment
from stackfix.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Anchor
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Address, Declaration, Workload
    from stackfix.text import Text

_LOCAL = re.compile(r"^\.env(?:\.[\w-]+)*\.(?:local|host|localhost)$|^(?:local|host)\.env$")
_BUNDLERS = frozenset({"next", "vite", "react-scripts", "@sveltejs/kit", "nuxt", "astro", "gatsby", "@vue/cli-service"})
_READ_IN = re.compile(r"(?:^|/)(?:Makefile|justfile|package\.json|[^/]+\.(?:py|js|ts|mjs|sh|md|toml|json))$")
_LOADS = re.compile(
    rb"dotenv|env_file|read_env|--env-file|env-cmd|\bsource[ \t]|(?:^|[;&\s])\.[ \t]|\bexport\b"
    rb"|process\.loadEnvFile"
)
_CONTAINERS = re.compile(rb"docker|podman|compose|COPY|kubectl")
_KAFKA = re.compile(r"KAFKA|BOOTSTRAP|REDPANDA|ADVERTISED|LISTENER", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HostFile:
    """One dotenv file, and where it is seen to be loaded outside of containers."""

    path: str
    loaded: Location


@dataclass(frozen=True, slots=True)
class Inside:
    """An address of such a file that only containers can use.

    `workload` is what it means. `published` is where the host reaches that, None where it isn't published or in several
    ways. `port` is the one that is asked. `named`: it is the name that the host can't resolve; else the port alone.
    """

    file: HostFile
    variable: str
    address: Address
    location: Location
    anchor: Anchor
    workload: Workload
    port: int
    published: Declaration | None
    named: bool


def inside(graph: Graph) -> Iterator[Inside]:
    """Every such address."""
    if not graph.projects:
        return
    for path in sorted(graph.library.tree.entries):
        if environment.is_dotenv(path) and not environment.is_example(path) and graph.library.tree.entries[path].wiring:
            given = environment.variables(graph.library, path)
            file = _host_file(graph, path) if given else None
            if file is not None and given:
                yield from _of_file(graph, file, Environment(given))


# --- which files the host reads --------------------------------------------------------------------------------------


def _host_file(graph: Graph, path: str) -> HostFile | None:
    library, name = graph.library, posixpath.basename(path)
    if any(file.path == path for w in graph.workloads for file in w.env_files):
        return None
    if name == ".env" and all(p.folder != posixpath.dirname(path) for p in graph.projects):
        place = _own_run(graph, posixpath.dirname(path))
    elif _LOCAL.match(name):
        place = _bundled(library, path) or _loaded(library, name)
    else:
        return None
    return None if place is None or _in_containers(library, name, path) else HostFile(path, place)


def _bundled(library: Library, path: str) -> Location | None:
    """The package beside the file, where its tool reads such a file by itself."""
    known = node_application.package(library, tree.join(posixpath.dirname(path), "package.json"))
    if known is None or not (known.dependencies | known.development) & _BUNDLERS:
        return None
    return Location(known.path, Span(0, 0), "its tool reads this file on the host")


def _loaded(library: Library, name: str) -> Location | None:
    return next((place for place, line in _lines(library, name) if _LOADS.search(line)), None)


def _own_run(graph: Graph, folder: str) -> Location | None:
    """A command by which people start the source of a folder on the host, where no container runs that source."""
    for workload in graph.workloads:
        build = graph.build_of(workload)
        places = [build.context] if build is not None else []
        places += [m.source for m in workload.mounts if m.source is not None]
        if any(_over(place, folder) or _over(folder, place) for place in places):
            return None
    for entry in graph.library.tree.below(folder):
        if entry.endswith((".py", ".js", ".ts")) and (place := host_runs.place(graph.library, entry)) is not None:
            return place
    return None


def _over(one: str, other: str) -> bool:
    return not one or other == one or other.startswith(one + "/")


def _in_containers(library: Library, name: str, path: str) -> bool:
    """Whether some command gives a file of that name to containers, or names are given to the host by hand."""
    if name == ".env":
        return False
    return any(_CONTAINERS.search(line) for place, line in _lines(library, name) if place.path != path)


def _holders(graph: Graph, path: str) -> tuple[Workload, ...]:
    """The workloads that have the file inside their container, where their source may load it, too."""
    return tuple(w for w in graph.workloads if path in sources.files(graph, w).held().values())


def _lines(library: Library, name: str) -> Iterator[tuple[Location, bytes]]:
    word = re.compile(rb"(?<![\w.-])" + re.escape(name.encode()) + rb"(?![\w.-])")
    for path in library.tree.entries:
        data = (library.sources.read(path) if _READ_IN.search(path) else None) or b""
        for match in word.finditer(data) if name.encode() in data else ():
            start = data.rfind(b"\n", 0, match.start()) + 1
            end = data.find(b"\n", match.end())
            line = data[start : end if end >= 0 else len(data)]
            yield Location(path, Span(match.start(), match.end()), "loaded outside of containers"), line


# --- what they say ---------------------------------------------------------------------------------------------------


def _of_file(graph: Graph, file: HostFile, given: Environment) -> Iterator[Inside]:
    holders = _holders(graph, file.path)
    for variable in given.variables.values():
        if variable.value is None or _KAFKA.search(variable.name):
            continue
        if any(graph.environment(w).get(variable.name) is None for w in holders):
            continue
        for part, found in references.addresses(variable.name, variable.value):
            whole = references.with_sibling(variable, found, given)
            one = _judged(graph, file, variable.name, variable.anchor, part, whole)
            if one is not None:
                yield one


def _judged(  # noqa: PLR0913, PLR0917 - a value has that many parts
    graph: Graph, file: HostFile, name: str, anchor: Anchor, part: Text, found: Address
) -> Inside | None:
    place = located(found.host, "only containers know it") or located(part)
    host, port = found.host.value, found.default_port
    if place is None or place.path != file.path:
        return None
    loopback = address.is_loopback(host)
    meant = [w for w in _near(graph, file.path) if (_binds(graph, w, port) if loopback else _called(w, host))]
    if not meant or (loopback and (port is None or _taken(graph, file.path, port))):
        return None
    ports = {p for w in meant if (p := port or _only(graph, w)) is not None}
    published = {(d.published, d.port): d for w in meant for d in w.declarations if d.published and d.port in ports}
    if len(ports) != 1 or (loopback and (len(published) != 1 or len({w.name for w in meant}) != 1)):
        return None
    one = next(iter(published.values())) if len({d.published for d in published.values()}) == 1 else None
    user = next((w for w in meant if one in w.declarations), meant[0])
    return Inside(file, name, found, place, anchor, user, ports.pop(), one, named=not loopback)


def _near(graph: Graph, path: str) -> list[Workload]:
    """The services of the projects that a file lies in, or that lie below its folder."""
    folder = posixpath.dirname(path)
    return [w for p in graph.projects if _over(p.folder, folder) or _over(folder, p.folder) for w in p.workloads]


def _called(workload: Workload, host: str) -> bool:
    named = workload.container_name.value if workload.container_name is not None else None
    return host in {workload.name, named}


def _binds(graph: Graph, workload: Workload, port: int | None) -> bool:
    return any(e.port == port and e.sure for e in graph.settled(workload).endpoints)


def _taken(graph: Graph, path: str, port: int) -> bool:
    """Whether a port of the host is published by something, so that it is no container's alone."""
    near = _near(graph, path)
    return any(d.published == port for w in near for d in w.declarations if d.says is Says.PUBLISHED) or any(
        h.first <= port <= h.last for w in near for h in w.host_ports
    )


def _only(graph: Graph, workload: Workload) -> int | None:
    ports = {e.port for e in graph.settled(workload).endpoints if e.sure}
    return ports.pop() if len(ports) == 1 else None
