"""Components that depart from the ports that the configuration gives them, and everything that moves with each.

A component moves whole or not at all: what its processes bind, what is declared, checked and served of it, and every
address that reaches it.

May import findings, repairs, the graph's nouns, authority, voices, moves and monitoring.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stackfix.findings import Location, located
from stackfix.graph import authority, monitoring, moves, references, voices
from stackfix.graph.model import Place, Platform, Says, Witness
from stackfix.graph.reach import Reached
from stackfix.repairs.add_variable import AddVariable
from stackfix.repairs.set_entry import SetEntry
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.findings import Anchor, Repair
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Declaration, Endpoint, Reference, Workload
    from stackfix.policy import Setting
    from stackfix.text import Text

_GIVEN = frozenset({Witness.ENVIRONMENT, Witness.COMMAND, Witness.IMAGE, Witness.CONFIGURATION})


@dataclass(frozen=True, slots=True)
class Departure:
    """A component whose ports are others than the configured ones.

    `old` and `new` are the container's, `published` pairs of the host's; None where that one is right. `repairs` is
    None where something of it can't be moved: `stuck` says what.
    """

    name: str
    workloads: tuple[Workload, ...]
    setting: Setting[int]
    location: Location
    anchor: Anchor
    old: int | None
    new: int
    published: tuple[tuple[int, int], ...]
    repairs: tuple[Repair, ...] | None
    places: tuple[Location, ...]
    stuck: str = ""


@dataclass(slots=True)
class _Moving:
    """What is gathered of one component: repairs by place, each place once."""

    repairs: dict[Repair, None] = field(default_factory=dict)
    places: dict[Location, None] = field(default_factory=dict)
    stuck: str = ""

    def text(self, text: Text | None, new: int, note: str) -> None:
        place = located(text, note) if text is not None and text.place is not None else None
        if text is None or place is None:
            self.stuck = self.stuck or note
            return
        repair = SetText(text, str(new))
        if any(isinstance(r, SetText) and r.text.place == text.place and r.new != repair.new for r in self.repairs):
            self.stuck = f"{note}, and the same number is used for another port"
        self.repairs[repair] = None
        self.places[place] = None


def departures(graph: Graph) -> Iterator[Departure]:
    """Every configured component that is elsewhere than configured."""
    for name, setting in graph.policy.ports.items():
        found = tuple(w for w in graph.workloads if name in _names(w))
        if found and (one := _departure(graph, name, setting, found)) is not None:
            yield one


def _names(workload: Workload) -> frozenset[str]:
    """What the configuration may call a workload."""
    controller = workload.controller.name if workload.controller is not None else None
    return frozenset({workload.name, *((controller.value,) if controller is not None else ())})


def _departure(graph: Graph, name: str, setting: Setting[int], found: tuple[Workload, ...]) -> Departure | None:
    listeners = {w: _listener(graph, w) for w in found}
    bound = {e.port for e in listeners.values() if e is not None}
    if None in listeners.values() or len(bound - {setting.value}) > 1:
        return None
    old = next(iter(bound - {setting.value}), None)
    host = graph.policy.published.get(name)
    pairs = (
        tuple(dict.fromkeys((d, host.value) for w in found for d in _published(w) if d != host.value)) if host else ()
    )
    if (old is None and not pairs) or (old is not None and _taken(graph, found, setting.value)):
        return None
    moving = _Moving()
    if old is not None:
        listeners.update(_own_commands(graph, found, old))
        _move(graph, moving, {w: e for w, e in listeners.items() if e is not None and e.port == old}, setting.value)
    if host is not None:
        _publish(graph, moving, found, host.value)
    first = next(iter(listeners))
    place = next(iter(moving.places), first.location)
    return Departure(
        name, found, setting, place, first.anchor, old, setting.value, pairs,
        None if moving.stuck else tuple(moving.repairs), tuple(p for p in moving.places if p != place), moving.stuck,
    )  # fmt: skip


def _listener(graph: Graph, workload: Workload) -> Endpoint | None:
    """The one port that a workload serves on, where that is certain."""
    endpoints = authority.sure(graph.settled(workload))
    if len({e.port for e in endpoints}) > 1:
        told = {d.port for d in workload.declarations}
        endpoints = tuple(e for e in endpoints if e.port in told)
    return endpoints[0] if len({e.port for e in endpoints}) == 1 else None


def _own_commands(graph: Graph, found: Iterable[Workload], old: int) -> Iterator[tuple[Workload, Endpoint]]:
    """What their images run by themselves, where the deployments run another command, on the same port."""
    built = {(b.context, b.dockerfile) for w in found if (b := graph.build_of(w)) is not None}
    known = {e.port_text.place for w in found for e in graph.listening(w).endpoints if e.port_text is not None}
    for own in graph.own_commands:
        endpoint = _listener(graph, own) if own.build and (own.build.context, own.build.dockerfile) in built else None
        text = endpoint.port_text if endpoint is not None and endpoint.witness in _GIVEN else None
        if endpoint is not None and endpoint.port == old and text is not None and text.place not in known:
            yield own, endpoint


def _published(workload: Workload) -> Iterator[int]:
    return (d.published for d in workload.declarations if d.says is Says.PUBLISHED and d.published is not None)


def _taken(graph: Graph, found: Iterable[Workload], port: int) -> bool:
    """Whether something that shares a network address with one of them binds the new port, or may."""
    for workload in found:
        group = voices.sharing(workload)
        others = [w for w in group if w is not workload] if group is not None else []
        if group is None or any(port in graph.listening(w).ports or not graph.listening(w).known for w in others):
            return True
    return False


# --- what moves ------------------------------------------------------------------------------------------------------


def _move(graph: Graph, moving: _Moving, listeners: dict[Workload, Endpoint], new: int) -> None:
    for workload, endpoint in listeners.items():
        _listen(graph, moving, workload, endpoint, new)
        _declare(graph, moving, workload, endpoint.port, new)
        _serve(graph, moving, workload, endpoint.port, new)
    old = {e.port for e in listeners.values()}.pop()
    for reference in graph.references:
        if _reaches(graph, reference, listeners, old):
            moved = moves.move(graph, reference, moves.Target(None, new))
            moving.repairs.update(dict.fromkeys(moved.repairs))
            moving.places[reference.location] = None
            moving.places.update(dict.fromkeys(moved.copies))
    for workload in listeners:
        for text in monitoring.targets(graph, workload, old):
            moving.text(text, new, f"{workload.name} is scraped here")


def _listen(graph: Graph, moving: _Moving, workload: Workload, endpoint: Endpoint, new: int) -> None:
    """What the process binds: where its port is written, or by the variable that its source takes it from."""
    note = f"{workload.name} binds {endpoint.port}"
    if endpoint.witness in _GIVEN or endpoint.variable is None:
        if endpoint.port_text is None or _is_shared(graph, endpoint.port_text, workload):
            moving.stuck = moving.stuck or f"{note}, and it is not written where it can be changed"
            return
        moving.text(endpoint.port_text, new, note)
        return
    moving.repairs[AddVariable(workload.anchor, endpoint.variable, str(new))] = None
    moving.places[Location(workload.location.path, workload.location.span, f"{endpoint.variable} is not set here")] = (
        None
    )


def _is_shared(graph: Graph, text: Text, workload: Workload) -> bool:
    """Whether another component binds a port from the very same place."""
    names = _names(workload)
    return any(
        e.port_text is not None and e.port_text.place == text.place
        for other in graph.workloads
        if not names & _names(other)
        for e in graph.listening(other).endpoints
    )


def _declare(graph: Graph, moving: _Moving, workload: Workload, old: int, new: int) -> None:
    for declared in workload.declarations:
        if declared.port == old and declared.protocol == "tcp":
            moving.stuck = moving.stuck or _one_for_both(graph, declared)
            moving.text(declared.port_text, new, f"{declared.says.value} says {old}")
    image = graph.image(workload)
    health = [image.healthcheck] if image is not None and image.healthcheck is not None else []
    for exposed in image.exposes if image is not None else ():
        if exposed.port == old and exposed.protocol == "tcp":
            moving.text(exposed.port_text, new, f"EXPOSE says {old}")
    own = not workload.probes and not workload.healthcheck_disabled
    for probe in (*workload.probes, *(health if own else ())):
        if probe.port == old and voices.asks_itself(workload, probe):
            moving.text(probe.port_text, new, f"{probe.kind} asks {old}")


def _serve(graph: Graph, moving: _Moving, workload: Workload, old: int, new: int) -> None:
    """The Services that lead to the port. Their own port stays: others use it."""
    for one, port in voices.service_ports(graph, workload):
        if port.target_port != old or port.protocol != "TCP":
            continue
        if port.target_text is not None:
            moving.text(port.target_text, new, f"the Service {one.service.name.value} leads here")
        else:
            moving.repairs[SetEntry(port.anchor, "targetPort", new, beside="port")] = None
            moving.places[port.location] = None


def _reaches(graph: Graph, reference: Reference, listeners: dict[Workload, Endpoint], old: int) -> bool:
    """Whether an address comes straight to the port: in a cluster it is the Service's, which stays."""
    if reference.address.default_port != old:
        return False
    reach = graph.resolve(reference)
    if reach.reached is Reached.SELF:
        return reference.workload in listeners and reference.address.port_text is not None
    straight = reach.service is None or reach.service.headless
    return reach.reached is Reached.MET and straight and any(w in listeners for w in reach.workloads)


def _publish(graph: Graph, moving: _Moving, found: Iterable[Workload], host: int) -> None:
    for workload in found:
        for declared in workload.declarations:
            if declared.says is Says.PUBLISHED and declared.published not in {None, host}:
                moving.stuck = moving.stuck or _one_for_both(graph, declared)
                moving.text(declared.published_text, host, f"published as {declared.published}")
                _from_outside(graph, moving, workload, declared.published or 0, host)


def _from_outside(graph: Graph, moving: _Moving, workload: Workload, old: int, new: int) -> None:
    """What the project tells browsers of a published port: addresses on localhost in values and build arguments."""
    if workload.deployment.platform is not Platform.COMPOSE:
        return
    address = re.compile(rf"(?:localhost|127\.0\.0\.1):(?P<port>{old})(?!\d)")
    for other in workload.deployment.workloads:
        given = list(graph.environment(other).variables.values())
        if other is workload:
            given = [v for v in given if references.place_of(v.name, other, "http") not in {Place.CONTAINER, Place.POD}]
        for variable in (*given, *(other.build.arguments if other.build is not None else ())):
            text = variable.outline
            for match in address.finditer(text.value) if text is not None else ():
                assert text is not None
                moving.text(text.slice(*match.span("port")), new, f"{variable.name} says where it is published")


def _one_for_both(graph: Graph, declared: Declaration) -> str:
    """What is wrong where variables give both sides of a published port: they may be one, which has two values then."""
    inside, outside = _from_variable(graph, declared.port_text), _from_variable(graph, declared.published_text)
    return f"variables give both sides of {declared.published}:{declared.port}" if inside and outside else ""


def _from_variable(graph: Graph, text: Text | None) -> bool:
    """Whether a number stands in a variable's default (`${PORT:-8000}`), or where a variable gets its value."""
    place = text.place if text is not None else None
    data = (graph.library.sources.read(place[0]) or b"") if place is not None else b""
    before = data[place[1].start - 1 : place[1].start] if place is not None else b""
    return before in {b"-", b"="}
