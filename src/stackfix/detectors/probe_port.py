"""A health check asks a port that nobody binds.

What it finds: a startup, liveness or readiness probe, a Compose health check or a Dockerfile's HEALTHCHECK that asks
its own container on another port than it binds, or by a name that the container doesn't declare.

Why it breaks: the check never passes: the container is restarted for ever, gets no traffic, or holds back whoever waits
for it.

Which side is right: what the process binds in that deployment. A HEALTHCHECK is right where the image's own command or
any deployment that runs it answers on its port.

Limits: silent where nobody can tell what the container binds, for checks of another host, and for those whose port a
variable gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Choice, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import checking, declaring, targeting
from stackfix.repairs.set_entry import SetEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.checking import ImageCheck
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Probe, Workload
    from stackfix.graph.targeting import Stray

RULE = Rule("probe-port", Family.PORTS, Severity.ERROR, "a health check on a port that nobody binds")


def detect(graph: Graph) -> Iterator[Finding]:
    """Every check that asks nobody."""
    for workload in graph.workloads:
        for probe, stray in targeting.strays_of_probes(graph, workload):
            yield _of_probe(graph, workload, probe, stray)
    for check in checking.strays(graph):
        yield _of_image(graph, check)


def _of_probe(graph: Graph, workload: Workload, probe: Probe, stray: Stray) -> Finding:
    return Finding(
        rule=RULE,
        message=f"the {probe.kind} of {workload.name} asks port {stray.asked}, {_instead(stray)}",
        location=_place(probe),
        anchor=probe.anchor,
        value=stray.asked,
        evidence=targeting.places(stray),
        remedy=_by_name(probe, stray) if probe.port_name else _moved(graph, probe, stray),
        components=graph.called(workload),
    )


def _instead(stray: Stray) -> str:
    if stray.right.listener is None:
        return "which is no port's name there"
    return declaring.instead(stray.right)


def _place(probe: Probe) -> Location:
    return checking.place(probe)


def _moved(graph: Graph, probe: Probe, stray: Stray) -> Remedy | None:
    return declaring.remedy(graph, stray.right, probe.port_text, probe.location) or declaring.inserted(
        probe, stray.right
    )


def _by_name(probe: Probe, stray: Stray) -> Remedy | None:
    """Ask by the name, else the number, of the one port that the container declares."""
    right = stray.right
    if right.port is not None:
        new = targeting.name_of(stray.workloads, right.port) or right.port
        return Remedy(Applicability.SAFE, f"ask {new}", (SetEntry(probe.anchor, "port", new),))
    ways = tuple(Choice(f"ask {p}", (SetEntry(probe.anchor, "port", p),)) for p in right.choices)
    return Remedy(Applicability.MANUAL, "say which port is meant", (), ways) if ways else None


def _of_image(graph: Graph, check: ImageCheck) -> Finding:
    probe, right = check.probe, check.right
    return Finding(
        rule=RULE,
        message=f"HEALTHCHECK asks port {probe.port}, {declaring.instead(right)}",
        location=checking.place(probe),
        anchor=probe.anchor,
        value=str(probe.port),
        evidence=(*declaring.evidence(right), *check.inherited),
        remedy=declaring.remedy(graph, right, probe.port_text, probe.location) or declaring.inserted(probe, right),
        components=graph.called(*check.workloads),
    )
