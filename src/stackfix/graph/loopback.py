"""Listeners that only their own container can reach, though others must, and how each would be opened.

May import findings, repairs, the graph's nouns, voices and authority.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.findings import Location, located
from stackfix.graph import authority, container, lacking, node_application, node_sources, tools, voices
from stackfix.graph.command import literal
from stackfix.graph.lacking import EVERY
from stackfix.graph.model import Platform
from stackfix.graph.started import Listens, endpoints
from stackfix.repairs.add_variable import AddVariable
from stackfix.repairs.append_item import AppendItem
from stackfix.repairs.set_argument import SetArgument
from stackfix.repairs.set_command import SetCommand
from stackfix.repairs.set_text import SetText
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Anchor, Repair
    from stackfix.graph.application import ProgramListen
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Endpoint, Words, Workload
    from stackfix.graph.started import Process

_DAPR = re.compile(rb"dapr\.io/app-port[\"']?\s*:\s*[\"']?(\d{1,5})\b")
_UNQUOTED = ("shell:plain", "shell:word")
_BOUNDARIES = frozenset({b"", b" ", b"\t", b"\n", b"\r", b'"', b"'", b";", b"&", b"|", b")"})
_OPTIONS = ("--host", "--binding", "--ip", "--bind")
_CONFIGURED = frozenset({"vite", "astro", "ng", "rails"})
"""Programs whose command line stands over their configuration, which says no host."""
_KEYWORDS = {"gradio": "server_name", "werkzeug.serving.run_simple": "hostname", "grpc": None, "tornado": None,
    "cherrypy": None}  # fmt: skip
"""What calls name their host's argument; the others say `host`."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A listener on loopback that somebody outside must reach. `repairs` open it; none where that can't be told."""

    workload: Workload
    endpoint: Endpoint
    location: Location
    anchor: Anchor
    asking: tuple[Location, ...]
    repairs: tuple[Repair, ...]


def closed(graph: Graph, workload: Workload) -> Iterator[Closed]:
    """The listeners of one workload that are closed to those who need them."""
    group = voices.sharing(workload)
    if group is None or not graph.settled(workload).known or not lacking.is_first(graph, workload):
        return
    for endpoint in authority.sure(graph.settled(workload)):
        if not endpoint.loopback or lacking.is_default_host(workload, endpoint):
            continue
        if workload.deployment.platform is not Platform.COMPOSE and endpoint.port in _sidecars(graph):
            continue
        asking = lacking.asking(graph, workload, endpoint)
        if asking and not lacking.has_other_way_in(graph, workload, endpoint):
            yield _closed(graph, workload, endpoint, asking)


def _sidecars(graph: Graph) -> frozenset[int]:
    """The ports at which Dapr's sidecar asks an application: in the same pod, over loopback."""

    def read() -> frozenset[int]:
        paths = (p for p, entry in graph.library.tree.entries.items() if entry.wiring and p.endswith((".yml", ".yaml")))
        texts = (graph.library.sources.read(path) or b"" for path in paths)
        return frozenset(int(port) for text in texts for port in _DAPR.findall(text))

    return graph.library.remember("ports that Dapr's sidecars ask", read)


def _closed(graph: Graph, workload: Workload, endpoint: Endpoint, asking: tuple[Location, ...]) -> Closed:
    note = f"binds {endpoint.host} alone"
    if endpoint.host_text is not None and (place := located(endpoint.host_text, note)) is not None:
        anchor = endpoint.anchor or workload.anchor
        return Closed(workload, endpoint, place, anchor, asking, (SetText(endpoint.host_text, EVERY),))
    for process in _processes(graph, workload, endpoint):
        if process.listens is Listens.SOURCE and node_sources.is_node(process):
            for node in _of_node(graph, workload, process):
                where = Location(node.location.path, node.location.span, note)
                given = SetArgument(node.anchor, "host", EVERY)
                return Closed(workload, endpoint, where, node.anchor, asking, (given,))
        if process.listens is Listens.SOURCE:
            for listen in _listens(graph, workload, process):
                where = Location(listen.listen.location.path, listen.listen.location.span, note)
                return Closed(workload, endpoint, where, listen.listen.anchor, asking, _argument(listen))
        where = Location(process.location.path, process.location.span, note)
        return Closed(workload, endpoint, where, process.anchor, asking, _words(graph, workload, process, endpoint))
    where = Location(workload.location.path, workload.location.span, note)
    return Closed(workload, endpoint, where, workload.anchor, asking, _variable(workload, endpoint))


def _variable(workload: Workload, endpoint: Endpoint) -> tuple[Repair, ...]:
    """The variable by which a program that has no such option is told its host."""
    name = endpoint.host_variable
    if name is None or name == endpoint.variable or workload.deployment.platform is Platform.IMAGE:
        return ()
    return (AddVariable(workload.anchor, name, EVERY),)


def _processes(graph: Graph, workload: Workload, endpoint: Endpoint) -> Iterator[Process]:
    """The process that has the listener: the one whose command says so, else the only one whose source does."""
    begun = graph.started(workload)
    for process in begun.processes if begun is not None else ():
        if process.listens is Listens.COMMAND:
            bound = endpoints(process).endpoints
            if any(e.port == endpoint.port and e.loopback for e in bound) or process.tool in _CONFIGURED:
                yield process
        elif process.listens is Listens.SOURCE or (
            process.listens is Listens.CONFIGURATION and process.tool in _CONFIGURED
        ):
            yield process


def _listens(graph: Graph, workload: Workload, process: Process) -> Iterator[ProgramListen]:
    program = graph.program_of(workload, process)
    silent = [x for x in program.listens if x.certain and x.host is None and x.default_host] if program else []
    if len(silent) == 1:
        yield silent[0]


def _of_node(graph: Graph, workload: Workload, process: Process) -> Iterator[node_application.ProgramListen]:
    """The one call of a Node program that leaves the host to its framework, which takes localhost."""
    program = node_sources.program(graph, workload, process)
    silent = [one for one in program.listens if one.certain and one.host is None] if program is not None else []
    if len(silent) == 1 and silent[0].framework == "fastify":
        yield silent[0]


def _argument(listen: ProgramListen) -> tuple[Repair, ...]:
    """The call with a host."""
    keyword = _KEYWORDS.get(listen.listen.tool, "host")
    return () if keyword is None else (SetArgument(listen.listen.anchor, keyword, EVERY),)


# --- commands --------------------------------------------------------------------------------------------------------


def _words(graph: Graph, workload: Workload, process: Process, endpoint: Endpoint) -> tuple[Repair, ...]:
    """The command with an option for the host, before its port if it has one, else at its end."""
    if process.tool == "runserver":
        return _runserver(graph, workload, process, endpoint)
    values = tuple(v for w in process.words[1:] if (v := literal(w)) is not None)
    tool = tools.find(process.tool, values)
    option = next((o for o in _OPTIONS if tool is not None and o in {*tool.host, *tool.bind}), None)
    if tool is None or option is None:
        return ()
    added = (option, EVERY if option in tool.host else f"{EVERY}:{endpoint.port}")
    at = next((i for i, w in enumerate(process.words) if literal(w) in tool.port), len(process.words))
    before = process.words[at - 1].text if at else None
    if before is None or before.place is None:
        return ()
    return _inserted(graph, workload, before, added, last=at == len(process.words))


def _runserver(graph: Graph, workload: Workload, process: Process, endpoint: Endpoint) -> tuple[Repair, ...]:
    """Django's address: `8000` becomes `0.0.0.0:8000`, and none is added behind `runserver`."""
    whole = f"{EVERY}:{endpoint.port}"
    written = next((w.text for w in process.words if literal(w) == str(endpoint.port)), None)
    if written is not None:
        return (SetText(written, whole),) if written.place is not None else ()
    before = process.words[-1].text
    if endpoint.port_text is not None or before is None or before.place is None or literal(process.words[-1]) is None:
        return ()
    return _inserted(graph, workload, before, (whole,), last=True)


def _inserted(
    graph: Graph, workload: Workload, before: Text, added: tuple[str, ...], *, last: bool
) -> tuple[Repair, ...]:
    listed = _listed(graph, workload, before)
    if listed is None:
        return _into_shell(graph, before, " ".join(added))
    whole = [t.text for t in listed.words]
    if listed.anchor.innermost.syntax == "yaml":
        return tuple(AppendItem(listed.anchor, word) for word in added) if last or whole[-1] is not None else ()
    if listed.anchor.innermost.syntax != "dockerfile" or any(t is None for t in whole):
        return ()
    said = [t.value for t in whole if t is not None]
    index = next(i for i, t in enumerate(whole) if t is not None and t.place == before.place) + 1
    return (SetCommand(listed.anchor, (*said[:index], *added, *said[index:])),)


def _into_shell(graph: Graph, before: Text, added: str) -> tuple[Repair, ...]:
    """Further words of a shell's text behind one of its words, spelled as what is around the shell spells it."""
    piece = before.pieces[-1]
    if piece.path is None or not piece.exact or not piece.quoting or not piece.quoting[-1].startswith(_UNQUOTED):
        return ()
    data = graph.library.sources.read(piece.path) or b""
    if data[piece.span.end : piece.span.end + 1] not in _BOUNDARIES:
        return ()
    said = before.value[len(before) - piece.length :]
    word = Text(said, (replace(piece, quoting=piece.quoting[:-1]),))
    return (SetText(word, f"{said} {added}"),)


def _listed(graph: Graph, workload: Workload, text: Text) -> Words | None:
    """The list of words that one word is an item of; None where it stands in a shell's text."""
    for words in container.words(graph, workload) or ():
        if (
            words is not None
            and not words.shell
            and any(t.text is not None and t.text.place == text.place for t in words.words)
        ):
            return words
    return None
