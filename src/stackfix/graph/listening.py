"""What a workload really binds, in that deployment.

The command line first, then the environment that the deployment gives, the image's ENV, the source's default, the known
image's or tool's own (model.md: "a listen endpoint is …"). Where anything hides it, nobody can tell.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.graph import (
    compiled,
    container,
    dev_servers,
    gunicorn_settings,
    kafka_brokers,
    known_images,
    loaded_env,
    managed,
    node_sources,
    proxies,
    ruby_servers,
    started,
    web_servers,
)
from stackfix.graph.model import NOTHING_KNOWN, Endpoint, Listening, Witness
from stackfix.graph.started import Bind, Listens
from stackfix.graph.value import Template
from stackfix.text import Text

if TYPE_CHECKING:
    from stackfix.graph.application import ProgramListen
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.started import Process
    from stackfix.graph.value import Environment


def of(graph: Graph, workload: Workload) -> Listening:
    """All endpoints of a workload, or that nobody can tell."""
    served = web_servers.of_pulled(graph, workload) if graph.build_of(workload) is None else None
    if served is not None:
        return served
    if workload.build is None and graph.build_of(workload) is None and not container.is_bare(workload):
        pulled = _pulled(graph, workload)
        return pulled if pulled.known or pulled.endpoints else _commanded(graph, workload)
    if proxies.runs_nginx(graph, workload):
        return _nginx(graph, workload)
    begun = graph.started(workload)
    if begun is None or not begun.known or not begun.processes:
        return NOTHING_KNOWN
    parts = [_process(graph, workload, process) for process in begun.processes]
    known = all(part.known for part in parts)
    return Listening(tuple(e for part in parts for e in part.endpoints), known=known)


def _nginx(graph: Graph, workload: Workload) -> Listening:
    """What nginx binds, and what else its container runs beside it."""
    found = proxies.endpoints(graph, workload)
    begun = graph.started(workload)
    others = [p for p in begun.processes if p.tool != "nginx"] if begun is not None else []
    parts = [_process(graph, workload, process) for process in others]
    beside = tuple(endpoint for part in parts for endpoint in part.endpoints)
    if found is None:
        return Listening(beside)
    return Listening((*found, *beside), known=all(part.known for part in parts))


def _pulled(graph: Graph, workload: Workload) -> Listening:
    """A public image as it is configured here."""
    if workload.image is None:
        return NOTHING_KNOWN
    if proxies.runs_nginx(graph, workload):
        found = proxies.endpoints(graph, workload)
        return NOTHING_KNOWN if found is None else Listening(found, known=True)
    broker = next((b for b in graph.kafka_brokers if b.workload is workload), None)
    if broker is not None:
        # It may open others besides, for metrics or an agent.
        return Listening(tuple(kafka_brokers.endpoints(broker)))
    unread = any(p.text is None for w in (workload.entrypoint, workload.command) if w for p in w.words)
    ports = _opened(workload, workload.image, workload.environment)
    if ports is None or unread:
        return NOTHING_KNOWN
    certain = tuple(Endpoint(port, Witness.KNOWN_IMAGE, evidence=(workload.location,)) for port in ports.certain)
    possible = tuple(Endpoint(port, Witness.TOOL, sure=False) for port in sorted(ports.possible - set(ports.certain)))
    return Listening((*certain, *possible), known=True)


def as_it_comes(graph: Graph, workload: Workload) -> tuple[int, bool] | None:
    """The main port of a public image where nobody can tell what it binds, and whether nothing seen may move it.

    What nobody sees are variables of a file that isn't kept in git; what may move it are settings mounted over its own.
    """
    known = known_images.service(workload.image.value) if workload.image is not None else None
    if workload.image is None or known is None or graph.settled(workload).known or graph.build_of(workload) is not None:
        return None
    if known_images.is_no_server(_words(workload)):
        return None
    ports = _opened(workload, workload.image, replace(workload.environment, complete=True))
    return (known.ports[0], False) if ports is None else (ports.certain[0], True)


def answers(graph: Graph, workload: Workload, port: int) -> bool:
    """Whether a workload surely answers on a port to others."""
    return any(e.port == port and e.sure and not e.loopback for e in graph.settled(workload).endpoints)


def _words(workload: Workload) -> list[str]:
    """What a deployment gives in place of or behind an image's own command, as far as it can be read."""
    return [t.value for w in (workload.entrypoint, workload.command) if w for p in w.words if (t := p.text)]


def _opened(workload: Workload, image: Text, environment: Environment) -> known_images.ServicePorts | None:
    """What a public image opens by what its deployment tells it."""
    mounted = [mount.target for mount in workload.mounts]
    return known_images.ports(image.value, environment, _words(workload), mounted)


def _commanded(graph: Graph, workload: Workload) -> Listening:
    """What an image that nobody sees binds, where the deployment's whole command writes it: no image decides that."""
    begun = graph.started(workload)
    if workload.image is None or begun is None or not begun.known or not begun.processes:
        return NOTHING_KNOWN
    parts = [started.endpoints(process) for process in begun.processes]
    written = all(_is_written(bind, workload) for process in begun.processes for bind in process.binds)
    if not written or not all(part.known for part in parts):
        return NOTHING_KNOWN
    return Listening(tuple(e for part in parts for e in part.endpoints), known=True)


def _is_written(bind: Bind, workload: Workload) -> bool:
    """Whether the deployment itself writes the port, and an address where there is one: the image's ENV has no say."""
    told = [part for part in (bind.port, bind.host) if part is not None]
    given = all(workload.environment.get(hole.name) is not None for part in told for hole in part.holes)
    texts = [text for part in told for text in part.parts if isinstance(text, Text)]
    return bind.port is not None and given and all(text.place is not None for text in texts)


def _process(graph: Graph, workload: Workload, process: Process) -> Listening:
    readers = (
        dev_servers.listening,
        compiled.listening,
        managed.listening,
        web_servers.listening,
        gunicorn_settings.listening,
        ruby_servers.listening,
    )
    told = next((said for read in readers if (said := read(graph, workload, process)) is not None), None)
    if told is not None:
        return told
    if process.listens is not Listens.SOURCE:
        return started.endpoints(process)
    if node_sources.is_node(process):
        return node_sources.listening(graph, workload, process)
    program = graph.program_of(workload, process)
    if program is None or program.unread:
        return NOTHING_KNOWN
    listens = [listen for listen in program.listens if listen.certain]
    if len(listens) != len(program.listens) or not listens:
        return NOTHING_KNOWN
    seen = loaded_env.seen(graph, workload, process, program)
    found = [started.endpoint(_bind(listen), process, seen) for listen in listens]
    certain = tuple(endpoint for endpoint in found if endpoint is not None)
    return Listening(certain, known=len(certain) == len(found))


def _bind(listen: ProgramListen) -> Bind:
    """A call that binds, with the framework's own defaults where it gives nothing."""
    port = listen.port
    if port is None and listen.default_port is not None:
        port = Template.literal(Text.unwritten(str(listen.default_port)))
    host = listen.host
    if host is None and listen.default_host is not None:
        host = Template.literal(Text.unwritten(listen.default_host))
    said = listen.listen
    return Bind(port, host, witness=Witness.SOURCE, listener=said.location, sockets=said.sockets)
