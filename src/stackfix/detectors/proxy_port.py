"""nginx hands requests on to a component on a port that it doesn't answer on.

What it finds: a `proxy_pass`, or a `server` of an `upstream`, in the configuration that a container's nginx reads,
whose host is a component of the same deployment and whose port is wrong: in Compose one that the process doesn't bind,
in Kubernetes one that the Service doesn't offer. An address of its own machine (`localhost`) counts where exactly one
other program runs in the container or pod.

Why it breaks: the connection is refused, and nginx answers 502 Bad Gateway.

Which side is right: what the component binds in that deployment; in Kubernetes what its Service offers.

Limits: silent where nobody can tell what the component binds, and for configurations that no container is seen to run.
Where another deployment runs the same configuration and needs the line as it is, nothing is edited. A published port
used inside the network is another rule's.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import beside, meeting, moves, proxying
from stackfix.graph.model import Writing
from stackfix.graph.reach import By, Reached

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Reference
    from stackfix.graph.reach import Reach

RULE = Rule(
    "proxy-port",
    Family.PORTS,
    Severity.ERROR,
    "nginx hands requests on to a port that the component doesn't answer on",
    yields_to=("host-port-inside-network",),
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every address of a proxy whose port its component doesn't answer on."""
    for reference in graph.references:
        if reference.writing is not Writing.PROXY:
            continue
        reach = graph.resolve(reference)
        answer = _answer(graph, reference)
        if answer is None:
            continue
        others = proxying.readers(graph, reference, partial(_same, graph, answer))
        if not others.variant:
            yield _finding(graph, reference, reach, answer, others)


def _same(graph: Graph, answer: meeting.Answer, other: Reference) -> bool:
    """Whether the same edit is right for another reader of the line."""
    found = _answer(graph, other)
    return found is not None and found.port == answer.port


def _answer(graph: Graph, reference: Reference) -> meeting.Answer | None:
    reach = graph.resolve(reference)
    if reach.reached is Reached.MET:
        return meeting.wrong_port(graph, reference, reach)
    return beside.wrong_port(graph, reference)


def _finding(
    graph: Graph, reference: Reference, reach: Reach, answer: meeting.Answer, others: proxying.Readers
) -> Finding:
    address = reference.address
    called = address.host.value
    says = "its Service offers" if reach.service is not None else "it binds"
    says = "the program beside it binds" if reach.reached is Reached.SELF else says
    return Finding(
        rule=RULE,
        message=f"{called} doesn't answer on {address.default_port}: {says} {answer.port}{others.told}",
        location=Location(reference.location.path, reference.location.span, f"hands on to {address.default_port}"),
        anchor=reference.anchor,
        value=reference.value.value,
        evidence=(*answer.evidence, *others.places),
        remedy=_remedy(graph, reference, reach, answer, others),
        components=graph.concerned(reference, *reach.workloads),
    )


def _remedy(
    graph: Graph, reference: Reference, reach: Reach, answer: meeting.Answer, others: proxying.Readers
) -> Remedy:
    host = reach.workloads[0].name if reach.by is By.CONTAINER else None
    called = f"{host or reference.address.host.value}:{answer.port}"
    if others.workloads:
        return Remedy(Applicability.MANUAL, f"give each deployment its own line: here {called}")
    move = moves.move(graph, reference, moves.Target(host, answer.port))
    return Remedy(Applicability.SAFE, f"use {called}", move.repairs)
