"""Defaults in the source against what the deployments of the component give."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.graph import address, meeting, sources
from stackfix.graph.model import Place, Reference, Writing
from stackfix.graph.reach import Reached

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.text import Text

__all__ = ["Drift", "Reference", "drifts"]

_HELD = frozenset({Place.CONTAINER, Place.POD})


@dataclass(frozen=True, slots=True)
class Drift:
    """A default that no deployment bears out: what is given instead, why the default is wrong, what to write."""

    default: Reference
    deployed: Reference
    why: str
    changes: tuple[tuple[Text, str], ...]
    workloads: tuple[Workload, ...]


def drifts(graph: Graph) -> Iterator[Drift]:
    """Every drifted default, once."""
    for workloads in graph.components.values():
        defaults = {r.value.place: r for w in workloads for r in sources.overridden(graph, w)}
        for default in defaults.values():
            if (drift := _drift(graph, default, workloads)) is not None:
                yield drift


def _drift(graph: Graph, default: Reference, workloads: Iterable[Workload]) -> Drift | None:
    host = default.address.host.value
    if address.is_loopback(host) or address.is_outside(host) or default.place not in _HELD:
        return None
    users = tuple(workloads)
    deployed = [_deployed(graph, default, workload) for workload in users]
    found = [r for r in deployed if r is not None]
    if not found or len(found) != len(users) or len({_target(r) for r in found}) != 1:
        return None
    reasons = {_fault(graph, replace(default, workload=workload)) for workload in users}
    why = reasons.pop() if len(reasons) == 1 else None
    changes = tuple(_changes(default, found[0]))
    return Drift(default, found[0], why, changes, users) if why is not None and changes else None


def _deployed(graph: Graph, default: Reference, workload: Workload) -> Reference | None:
    """What a deployment gives for the variable, where that is met."""
    for reference in graph.references:
        if reference.workload is not workload or reference.variable != default.variable:
            continue
        if reference.writing is not Writing.ENVIRONMENT or reference.place not in _HELD:
            continue
        reach = graph.resolve(reference)
        met = reach.reached is Reached.MET and meeting.wrong_port(graph, reference, reach) is None
        return reference if met and meeting.published_instead(graph, reference, reach.workloads) is None else None
    return None


def _target(reference: Reference) -> tuple[str, int | None]:
    return reference.address.host.value, reference.address.port


def _fault(graph: Graph, default: Reference) -> str | None:
    reach = graph.resolve(default)
    if reach.reached is Reached.MISSING:
        return "resolves to nothing there"
    if reach.reached is Reached.MET and meeting.wrong_port(graph, default, reach) is not None:
        return "nobody answers"
    return None


def _changes(default: Reference, deployed: Reference) -> Iterator[tuple[Text, str]]:
    """The parts of the default that differ. A part that only one of them has is left to a person."""
    old, new = default.address, deployed.address
    if old.host.value != new.host.value:
        yield old.host, new.host.value
    if old.port_text is not None and new.port is not None and old.port != new.port:
        yield old.port_text, str(new.port)
