"""Connections to data stores that the source itself writes: whole URLs, URLs with the deployment's values in their
places, and the host, user, password and database that one call of a driver is given.

Also a Node program's own default for a variable that nothing gives. May import the graph's nouns and what programs
call.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph import address, calling, logins, references
from stackfix.graph.model import Place, Platform, Reference, Writing
from stackfix.graph.node_facts import NodeCall
from stackfix.graph.value import Hole
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.graph.application import ProgramCall
    from stackfix.graph.calling import Calling
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Address, Workload
    from stackfix.graph.value import Environment, Template


@dataclass(frozen=True, slots=True)
class Written:
    """A connection as the source writes it. `login` are the parts that stand beside a host; `speaks` is the engine that
    the called driver speaks to, None where it is a URL's to say, or nobody's.
    """

    reference: Reference
    login: Mapping[str, Text] = field(default_factory=dict)
    speaks: str | None = None


def written(graph: Graph, workload: Workload) -> Iterator[Written]:
    """Every such connection of a workload."""
    for program in calling.programs(graph, workload):
        for call in program.calls:
            if call.fallback or call.runs is False:
                continue
            one = _whole(workload, program, call) if call.kind in {"url", "host"} else None
            if one is None and call.kind == "host":
                one = _apart(workload, program, call)
            if one is not None:
                yield Written(one, _login(program, call), calling.of_client(call.callee)[0])


def _value(call: ProgramCall | NodeCall) -> Template:
    return call.value if isinstance(call, NodeCall) else call.full


def _whole(workload: Workload, program: Calling, call: ProgramCall | NodeCall) -> Reference | None:
    """A URL that begins in the source; for Node also a default in force, which nobody else tells."""
    value = _value(call)
    first = value.parts[0] if value.parts else None
    variable = None
    if isinstance(first, Hole):
        variable = first.name if isinstance(call, NodeCall) and _in_force(value, program.seen) else None
        if variable is None:
            return None
    elif not isinstance(first, Text):
        return None
    text = value.sketch(program.seen)
    found = address.url(text) or address.keywords(text) or address.go_dsn(text)
    said = (found.scheme_text or found.host).place if found is not None else None
    if found is None or said is None or said[0] not in program.paths:
        return None
    return _reference(workload, call, found, text, variable)


def _in_force(value: Template, seen: Environment) -> bool:
    """Whether a value is nothing but the default of a variable that nothing gives."""
    found = value.fill(seen) if len(value.parts) == 1 else None
    return found is not None and bool(found.uses) and found.uses[0].defaulted and seen.complete


def _apart(workload: Workload, program: Calling, call: ProgramCall | NodeCall) -> Reference | None:
    """A host that the source writes, or its default for a variable that nothing gives, with the port beside it."""
    value = _value(call)
    filled = value.fill(program.seen) if _in_force(value, program.seen) else None
    variable = filled.uses[0].hole.name if filled is not None else None
    text = filled.text if filled is not None else call.value.text
    found = address.bare(text) if text is not None else None
    said = text.place if text is not None else None
    if text is None or found is None or said is None or said[0] not in program.paths:
        return None
    ports = [c.value.fill(program.seen) for c in program.calls if c.whole == call.whole and c.kind == "port"]
    port = ports[0].text if len(ports) == 1 and ports[0] is not None else None
    if port is not None and port.value.isdecimal():
        found = address.with_port(found, port)
    return _reference(workload, call, found, text, variable)


def _reference(
    workload: Workload, call: ProgramCall | NodeCall, found: Address, text: Text, variable: str | None
) -> Reference:
    default = variable is not None
    place = references.place_of("", workload, found.scheme) if found.scheme is not None else _held(workload)
    return Reference(
        found,
        text,
        located(text) or call.location,
        call.anchor,
        Writing.SOURCE_DEFAULT if default else Writing.SOURCE_LITERAL,
        place,
        workload,
        variable,
        calls=True,
    )


def _held(workload: Workload) -> Place:
    return Place.POD if workload.deployment.platform is Platform.KUBERNETES else Place.CONTAINER


def _login(program: Calling, call: ProgramCall | NodeCall) -> Mapping[str, Text]:
    """What the call is given beside the address, where it is known whole."""
    found: dict[str, Text] = {}
    for part in program.calls:
        value = part.value.fill(program.seen) if part.whole == call.whole and part.kind in logins.PARTS else None
        if value is not None:
            found[part.kind] = value.text
    return found
