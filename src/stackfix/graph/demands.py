"""What a Node or Go program certainly ends without as it starts: what its files demand, followed from the entry.

May import the graph's nouns, sources and the readers of Node and Go.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from stackfix.graph import compiled, go_builds, go_demands, node_application, node_demands, node_sources, sources
from stackfix.graph.command import literal
from stackfix.graph.started import Listens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.container import Files
    from stackfix.graph.javascript_names import Modules
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.node_application import NodeProgram
    from stackfix.graph.node_demands import Called, Demand
    from stackfix.graph.started import Process
    from stackfix.graph.value import Environment

_LOADS = re.compile(r"--env-file|-r$|--require|--import|--loader|--experimental-loader|--preload")
_PLAIN = re.compile(r"(?:ts-node|tsx|tsconfig-paths|source-map-support|@swc)\b")
_OF_BUN = (
    ".env",
    ".env.local",
    ".env.production",
    ".env.development",
    ".env.production.local",
    ".env.development.local",
)
_MOST = 2000


def demanded(graph: Graph, workload: Workload, process: Process) -> tuple[Demand, ...]:
    """What a process's program demands, without what it gives itself."""
    made = _compiled(graph, workload, process)
    if made is not None:
        return go_demands.demands(graph.library, made.module, made.package)
    program = node_sources.program(graph, workload, process)
    if program is None or program.unread:
        return ()
    return graph.library.remember(("node demands", program.entry), lambda: _demands(graph.library, program))


def seen(graph: Graph, workload: Workload, process: Process) -> Environment | None:
    """All that gives a process's program variables; None where that can't be told."""
    made, image = _compiled(graph, workload, process), graph.image(workload)
    if made is not None and image is not None:
        loads = go_demands.loads_dotenv(graph.library, made.module, made.package)
        known = not loads or _lacks(sources.files(graph, workload), process, (".env",))
        return compiled.environment_of(workload, image, process) if known else None
    program = node_sources.program(graph, workload, process)
    if program is None or process.tool == "deno" or _preloads(process) or not graph.environment(workload).complete:
        return None
    files = sources.files(graph, workload)
    if process.tool == "bun" and not _lacks(files, process, _OF_BUN):
        return None
    return node_sources.environment_of(files, program, process)


def _compiled(graph: Graph, workload: Workload, process: Process) -> go_builds.Program | None:
    """The Go program that a process is."""
    image = graph.image(workload)
    name = literal(process.words[0]) if process.words and process.listens is Listens.UNKNOWN else None
    return go_builds.program(graph, image, name, process.folder) if image is not None and name else None


def _lacks(files: Files, process: Process, names: tuple[str, ...]) -> bool:
    """Whether no file of such a name is where the program is started."""
    return process.folder is not None and all(files.lacks(posixpath.join(process.folder, name)) for name in names)


def _preloads(process: Process) -> bool:
    """Whether an option loads variables, or code before the entry file that might."""
    words = [literal(word) or "?" for word in process.words[1:]]
    return any(_LOADS.match(word) and not _PLAIN.search(" ".join(words[at : at + 2])) for at, word in enumerate(words))


def _demands(library: Library, program: NodeProgram) -> tuple[Demand, ...]:
    found = {path: library.get(path, node_demands.facts) for path in program.paths}
    if any(one is None or one.unseen for one in found.values()):
        return ()
    writes = {name for one in found.values() if one is not None for name in one.writes}
    return tuple(d for d in _Walk(library, program).demands() if d.name not in writes)


class _Walk:
    """Follows what certainly runs through a program's files."""

    def __init__(self, library: Library, program: NodeProgram) -> None:
        self.library = library
        self.entry = program.entry
        self.modules: Modules = node_application.modules_of(library, program.entry)

    def demands(self) -> Iterator[Demand]:
        """Every demand, in the order of the files."""
        waiting, done = [(self.entry, "")], set[tuple[str, str]]()
        while waiting and len(done) < _MOST:
            path, name = waiting.pop(0)
            known = self.library.get(path, node_demands.facts) if (path, name) not in done else None
            done.add((path, name))
            block = known.blocks.get(name) if known is not None else None
            if known is None or block is None:
                continue
            yield from block.demands
            loads = (self.modules.resolve(path, s) for s in known.loads) if not name else ()
            waiting += [(target, "") for target in loads if target is not None]
            for call in block.calls:
                target = self._function(path, call.function)
                if target is None:
                    continue
                waiting.append(target)
                yield from self._asked(target, call)

    def _asked(self, target: tuple[str, str], call: Called) -> Iterator[Demand]:
        known = self.library.get(target[0], node_demands.facts)
        block = known.blocks.get(target[1]) if known is not None else None
        if block is not None and block.asks and call.given is not None:
            yield node_demands.Demand(call.given, call.location)

    def _function(self, path: str, spelled: str) -> tuple[str, str] | None:
        """The file and name of a function that is called so in a file."""
        known = self.library.get(path, node_demands.facts)
        if known is not None and spelled in known.blocks:
            return path, spelled
        names = self.modules.names(path)
        head, _, rest = spelled.partition(".")
        imported = names.imports.get(head) if names is not None else None
        target = self.modules.resolve(path, imported.specifier) if imported is not None else None
        if imported is None or target is None or "." in rest:
            return None
        wanted = rest or imported.name
        theirs = self.modules.names(target)
        local = (
            next((e.local for e in theirs.exports if e.name == wanted and e.specifier is None), wanted)
            if theirs
            else wanted
        )
        return target, local
