"""Declarations against the listener: which depart from what is bound, and what a finding says and proposes of it.

May import findings, repairs, the graph's nouns and authority.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Choice, Location, Remedy
from stackfix.graph import authority, voices
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from stackfix.findings import Repair
    from stackfix.graph.authority import Right
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Declaration, Probe, Says, Workload
    from stackfix.text import Text


_USUAL = frozenset({80, 3000, 4000, 5000, 8000, 8080, 8888})
"""Ports that applications are published on, and debuggers aren't."""
_METRICS = frozenset(range(9100, 9200))
"""Ports that metrics are told on: no application's own listener was meant, though a listener for them isn't seen."""


@dataclass(frozen=True, slots=True)
class Departure:
    """A declaration of a port that nobody binds, and the port that is right.

    `beside`: another file's entry leads to the only listener already.
    """

    declaration: Declaration
    right: Right
    beside: bool = False


def departures(graph: Graph, workload: Workload, kinds: Collection[Says]) -> Iterator[Departure]:
    """The declarations of these kinds that name the one port that nobody binds.

    Of two such ports, or one beside a declaration of every listener, nobody knows what they are for.
    """
    group = voices.sharing(workload)
    ports = authority.bound(graph, group) if group is not None else None
    if ports is None or workload.network_mode is not None:
        return
    declared = [d for d in workload.declarations if d.protocol == "tcp"]
    said = frozenset(d.port for d in declared)
    if len(said - ports) != 1 or (said - ports <= _METRICS and ports.isdisjoint(_METRICS)):
        return
    for declaration in declared:
        if declaration.says not in kinds:
            continue
        if right := authority.right(graph, workload, declaration.port, said & ports):
            yield Departure(declaration, right)
        elif _is_laid_over(declaration, declared) and (right := authority.right(graph, workload, declaration.port)):
            yield Departure(declaration, right, beside=True)


def _is_laid_over(declaration: Declaration, declared: list[Declaration]) -> bool:
    """Whether a file laid over the service's own publishes a usual port as it is, and nothing else."""
    others = [d for d in declared if d is not declaration and d.says is declaration.says]
    own = declaration.published == declaration.port and declaration.port in _USUAL
    return own and bool(others) and all(d.location.path != declaration.location.path for d in others)


def instead(right: Right) -> str:
    """What a message says of the other side."""
    if right.port is None:
        return f"but {' and '.join(map(str, right.choices))} are what the process binds"
    if right.chosen:
        return f"but the deployment has {right.port}"
    return f"but the process binds {right.port}"


def evidence(right: Right) -> tuple[Location, ...]:
    """Who is right, and who doubts it."""
    return (*right.witnesses, *(voice.location for voice in right.doubted))


def remedy(graph: Graph, right: Right, text: Text | None, written: Location) -> Remedy | None:
    """Move a number to the right port: safe, unless many declarations say that the listener is the typo.

    Where it is one file's word against another's, a person decides.
    None where the number isn't written at its own place: a variable fills it, which others may use.
    """
    if text is None or not _is_own(graph, text, written):
        return None
    if (needed := _needed(graph, text)) is not None:
        return Remedy(Applicability.MANUAL, f"{needed} of another deployment needs it as it is")
    if right.port is None:
        ways = tuple(Choice(f"use {port}", (SetText(text, str(port)),)) for port in right.choices)
        return Remedy(Applicability.MANUAL, "say which listener is meant", (), ways)
    move = SetText(text, str(right.port))
    if not right.doubted:
        return Remedy(Applicability.SAFE, f"use {right.port}", (move,))
    other = right.doubted[0].port
    both = f"use {right.port}, or let the process bind {other}"
    if not authority.is_many(right.doubted):
        return Remedy(Applicability.MANUAL, both, (), other_ways(right, (move,)))
    return Remedy(Applicability.UNSAFE, both, (move,), other_ways(right, (move,)))


def moved(graph: Graph, departure: Departure) -> Remedy | None:
    """What moves a departing declaration to the right port."""
    said = departure.declaration
    found = remedy(graph, departure.right, said.port_text, said.location)
    beside = found is not None and departure.beside and found.applicability is Applicability.SAFE
    return replace(found, applicability=Applicability.UNSAFE) if found is not None and beside else found


def _needed(graph: Graph, text: Text) -> str | None:
    """Who else has a port from this very place and answers on it, or may: one of the two needs its own."""
    port = int(text.value)
    for workload in graph.workloads:
        spoken: list[Declaration | Probe] = [*workload.declarations, *workload.probes]
        if any(said.port_text is not None and said.port_text.place == text.place for said in spoken):
            ports = authority.bound(graph, voices.sharing(workload) or ())
            if ports is None or port in ports:
                return workload.name
    return None


def _rebound(right: Right, port: int) -> tuple[SetText, ...]:
    listener = right.listener
    return (SetText(listener.port_text, str(port)),) if listener is not None and listener.port_text else ()


def _is_own(graph: Graph, text: Text, written: Location) -> bool:
    """Whether a number stands where it is declared, not in a variable's value or default (`${PORT:-8000}`)."""
    place = text.place
    if place is None or place[0] != written.path:
        return False
    data = graph.library.sources.read(place[0]) or b""
    default = data[place[1].start - 1 : place[1].start] == b"-"
    return not default and written.span.start <= place[1].start and place[1].end <= written.span.end


def inserted(probe: Probe, right: Right) -> Remedy | None:
    """Give a check that names no port (`http://localhost/health`) the right one."""
    host = probe.host_text
    if probe.port_text is not None or host is None or host.place is None or right.port is None:
        return None
    move = SetText(host, f"{host.value}:{right.port}")
    return Remedy(Applicability.UNSAFE if right.doubted else Applicability.SAFE, f"ask {right.port}", (move,))


def other_ways(right: Right, repairs: tuple[Repair, ...]) -> tuple[Choice, ...]:
    """Both ways out, where many declarations doubt the listener."""
    if not right.doubted:
        return ()
    other = right.doubted[0].port
    here = Choice(f"use {right.port} here", repairs)
    return here, Choice(f"let the process bind {other}", _rebound(right, other))
