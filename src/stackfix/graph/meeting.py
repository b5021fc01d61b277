"""Does a reference's port meet its component, and if not, which port was meant.

In Compose what counts is the port inside the container. A port counts as answered where the process binds it, where
nobody can tell what the process binds, or where more than one thing is said of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.formats import yaml
from stackfix.graph import authority, kubernetes_names
from stackfix.graph.model import DEFAULT_PORTS, Says

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.findings import Location
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Declaration, KubeService, Reference, Workload
    from stackfix.graph.reach import Reach
    from stackfix.spans import Span
    from stackfix.text import Text


_PLAIN = frozenset({"http", "ws"})
"""Schemes whose own port is meant where none is written."""


_HOSTS = frozenset({"host.docker.internal", "gateway.docker.internal", "host.containers.internal"})


@dataclass(frozen=True, slots=True)
class Answer:
    """The port that a component answers on, and who says so."""

    port: int
    evidence: tuple[Location, ...]


def published_instead(graph: Graph, reference: Reference, targets: Iterable[Workload]) -> Answer | None:
    """The container port behind the *published* one that a reference inside the network names, if it names one."""
    port, targets = reference.address.port, tuple(targets)
    if port is None or (_publishes(reference, targets) and published_by(graph, reference, targets) is None):
        return None
    answers = {_behind(graph, target, port) for target in targets}
    return answers.pop() if len(answers) == 1 else None


def _publishes(reference: Reference, targets: Iterable[Workload]) -> bool:
    """Whether the number is written where `ports` takes it from: a variable of the Compose file, no address."""
    written = reference.address.port_text.place if reference.address.port_text is not None else None
    published = (d.published_text for target in targets for d in target.declarations)
    return written is not None and any(text is not None and text.place == written for text in published)


def published_by(graph: Graph, reference: Reference, targets: Iterable[Workload]) -> str | None:
    """The variable that gives a port inside the network, where the target's `ports` are told by it, too.

    `${API_PORT:-8081}` in both: whoever sets it moves the published port alone.
    """
    asker, port = reference.workload, reference.address.port_text
    given = asker.environment.get(reference.variable) if asker is not None and reference.variable is not None else None
    if given is None or port is None or port.place is None:
        return None
    declared = {d.location for target in targets for d in target.declarations if d.published == reference.address.port}
    entries = [_written(graph, location) for location in declared]
    for use in given.uses:
        value = use.variable.value if use.variable is not None else None
        if _holds(use.hole.location, port.place) if value is None else value.place == port.place:
            told = re.compile(rf"\$\{{?{use.hole.name}(?!\w)")
            return use.hole.name if any(told.search(entry) for entry in entries) else None
    return None


def _holds(outer: Location | None, inner: tuple[str, Span]) -> bool:
    return outer is not None and outer.path == inner[0] and outer.span.contains(inner[1])


def read_of(graph: Graph, reference: Reference, name: str) -> Text | None:
    """Where a Compose value reads a variable that gives the reference's port: the whole `${NAME:-8081}`."""
    documents = graph.library.get(reference.anchor.path, yaml.read)
    node = yaml.resolve(documents, reference.anchor.steps) if documents is not None else None
    node = yaml.deref(node) if node is not None else None
    if not isinstance(node, yaml.Scalar):
        return None
    found = list(re.finditer(rf"\$(?:{name}(?!\w)|\{{{name}(?::?-\d+)?\}})", node.text.value))
    return node.text.slice(*found[0].span()) if len(found) == 1 else None


def _written(graph: Graph, location: Location) -> str:
    data = graph.library.sources.read(location.path) or b""
    return data[location.span.start : location.span.end].decode(errors="replace")


def _behind(graph: Graph, target: Workload, port: int | None) -> Answer | None:
    if port in graph.settled(target).ports or any(d.port == port for d in target.declarations):
        return None
    mappings = [d for d in target.declarations if d.published == port and d.protocol == "tcp"]
    if len({d.port for d in mappings}) != 1:
        return None
    mapping = mappings[0]
    bound = answered(graph, target)
    container = bound.port if bound and mapping.port not in graph.settled(target).ports else mapping.port
    place = located(mapping.published_text or mapping.port_text, f"{mapping.published} is the host's side of this port")
    return Answer(container, tuple(filter(None, (place, *_witnesses(graph, target, container)))))


def over_the_host(graph: Graph, reference: Reference) -> tuple[Workload, Answer] | None:
    """The sibling that an address of the host itself leads back to, by the port that it publishes there.

    A desktop's engine gives containers a name for the host, a server's only where `extra_hosts` says so.
    """
    asker, port = reference.workload, reference.address.port
    host = reference.address.host.value
    if asker is None or port is None or host not in _HOSTS or host in asker.extra_hosts or asker.network_mode:
        return None
    found = [
        (other, mapping)
        for other in graph.names.neighbours(asker)
        if other.deployment is asker.deployment and other is not asker and other.profiles <= asker.profiles
        for mapping in other.declarations
        if mapping.published == port and mapping.protocol == "tcp"
    ]
    if len({other for other, _ in found}) != 1 or len({mapping.port for _, mapping in found}) != 1:
        return None
    target, mapping = found[0]
    if graph.settled(target).known and mapping.port not in graph.settled(target).ports:
        return None
    place = located(mapping.published_text or mapping.port_text, f"{target.name} publishes {port}")
    return target, Answer(mapping.port, tuple(filter(None, (place,))))


def wrong_port(graph: Graph, reference: Reference, reach: Reach) -> Answer | None:
    """The port that a reference should name, where it names one that its component certainly doesn't answer on.

    In Kubernetes that is a port of the Service, in Compose and behind a headless Service one that the process binds.
    """
    port = reference.address.default_port if reference.address.scheme else reference.address.port
    if port is None or (reference.address.port is None and reference.address.scheme not in _PLAIN):
        return None
    if _publishes(reference, reach.workloads):
        return None
    if reach.service is not None and not reach.service.headless:
        return _offered(reach.service, port, reach.workloads)
    answers = set()
    for target in reach.workloads:
        listening = graph.settled(target)
        if not listening.known or port in listening.ports:
            return None
        answers.add(answered(graph, target, reference.address.scheme))
    return answers.pop() if len(answers) == 1 else None


def told_port(graph: Graph, reach: Reach, port: int) -> Answer | None:
    """A port that is asked for because of what speaks there, where the component has it."""
    if reach.service is not None and not reach.service.headless:
        offered = next((p for p in reach.service.ports if p.port == port), None)
        place = located(offered.port_text, f"the Service offers {port}") if offered is not None else None
        return Answer(port, (place,) if place else ()) if offered is not None else None
    if not reach.workloads or any(port not in graph.settled(w).ports for w in reach.workloads):
        return None
    return Answer(port, tuple(p for w in reach.workloads for p in authority.witnesses(graph, w, port)))


def _offered(service: KubeService, port: int, pods: Iterable[Workload]) -> Answer | None:
    """The one port of a Service, or the one behind which the asked number is; None where the Service has it."""
    if service.external_name or not service.ports or any(p.port == port for p in service.ports):
        return None
    behind = [p for p in service.ports if port in kubernetes_names.target_ports(p, tuple(pods))]
    fitting = behind or list(service.ports)
    if len(fitting) != 1:
        return None
    place = located(fitting[0].port_text, f"the Service offers {fitting[0].port}")
    return Answer(fitting[0].port, (place,) if place else ())


def answered(graph: Graph, target: Workload, scheme: str | None = None) -> Answer | None:
    """The one port that a component answers on; of several, the one that its declarations single out."""
    endpoints = [e for e in graph.settled(target).endpoints if e.protocol == "tcp" and e.sure and not e.loopback]
    if len({e.port for e in endpoints}) > 1:
        told: set[int | None] = {d.port for d in target.declarations} or {DEFAULT_PORTS.get(scheme or "")}
        endpoints = [e for e in endpoints if e.port in told]
        # A protocol that few speak is asked at its own port, beside a page for people.
        usual = [e for e in endpoints if scheme not in _PLAIN and e.port == DEFAULT_PORTS.get(scheme or "")]
        endpoints = usual or endpoints
    if len({e.port for e in endpoints}) != 1:
        return None
    port = endpoints[0].port
    return Answer(port, tuple(_witnesses(graph, target, port)))


def _witnesses(graph: Graph, target: Workload, port: int) -> Iterator[Location]:
    """Who says that a component has a port: what it binds, or is to bind, else what is declared."""
    if port in graph.settled(target).ports:
        yield from authority.witnesses(graph, target, port)
        return
    for declaration in target.declarations:
        if declaration.port == port and (place := located(declaration.port_text, _said(declaration))):
            yield place
            return


def _said(declaration: Declaration) -> str:
    if declaration.says is Says.PUBLISHED:
        return f"{declaration.port} is the port inside the container"
    return f"{declaration.says.value} says {declaration.port}"
