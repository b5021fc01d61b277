"""Which component a name that resolves to nothing was meant for.

One fits when its name is akin and its port or protocol doesn't contradict, or when it is the only one that speaks the
protocol or answers on the port. The configuration's `[names]` decides before everything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph import kinship, kubernetes_names, scripts, voices
from stackfix.graph.kubernetes_cluster import same_namespace
from stackfix.graph.model import Platform, Writing
from stackfix.graph.reach import Reached

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stackfix.findings import Location
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Reference, Workload

_ANYONES = frozenset({80, 443, 3000, 4000, 5000, 8000, 8080, 8888, 9000})
"""Ports that so many servers use that one of them alone names none."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name that would resolve, where it is given, and the port to go with it (None: the written one)."""

    name: str
    workload: Workload
    port: int | None
    place: Location


@dataclass(frozen=True, slots=True)
class Fit:
    """The candidates, the best first. `certain`: there is one and the evidence is for it; `policy` is what decided."""

    candidates: tuple[Candidate, ...]
    certain: bool = False
    policy: Location | None = None


def fit(graph: Graph, reference: Reference) -> Fit:
    """Who was meant by a reference's host."""
    asker = reference.workload
    if asker is None:
        return Fit(())
    if asker.deployment.platform is not Platform.COMPOSE:
        return _in_cluster(graph, reference, asker)
    neighbours = tuple(w for w in graph.names.neighbours(asker) if w is not asker)
    if (setting := graph.policy.names.get(reference.address.host.value)) is not None:
        named = [c for w in neighbours if (c := _candidate(graph, reference, w)) and w.name == setting.value]
        return Fit(tuple(named[:1]), certain=bool(named), policy=setting.location)
    possible = tuple(c for w in neighbours if (c := _candidate(graph, reference, w)) is not None)
    own = tuple(c for c in possible if c.workload.deployment is asker.deployment)
    further = _further(graph, reference, possible)
    possible, own = (tuple(c for c in group if c.name not in further) for group in (possible, own))
    akin = _akin(reference, own) or _akin(reference, possible)
    if akin:
        return Fit(akin, certain=len(akin) == 1 and _is_likely(graph, reference, akin[0]))
    sole = _sole(graph, reference, own) or _sole(graph, reference, possible)
    return Fit(sole, certain=len(sole) == 1)


def _is_likely(graph: Graph, reference: Reference, candidate: Candidate) -> bool:
    """Whether something speaks for the port of an address, where nobody can tell what the one that is akin binds.

    A name with words added is that of another component where all that the repository says of it is other ports, or
    none. What stands in an image from elsewhere is unknown.
    """
    port, workload = reference.address.port, candidate.workload
    if port is None or candidate.port is not None or graph.settled(workload).known or workload.build is None:
        return True
    if kinship.same(reference.address.host.value, candidate.name) or kinship.protocol(reference.address.scheme):
        return True
    told = {voice.port for voice in voices.voices(graph, workload)} | {d.port for d in workload.declarations}
    given = (v.value.value for n, v in graph.environment(workload).variables.items() if _is_port(n) and v.value)
    return port in told or str(port) in given


def _is_port(name: str) -> bool:
    return re.search(r"(?i)(?:^|[_.-])port$", name) is not None


def is_left_out(graph: Graph, reference: Reference) -> bool:
    """Whether the host stands in a Compose file of the same folder as a service in a comment, to be switched on."""
    name = re.escape(reference.address.host.value)
    return _is_written(graph, reference, re.compile(rf"(?m)^[ \t]*#[ \t]*{name}:[ \t]*(?:#[^\n]*)?\r?$"))


def is_added_by_recipes(graph: Graph, reference: Reference) -> bool:
    """Whether Symfony Flex writes services into a Compose file of the same folder: between comments of its own."""
    return _is_written(graph, reference, re.compile(r"(?m)^[ \t]*###> [\w.-]+/[\w.-]+ ###"))


def is_run_elsewhere(graph: Graph, reference: Reference) -> bool:
    """Whether the host is a container that no file here starts, though one shares its network or a script joins it."""
    host = reference.address.host.value
    if any(workload.network_mode == f"container:{host}" for workload in graph.workloads):
        return True
    joined = re.compile(rb"\bnetwork\s+connect\s[^\n;&|]*?(?<![\w.-])" + re.escape(host.encode()) + rb"(?![\w.-])")
    return any(joined.search(data) for data in scripts.said(graph.library))


def _is_written(graph: Graph, reference: Reference, key: re.Pattern[str]) -> bool:
    asker = reference.workload
    if asker is None or asker.deployment.platform is not Platform.COMPOSE:
        return False
    folder = asker.deployment.folder
    paths = dict.fromkeys(path for p in graph.projects if p.folder == folder for path in p.paths)
    texts = (graph.library.text(path) for path in paths)
    return any(text is not None and key.search(text.value) for text in texts)


def published(graph: Graph, reference: Reference) -> Fit | None:
    """Who was meant by a name that a stranger on an external network may have: the one that it is akin to.

    That it names the port which that one publishes on the host, and nothing there binds, tells the two apart.
    """
    asker = reference.workload
    if asker is None or not graph.names.strangers_alone(reference.address.host.value, asker):
        return None
    found = fit(graph, reference)
    crossed = len(found.candidates) == 1 and found.certain and found.candidates[0].port is not None
    akin = crossed and _called_like(reference.address.host.value, found.candidates[0].workload)
    return found if akin else None


def _in_cluster(graph: Graph, reference: Reference, asker: Workload) -> Fit:
    """The Service of the asker's namespace whose own name, or whose pods' name, is akin to the host."""
    cluster = graph.cluster(asker)
    host = reference.address.host.value
    found: dict[str, Candidate] = {}
    for service in cluster.services if cluster is not None else ():
        if not same_namespace(service.namespace, asker.namespace or "") or cluster is None or "." in host:
            continue
        pods = kubernetes_names.selected(service, cluster)
        names = [service.name.value, *(w.name for w in pods), *_controllers(pods)]
        named = (setting := graph.policy.names.get(host)) is not None and setting.value == service.name.value
        if not pods or asker in pods or not (named or any(kinship.akin(host, name) for name in names)):
            continue
        ports = {p.port for p in service.ports}
        if reference.address.default_port in {None, *ports} or len(ports) == 1:
            fits = reference.address.default_port in {None, *ports}
            found[service.name.value] = Candidate(
                service.name.value, pods[0], None if fits else ports.pop(), located(service.name) or service.location
            )
    named_best = tuple(c for n, c in found.items() if kinship.same(host, n)) or tuple(found.values())
    return Fit(named_best, certain=len(named_best) == 1)


def _controllers(pods: Iterable[Workload]) -> Iterable[str]:
    return (w.controller.name.value for w in pods if w.controller is not None and w.controller.name is not None)


def _akin(reference: Reference, possible: Iterable[Candidate]) -> tuple[Candidate, ...]:
    host = reference.address.host.value
    found = {c.name: c for c in possible if _called_like(host, c.workload)}
    same = {n: c for n, c in found.items() if kinship.same(host, n)}
    return tuple((same or found).values())


def _called_like(host: str, workload: Workload) -> bool:
    names = [workload.name, workload.container_name.value if workload.container_name else workload.name]
    return any(kinship.akin(host, name) for name in names)


def _sole(graph: Graph, reference: Reference, possible: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Those that speak the reference's own protocol, else those that answer on its telling port."""
    engine = kinship.protocol(reference.address.scheme) or reference.speaks
    port = reference.address.port
    if reference.writing is Writing.PROXY:
        # What the proxy forwards to by its own name elsewhere is not what another name was meant for.
        known = _met(graph, reference)
        possible = tuple(c for c in possible if c.workload not in known)
    if engine is not None:
        found = {c.name: c for c in possible if kinship.engine(_image(c.workload)) == engine}
    else:
        found = {c.name: c for c in possible if port not in _ANYONES and _answers(graph, c, port)}
    return tuple(found.values())


def _further(graph: Graph, reference: Reference, possible: Iterable[Candidate]) -> frozenset[str]:
    """Candidates that are asked already, where the name is that of one more beside them: `api-2` beside `api`."""
    host = re.fullmatch(r"(?P<stem>.*?[A-Za-z])[-_]?\d+", reference.address.host.value)
    alike = [c for c in possible if host is not None and re.sub(r"[-_]?\d+$", "", c.name) == host["stem"]]
    met = _met(graph, reference) if alike else frozenset()
    return frozenset(c.name for c in alike if c.workload in met)


def _met(graph: Graph, reference: Reference) -> frozenset[Workload]:
    """Who the asker reaches by the other addresses that are written as this one is."""
    asked = (r for r in graph.references if r.workload is reference.workload and r.writing is reference.writing)
    reached = (graph.resolve(other) for other in asked)
    return frozenset(w for reach in reached if reach.reached is Reached.MET for w in reach.workloads)


def _answers(graph: Graph, candidate: Candidate, port: int | None) -> bool:
    return port is not None and port in graph.settled(candidate.workload).ports


def _candidate(graph: Graph, reference: Reference, workload: Workload) -> Candidate | None:
    """The workload as a candidate, unless its protocol or its ports speak against it."""
    engine = kinship.protocol(reference.address.scheme) or reference.speaks
    runs = kinship.engine(_image(workload))
    if engine is not None and runs != engine:
        return None
    if engine is None and runs is not None and reference.address.scheme in {"http", "https", "ws", "wss"}:
        return None
    port = reference.address.port
    listening = graph.settled(workload)
    if port is None or not listening.known or port in listening.ports:
        return Candidate(workload.name, workload, None, workload.location)
    behind = {d.port for d in workload.declarations if d.published == port} & listening.ports
    if len(behind) == 1:
        return Candidate(workload.name, workload, behind.pop(), workload.location)
    return None


def _image(workload: Workload) -> str | None:
    return workload.image.value if workload.image else None
