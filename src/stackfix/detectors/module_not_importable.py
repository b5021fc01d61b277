"""A start command runs a file in a way in which it can't import what it needs.

What it finds: `python folder/file.py` where the file begins with a relative import, or imports from the top of the
project, which Python doesn't search for a script in a folder; `python -m` from the working folder would find it.

Why it breaks: Python stops with ImportError before the first line of the application.

Which side is right: the source. The command runs the file as a module.

Limits: only imports that certainly run, at the top of the file; silent where PYTHONPATH is set, the project is
installed, or the top-level name may be an installed package's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import script_imports
from stackfix.repairs.set_command import SetCommand
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.script_imports import Failing

RULE = Rule(
    "module-not-importable",
    Family.IMAGES,
    Severity.ERROR,
    "a start command runs a file in a way in which it can't import what it needs",
    yields_to=("missing-entrypoint",),
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every script that can't import as it is started, each written place once."""
    found: dict[Location, list[tuple[Workload, Failing]]] = {}
    for workload in graph.running:
        for failing in script_imports.failing(graph, workload):
            place = located(failing.text, "runs it as a script")
            if place is not None:
                found.setdefault(place, []).append((workload, failing))
    for place, uses in found.items():
        yield _finding(graph, place, uses)


def _finding(graph: Graph, place: Location, uses: list[tuple[Workload, Failing]]) -> Finding:
    failing = uses[0][1]
    what, grade = f"run it as python -m {failing.module}", Applicability.UNSAFE
    if failing.words is not None:
        remedy = Remedy(grade, what, (SetCommand(failing.anchor, failing.words),))
    elif failing.inline is not None:
        remedy = Remedy(grade, what, (SetText(failing.inline, f"-m {failing.module}"),))
    else:
        remedy = Remedy(Applicability.MANUAL, what)
    seen = failing.location
    return Finding(
        rule=RULE,
        message=f"{failing.path} imports {failing.imported}, which isn't found where the file is run as a script",
        location=place,
        anchor=failing.anchor,
        value=failing.text.value,
        evidence=(Location(seen.path, seen.span, "can't be imported so"),),
        remedy=remedy,
        components=graph.called(*(w for w, _ in uses)),
    )
