"""Which side is right, and why: the one place that decides about a component's port.

In this order: the project's configuration; what the process binds in that deployment; what is published on purpose;
what most independent declarations say; nobody. A port that the source takes from a variable which the deployment
doesn't set is the deployment's to choose: what it declares stands, and the variable is set to it. A port written into
source or command is the process's own, and the declarations move to it.

May import the graph's nouns and voices.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from stackfix.findings import Location, located
from stackfix.graph import voices
from stackfix.graph.model import Listening, Platform, Says, Witness

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Endpoint, Workload
    from stackfix.graph.voices import Voice

_WRITTEN = frozenset({Witness.SOURCE, Witness.COMMAND, Witness.IMAGE, Witness.ENVIRONMENT})
_MANY = 3
"""So many independent declarations that agree outweigh one listener's certainty (model.md)."""


class Decides(Enum):
    """Who decides a port, strongest first."""

    POLICY = "the configuration"
    PROCESS = "the process"
    PUBLISHED = "what is published"
    MAJORITY = "the declarations"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a deployment chooses for a listener whose port the source takes from a variable that it doesn't set."""

    endpoint: Endpoint
    variable: str
    port: int
    by: Decides
    witnesses: tuple[Location, ...]


@dataclass(frozen=True, slots=True)
class Right:
    """The port that a place should say. `port` is None where several would do: `choices` are those.

    `doubted` are the many declarations that agree on another port than the one listener: then a person decides.
    `listener` is who binds it. `chosen`: the deployment decides it, and the process is to follow.
    """

    port: int | None
    witnesses: tuple[Location, ...]
    choices: tuple[int, ...] = ()
    doubted: tuple[Voice, ...] = ()
    listener: Endpoint | None = None
    chosen: bool = False


# --- what a deployment chooses ---------------------------------------------------------------------------------------


def choice(graph: Graph, workload: Workload) -> Choice | None:
    """The port that a deployment wants of a listener that takes it from a variable; None where it is as it wants."""
    free = [e for e in sure(graph.listening(workload)) if _is_free(e, workload)]
    if len({(e.port, e.variable) for e in free}) != 1 or free[0].variable is None:
        return None
    bound = free[0]
    taken = graph.listening(workload).ports
    if (setting := graph.policy.ports.get(workload.name)) is not None:
        place = (setting.location,) if setting.location else ()
        said = {v.port for v in voices.voices(graph, workload) if v.deciding}
        if setting.value in taken or setting.value not in said:
            # Where nobody says the configured port yet, everything moves to it at once (graph.port_policy).
            return None
        return Choice(bound, free[0].variable, setting.value, Decides.POLICY, place)
    spoken = voices.voices(graph, workload)
    if any(v.deciding and v.port == bound.port for v in spoken):
        return None
    wanted = ({v.port for v in spoken if v.deciding} or _expected(spoken)) - taken
    found = _elected([v for v in spoken if v.port in wanted], _published(graph, workload))
    if found is None:
        return None
    port, by = found
    witnesses = tuple(v.location for v in spoken if v.port == port)
    return Choice(bound, free[0].variable, port, by, witnesses)


def _expected(spoken: Iterable[Voice]) -> set[int]:
    """The port of a deployment that declares none: the image says it, its check asks it, and nobody says another."""
    others = tuple(spoken)
    kinds = {v.kind for v in others}
    agreed = {v.port for v in others}
    return agreed if len(agreed) == 1 and {voices.PROBE, Says.IMAGE_EXPOSE.value} <= kinds else set()


def _is_free(endpoint: Endpoint, workload: Workload) -> bool:
    """Whether the deployment may choose the port: a written reading of a variable that it doesn't give."""
    if endpoint.variable is None or endpoint.witness not in _WRITTEN:
        return False
    return workload.environment.get(endpoint.variable) is None


def _published(graph: Graph, workload: Workload) -> frozenset[int]:
    """The numbers that outsiders use."""
    outside = {d.published for d in workload.declarations if d.published is not None}
    return frozenset(outside | {port.port for _, port in voices.service_ports(graph, workload)})


def _elected(spoken: Iterable[Voice], published: frozenset[int]) -> tuple[int, Decides] | None:
    """The port that most kinds of voices name; of equals the one that is published."""
    kinds: dict[int, set[str]] = {}
    for voice in spoken:
        kinds.setdefault(voice.port, set()).add(voice.kind)
    most = max((len(k) for k in kinds.values()), default=0)
    leading = [port for port, found in kinds.items() if len(found) == most]
    if len(leading) == 1:
        return leading[0], Decides.MAJORITY
    leading = [port for port in leading if port in published]
    return (leading[0], Decides.PUBLISHED) if len(leading) == 1 else None


def settled(graph: Graph, workload: Workload) -> Listening:
    """What a workload binds once its deployment has set what it chooses: what every other place is judged by."""
    listening = graph.listening(workload)
    chosen = choice(graph, workload) if listening.known else None
    if chosen is None:
        return _configured(graph, workload, listening)
    endpoints = tuple(replace(e, port=chosen.port) if e == chosen.endpoint else e for e in listening.endpoints)
    return Listening(endpoints, known=True)


def _configured(graph: Graph, workload: Workload, listening: Listening) -> Listening:
    """With the port that the configuration gives the component: a place that names it already waits for the move."""
    controller = workload.controller.name if workload.controller is not None else None
    names = (workload.name, *((controller.value,) if controller is not None else ()))
    setting = next((s for name in names if (s := graph.policy.ports.get(name)) is not None), None)
    own = sure(listening)
    if setting is None or len({e.port for e in own}) != 1 or setting.value in listening.ports:
        return listening
    return Listening((*listening.endpoints, replace(own[0], port=setting.value, sure=False)), known=True)


def sure(listening: Listening) -> tuple[Endpoint, ...]:
    """The TCP listeners that are certain; none where nobody can tell."""
    return tuple(e for e in listening.endpoints if e.protocol == "tcp" and e.sure) if listening.known else ()


# --- what a place should say -----------------------------------------------------------------------------------------


def bound(graph: Graph, group: Iterable[Workload]) -> frozenset[int] | None:
    """The ports that workloads of one network bind between them, None where nobody can tell."""
    found: set[int] = set()
    for workload in group:
        listening = graph.settled(workload)
        if not listening.known:
            return None
        found |= listening.ports
    return frozenset(found)


def right(graph: Graph, workload: Workload, asked: int, said: frozenset[int] = frozenset()) -> Right | None:
    """What a place that names a port nobody binds should name; None where somebody does, or may.

    `said` are the ports that places of the same kind name: of several listeners the one not yet named is meant.
    """
    group = voices.sharing(workload)
    ports = bound(graph, group) if group is not None else None
    if ports is None or asked in ports:
        return None
    endpoints = sure(graph.settled(workload))
    open_ports = {e.port for e in endpoints} - said
    return _right(graph, workload, open_ports, asked) if open_ports else None


def _right(graph: Graph, workload: Workload, open_ports: set[int], asked: int) -> Right:
    spoken = voices.voices(graph, workload)
    if len(open_ports) > 1:
        told = {v.port for v in spoken if v.port != asked} & open_ports
        open_ports = told if len(told) == 1 else open_ports
    if len(open_ports) > 1:
        return Right(None, (), tuple(sorted(open_ports)))
    port = next(iter(open_ports))
    listener = next(e for e in sure(graph.settled(workload)) if e.port == port)
    chosen = choice(graph, workload)
    doubted = doubts(graph, workload, listener)
    decided = chosen is not None and chosen.port == port
    return Right(port, witnesses(graph, workload, port), (), doubted, listener, decided)


def doubts(graph: Graph, workload: Workload, listener: Endpoint) -> tuple[Voice, ...]:
    """The voices that make a listener doubtful: many that agree on one other port, where none is for it.

    An image that nobody is seen to deploy has few that could speak: what it sets in a variable and exposes is enough.
    """
    set_by_image = tuple(voices.settings(graph, workload))
    others = (*voices.voices(graph, workload), *set_by_image)
    if listener.port_text is None or len({v.port for v in others}) != 1 or others[0].port == listener.port:
        return ()
    if choice(graph, workload) is not None:
        return ()
    alone = workload.deployment.platform is Platform.IMAGE and bool(set_by_image)
    return others if is_many(others) or (alone and len(others) > 1) else ()


def is_many(spoken: Iterable[Voice]) -> bool:
    """Whether so many independent voices outweigh a lone listener."""
    return len({v.kind for v in spoken}) >= _MANY


def witnesses(graph: Graph, workload: Workload, port: int) -> tuple[Location, ...]:
    """Who says that a workload's process has a port: where it is written, else where the start is; what chose it."""
    chosen = choice(graph, workload)
    if chosen is not None and chosen.port == port:
        return chosen.witnesses
    for endpoint in graph.settled(workload).endpoints:
        if endpoint.port == port:
            note = f"{workload.name} binds {port}"
            place = located(endpoint.port_text, note) if endpoint.port_text else None
            return (place,) if place else tuple(replace(e, note=note) for e in endpoint.evidence[:1])
    return ()
