"""A variable is set under a name that nothing reads, beside one that is read and never set.

What it finds: a variable that a deployment gives a container whose program is seen whole, that no code of the
repository says, and that is one letter, or one word at either end, away from a variable that the program reads and
nobody sets.

Why it breaks: the value never arrives: the program takes its default, or doesn't start.

Which side is right: the source, which reads what it reads: the name is put right where it is set.

Limits: silent where the program or its base image may read variables unseen, for what libraries and tools read by
themselves, where two names would fit, for names that differ by a number, and for a word more that may mean another
thing, unless the program can't do without the variable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import misnamed
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.misnamed import Misnamed

RULE = Rule("env-typo", Family.ENVIRONMENT, Severity.ERROR, "a variable is set under a name that nothing reads")


def detect(graph: Graph) -> Iterator[Finding]:
    """Every misnamed variable, each written place once."""
    seen: set[Location] = set()
    for one in misnamed.misnamed(graph):
        if one.variable.location not in seen:
            seen.add(one.variable.location)
            yield _finding(graph, one)


def _finding(graph: Graph, one: Misnamed) -> Finding:
    name = one.variable.name
    copies = (place for text in one.names[1:] if (place := located(text, "the same name")) is not None)
    return Finding(
        rule=RULE,
        message=f"{one.workload.name} is given {name}, which nothing reads; {one.read} is read and never set",
        location=located(one.name, "nothing reads it") or one.variable.location,
        anchor=one.variable.anchor,
        value=name,
        evidence=(Location(one.reading.path, one.reading.span, f"{one.read} is read here"), *copies),
        remedy=Remedy(Applicability.SAFE, f"call it {one.read}", tuple(SetText(text, one.read) for text in one.names)),
        components=graph.called(one.workload),
    )
