"""Hosts and ports in variables that only the source shows to be such: it hands them to a client together.

`STORE_NODE` is a host where `Client((os.environ["STORE_NODE"], int(os.environ["STORE_GATE"])))` says so, and the other
one its port. May import the graph's nouns, references and what programs connect to.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph import address, calling, fitting
from stackfix.graph.model import Address, Place, Platform, Reference, Writing
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.graph.application import ProgramCall
    from stackfix.graph.calling import Opened
    from stackfix.graph.fitting import Fit
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.value import Variable


def joined(graph: Graph, workload: Workload, named: Iterable[Reference]) -> Iterator[Reference]:
    """The references that names tell, with the ports that the source puts beside them, and those that it tells."""
    handed = dict(_handed(graph, workload))
    for one in named:
        opened = handed.pop(one.variable or "", None)
        bare = one.address.scheme is None and one.address.port is None
        yield one if opened is None or not bare else replace(one, address=_with_port(one.address, opened))
    for name, opened in handed.items():
        variable = graph.environment(workload).get(name)
        if variable is not None and not address.is_every_address(opened.address.host.value):
            yield _reference(workload, variable, opened)


def _with_port(found: Address, opened: Opened) -> Address:
    """A host with the port that goes with it, unless that is a default, which may be another run's."""
    given = all(use.variable is not None for use in opened.uses)
    return replace(found, port=opened.address.port, port_text=opened.address.port_text) if given else found


def _handed(graph: Graph, workload: Workload) -> Iterator[tuple[str, Opened]]:
    """The connections whose host is all that a variable holds, by the variable; several that agree are one."""
    found: dict[str, list[Opened]] = {}
    for one in calling.opened(graph, workload):
        variable = one.uses[0].variable if one.uses and one.address.scheme is None else None
        host = one.address.host
        if variable is not None and variable.value is not None and host.place is not None:
            whole = variable.value.value == host.value and variable.value.place == host.place
            found.setdefault(variable.name if whole else "", []).append(one)
    for name, several in found.items():
        if name and len({one.address.port for one in several}) == 1:
            yield name, several[0]


def _reference(workload: Workload, variable: Variable, opened: Opened) -> Reference:
    pod = workload.deployment.platform is Platform.KUBERNETES
    host = opened.address.host
    return Reference(
        address=_with_port(Address(host), opened),
        value=host,
        location=located(host) or variable.location,
        anchor=variable.anchor,
        writing=Writing.ENVIRONMENT,
        place=Place.POD if pod else Place.CONTAINER,
        workload=workload,
        variable=variable.name,
        calls=True,
    )


_HOST_ENDING = re.compile(r"_?(?:HOST|HOSTNAME|SERVER|ADDR|ADDRESS)$", re.IGNORECASE)


def wanted(graph: Graph, workload: Workload, variable: str) -> Fit | None:
    """Who is meant by a variable that nothing gives and that a client takes as its host; None where none does."""
    for program in graph.programs(workload):
        for call in (c for c in program.calls if c.path in program.imported):
            if call.kind == "host" and call.value.parts == call.value.holes and call.value.holes[0].name == variable:
                return fitting.fit(graph, _unwritten(graph, workload, variable, call, program.calls))
    return None


def _unwritten(
    graph: Graph, workload: Workload, variable: str, call: ProgramCall, calls: Iterable[ProgramCall]
) -> Reference:
    """The reference that the variable would make if its stem were the host's name."""
    engine, usual = calling.of_client(call.callee)
    seen = graph.environment(workload)
    filled = [c.value.fill(seen) for c in calls if c.whole == call.whole and c.kind == "port"]
    written = [value.text.value for value in filled if value is not None and value.text.value.isdecimal()]
    host = Text.unwritten(_HOST_ENDING.sub("", variable).lower().replace("_", "-") or "x")
    return Reference(
        address=Address(host, scheme=engine, port=int(written[0]) if written else usual),
        value=host,
        location=call.location,
        anchor=call.anchor,
        writing=Writing.SOURCE_LITERAL,
        place=Place.CONTAINER,
        workload=workload,
        variable=variable,
        calls=True,
    )
