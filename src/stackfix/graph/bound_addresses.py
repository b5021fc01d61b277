"""Addresses that a page in a browser asks for and that only a listener can use: `0.0.0.0`.

May import the graph's nouns and front ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import address, front_doors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.graph.frontend import FrontEnd
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Address
    from stackfix.graph.value import Variable

_ASKING = frozenset({"http", "https", "ws", "wss"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A variable that a front end is built with, and the address in it that no browser can ask."""

    variable: Variable
    address: Address
    front: FrontEnd


def asked(graph: Graph) -> Iterator[Asked]:
    """Every such variable, in dotenv files beside a front end and in what its service is given."""
    folders = sorted({path.rpartition("/")[0] for path in graph.library.tree.named("package.json")})
    fronts = [front for folder in folders if (front := front_doors.front_end(graph, folder)) is not None]
    for front in fronts:
        for values in front.dotenv.values():
            yield from _of(front, values.values())
    for workload in graph.workloads:
        front = front_doors.front_of(graph, workload)
        if front is not None:
            given = workload.build.arguments if workload.build is not None else ()
            yield from _of(front, (*workload.environment.variables.values(), *given))


def _of(front: FrontEnd, variables: Iterable[Variable]) -> Iterator[Asked]:
    for variable in variables:
        if variable.name not in front.variables_read or variable.value is None:
            continue
        found = address.url(variable.value)
        if found is not None and found.scheme in _ASKING and address.is_every_address(found.host.value):
            yield Asked(variable, found, front)
