"""The user, password and database that the source hands over with a store's host, in one call of its client.

May import the graph's nouns and what programs come to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.graph import node_sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.graph.application import ProgramCall
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Reference, Workload
    from stackfix.graph.node_facts import NodeCall
    from stackfix.graph.value import Environment, Template
    from stackfix.text import Text

PARTS = ("user", "password", "database")
"""Kinds of a client call's parts that say who asks, and for what: no part of an address."""


def beside(graph: Graph, reference: Reference) -> Mapping[str, Text]:
    """What stands beside a host's variable in the calls that take it, where all of them agree."""
    if reference.workload is None or reference.variable is None:
        return {}
    seen = graph.environment(reference.workload)
    found: dict[str, set[Text | None]] = {}
    for parts in _calls(graph, reference.workload, reference.variable):
        for part in PARTS:
            given = next((c.value for c in parts if c.kind == part), None)
            found.setdefault(part, set()).add(_told(given, seen))
    return {part: text for part, texts in found.items() for text in texts if len(texts) == 1 and text is not None}


def _told(given: Template | None, seen: Environment) -> Text | None:
    """A part as the deployment gives it, or the source for every run: a default may be for another."""
    value = given.fill(seen) if given is not None else None
    told = value is not None and all(use.variable is not None for use in value.uses)
    return value.text if value is not None and told else None


def _calls(graph: Graph, workload: Workload, variable: str) -> Iterator[list[ProgramCall | NodeCall]]:
    """The parts of each call that takes its host from a variable."""
    for calls in _programs(graph, workload):
        places = {c.whole for c in calls if c.kind == "host" and variable in {h.name for h in c.value.holes}}
        for place in places:
            yield [c for c in calls if c.whole == place]


def _programs(graph: Graph, workload: Workload) -> Iterator[tuple[ProgramCall | NodeCall, ...]]:
    yield from (program.calls for program in graph.programs(workload))
    yield from (program.calls for program in node_sources.programs(graph, workload))
