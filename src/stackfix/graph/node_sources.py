"""From a workload's command to the Node program that it runs, and what that program binds.

May import the graph's nouns, container and node_application.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.graph import environment, node_application, node_packages, sources, started, tool_names
from stackfix.graph.command import literal
from stackfix.graph.container import Files
from stackfix.graph.image_files import Found, absolute
from stackfix.graph.model import NOTHING_KNOWN, Listening, Witness
from stackfix.graph.node_servers import BUN
from stackfix.graph.started import Bind, Listens
from stackfix.graph.value import Environment, Hole, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from stackfix.graph.image import Image
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.node_application import NodeProgram, ProgramListen
    from stackfix.graph.started import Process, Started

_TOOLS = frozenset(tool_names.SCRIPTED) - {"php", "gradio"}
_PLAIN = frozenset({"node", "nodejs", "tsx", "ts-node", "nodemon"})
"""Interpreters that serve nothing of their own; Bun and Deno serve what a file exports."""
_ENDINGS = ("", ".js", ".mjs", ".cjs", ".ts", "/index.js")
_COMPILERS = frozenset({"nest", "tsc"})
_STANDALONE = ".next/standalone"
_SVELTE = re.compile(r"/(?:build|build/index\.js)$")
_NITRO = "/.output/server/index.mjs"


def is_node(process: Process) -> bool:
    """Whether a process runs source that Node, Bun or a relative of theirs interprets."""
    return process.listens is Listens.SOURCE and process.tool in _TOOLS


def programs(graph: Graph, workload: Workload) -> tuple[NodeProgram, ...]:
    """Every Node program that a workload runs, as far as its source is in the tree."""
    begun = graph.started(workload)
    found = (program(graph, workload, p) for p in begun.processes if is_node(p)) if begun is not None else ()
    return tuple(one for one in found if one is not None)


def program(graph: Graph, workload: Workload, begun: Process) -> NodeProgram | None:
    """The Node program behind a process, compiled ones by their source; None where it isn't certain which that is."""
    path = begun.entry.path if begun.entry is not None else None
    if path is None or not is_node(begun):
        return None
    seen = sources.files(graph, workload)
    if _generated(seen, path) is not None:
        return None
    compiled = _is_compiled(graph.started(workload))
    source = _source(seen, path, compiled=compiled) or _from_stage(graph, seen.image, path)
    if source is None:
        return None
    return graph.library.remember(("node", source), lambda: node_application.program(graph.library, source))


def _is_compiled(begun: Started | None) -> bool:
    """Whether the command compiles what it then starts: `npm run build && node dist/main.js`."""
    steps = [literal(step.words[0]) or "" for step in begun.steps if step.words] if begun is not None else []
    return any(posixpath.basename(word) in _COMPILERS for word in steps)


def _source(seen: Files, path: str, *, compiled: bool = False) -> str | None:
    """The file of the tree behind an entry point of the container, which its own command may compile."""
    for end in _ENDINGS:
        found = seen.lookup(path + end)
        if isinstance(found, str):
            return found
    absent = all(seen.lookup(path + end) is Found.ABSENT for end in _ENDINGS)
    if (absent and not compiled) or _was_replaced(seen, path):
        return None
    inside = posixpath.dirname(path)
    while not isinstance(package := seen.lookup(posixpath.join(inside, "package.json")), str):
        if inside == "/":
            return None
        inside = posixpath.dirname(inside)
    folder = posixpath.dirname(package)
    return node_application.source_of(seen.library, folder, tree.join(folder, posixpath.relpath(path, inside)))


def _from_stage(graph: Graph, image: Image | None, path: str) -> str | None:
    """The source behind a file that is taken from the stage that compiles it, whose package stays there."""
    for copying in reversed(image.copies) if image is not None else ():
        stage, to = copying.instruction.flag("from"), (copying.destination or "").rstrip("/") + "/"
        value = copying.sources[0][1] if len(copying.sources) == 1 else None
        if image is None or stage is None or stage.value is None or value is None or not path.startswith(to):
            continue
        made = graph.image_of(replace(image.build, target=stage.value.value))
        origin = posixpath.join(absolute(value.text.value), path[len(to) :])
        return _source(Files(graph.library, made, ()), origin) if made is not None else None
    return None


def _was_replaced(seen: Files, path: str) -> bool:
    """Whether the file was copied, and a step may have put another in its place."""
    return seen.image is not None and any(seen.image.files.was_copied(path + end) for end in _ENDINGS)


# --- what it binds ---------------------------------------------------------------------------------------------------


def listening(graph: Graph, workload: Workload, begun: Process) -> Listening:
    """What a Node process binds, where every call that binds is certain."""
    seen = sources.files(graph, workload)
    path = begun.entry.path if begun.entry is not None else None
    if path is None:
        return NOTHING_KNOWN
    generated = _generated(seen, path)
    if generated is not None:
        return _bound((generated, *begun.binds), begun, begun.environment)
    found = program(graph, workload, begun)
    if found is not None and begun.tool in _PLAIN and not begun.binds and _binds_nothing(found):
        return Listening((), known=True)
    if found is None or not found.listens_known:
        return NOTHING_KNOWN
    binds = tuple(_bind(listen) for listen in found.listens if listen.framework != BUN or begun.tool == "bun")
    return _bound((*binds, *begun.binds), begun, environment_of(seen, found, begun))


def _binds_nothing(found: NodeProgram) -> bool:
    """Whether nothing that it imports could open a port."""
    return not found.listens and not found.unread and all(map(node_packages.serves_nothing, found.packages))


def _bound(binds: tuple[Bind, ...], begun: Process, seen: Environment) -> Listening:
    found = [started.endpoint(bind, begun, seen) for bind in binds]
    certain = tuple(dict.fromkeys(e for e in found if e is not None))
    return Listening(certain, known=True) if certain and None not in found else NOTHING_KNOWN


def is_of_next(graph: Graph, workload: Workload, begun: Process) -> bool:
    """Whether a process is the server that Next has made (standalone)."""
    path = begun.entry.path if begun.entry is not None and is_node(begun) else None
    return path is not None and _is_standalone(sources.files(graph, workload), path)


def _is_standalone(seen: Files, path: str) -> bool:
    return posixpath.basename(path) == "server.js" and _copied(seen, _STANDALONE)


def _bind(listen: ProgramListen) -> Bind:
    """A call that binds. Fastify keeps to the container itself where no host is given."""
    host = listen.host
    if host is None and listen.framework == "fastify":
        host = Template.literal(Text.unwritten("localhost"))
    sockets = listen.framework == "ws"
    return Bind(listen.port, host, witness=Witness.SOURCE, listener=listen.location, sockets=sockets)


def _generated(seen: Files, path: str) -> Bind | None:
    """What the server binds that Next (standalone) or Nuxt has made at a path: both go by variables."""
    if _is_standalone(seen, path):
        return Bind(_variables("3000", "PORT"), _variables("0.0.0.0", "HOSTNAME"), witness=Witness.TOOL)  # noqa: S104 - read, not bound
    if path.endswith(_NITRO) or (path.endswith("/server/index.mjs") and _copied(seen, ".output")):
        port, host = _variables("3000", "NITRO_PORT", "PORT"), _variables("0.0.0.0", "NITRO_HOST", "HOST")  # noqa: S104 - as above
        return Bind(port, host, witness=Witness.TOOL)
    if _SVELTE.search(path) and _is_svelte(seen, _SVELTE.sub("", path)):
        return Bind(_variables("3000", "PORT"), _variables("0.0.0.0", "HOST"), witness=Witness.TOOL)  # noqa: S104 - as above
    return None


def _is_svelte(seen: Files, folder: str) -> bool:
    """Whether a folder's package is built by SvelteKit's adapter for Node, its variables named as usual."""
    path = seen.lookup(posixpath.join(folder, "package.json"))
    known = node_application.package(seen.library, path) if isinstance(path, str) else None
    if known is None or "@sveltejs/adapter-node" not in known.dependencies | known.development:
        return False
    configured = [seen.library.text(p) for p in seen.library.tree.directly_in(known.folder) if "svelte.config." in p]
    return all(text is not None and "envPrefix" not in text.value for text in configured)


def _copied(seen: Files, folder: str) -> bool:
    """Whether the image takes a folder that a build has made from one of its stages."""
    return any(
        copying.instruction.flag("from") is not None
        and any(value is not None and value.text.value.rstrip("/").endswith(folder) for _, value in copying.sources)
        for copying in (seen.image.copies if seen.image is not None else ())
    )


def _variables(default: str, *names: str) -> Template:
    """The first of some variables that isn't empty, else a default."""
    value = Template.literal(Text.unwritten(default))
    for name in reversed(names):
        value = Template((Hole(name, value, empty_is_unset=True),))
    return value


def environment_of(seen: Files, found: NodeProgram, begun: Process) -> Environment:
    """What the program sees once it has loaded a `.env` file, which gives what nothing else does."""
    options = [w for word in begun.words[1:] if (w := literal(word)) is not None]
    if not found.dotenv and not any(w.startswith("--env-file") or "dotenv/config" in w for w in options):
        return begun.environment
    path = posixpath.join(begun.folder, ".env") if begun.folder is not None else None
    inside = seen.lookup(path) if path is not None else Found.MADE
    if isinstance(inside, str):
        given = environment.variables(seen.library, inside)
        return Environment(given or {}, given is not None).under(begun.environment)
    absent = path is not None and seen.lacks(path)
    return begun.environment if absent else replace(begun.environment, complete=False)
