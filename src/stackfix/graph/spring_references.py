"""The references that the settings of Spring Boot programs make, each with all that its reader knows of the address.

May import the graph's nouns and where Spring programs connect to.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph import address, references
from stackfix.graph.model import Reference, Writing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.spring_calls import Call


def joined(graph: Graph, workload: Workload, named: Iterable[Reference]) -> Iterator[Reference]:
    """The references of a workload's variables, as a program's settings take them, and those of the settings alone."""
    taken: set[Call] = set()
    calls = {call.address.host.place: call for call in graph.spring(workload)}
    for one in named:
        call = calls.get(one.address.host.place)
        if call is None:
            yield one
            continue
        taken.add(call)
        whole = one.address.scheme is not None
        address_of, value = (one.address, one.value) if whole else (call.address, call.value)
        place = references.place_of(one.variable or "", workload, address_of.scheme)
        yield replace(
            one, address=address_of, value=value, place=place, calls=True, speaks=call.engine, login=call.login
        )
    for call in graph.spring(workload):
        # Who is asked at its own localhost is said by where it is judged; only a broker's clients are told here.
        if call not in taken and (call.engine == "kafka" or not address.is_loopback(call.address.host.value)):
            yield _reference(workload, call)


def _reference(workload: Workload, call: Call) -> Reference:
    return Reference(
        address=call.address,
        value=call.value,
        location=located(call.value) or call.location,
        anchor=call.anchor,
        writing=Writing.APPLICATION_CONFIG,
        place=references.place_of(call.variable or "", workload, call.address.scheme),
        workload=workload,
        variable=call.variable,
        calls=True,
        speaks=call.engine,
        login=call.login,
    )


def settable(graph: Graph, workload: Workload, reference: Reference) -> str | None:
    """The variable that stands for nothing but the address of a setting, and that the deployment can be given."""
    place, written = reference.address.host.place, reference.value.value
    for call in (c for c in graph.spring(workload) if c.address.host.place == place):
        for use in call.uses:
            value = use.hole.default.text if use.variable is None and use.hole.default is not None else None
            if value is not None and value.value == written and (call.settable or use.hole.name != call.variable):
                return use.hole.name
    return None
