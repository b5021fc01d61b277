"""Two files of one nginx define the same upstream or server.

What it finds: two files that the same nginx reads (included, mounted or copied into its folder) with an `upstream` of
the same name, a `server` of the same name at the same address, or both a `default_server` of one address.

Why it breaks: nginx refuses to start at the second upstream or default server; a second server of the same name is
ignored.

Which side is right: nobody can tell. One of them is to be taken away or renamed.

Limits: only what one nginx is seen to read; files that a start script chooses among are not told apart. A template and
the file that it is rendered over are one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import twice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.twice import Twice

RULE = Rule(
    "upstream-duplicate",
    Family.BROWSER,
    Severity.ERROR,
    "two files of one nginx define the same upstream or server",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Everything that is defined a second time."""
    for found in twice.twice(graph):
        yield _finding(graph, found)


def _finding(graph: Graph, found: Twice) -> Finding:
    workload = found.workload
    return Finding(
        rule=RULE,
        message=(
            f"{found.what} is defined in {found.first.path} and again in {found.again.path},"
            f" which {workload.name} both reads: {found.then}"
        ),
        location=Location(found.again.path, found.again.span, "defined again"),
        anchor=found.anchor,
        value=found.what,
        evidence=(
            Location(found.first.path, found.first.span, "defined here first"),
            Location(workload.location.path, workload.location.span, f"{workload.name} runs this nginx"),
        ),
        remedy=Remedy(Applicability.MANUAL, "keep one of them, or give one another name"),
        components=graph.called(workload),
    )
