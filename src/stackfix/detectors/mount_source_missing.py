"""A file that a Compose project puts into a container isn't in the repository.

What it finds: a bind mount of a file (its own name or its target has the ending of one), of a folder of initialisation
scripts or of nginx's own configuration, and a Compose config or secret, whose source the repository doesn't hold.

Why it breaks: Docker makes an empty folder in the place of a missing source: the container finds a folder where it
reads a file, or nothing where it needs something.

Which side is right: the tree. The one file of that name, or the one beside it that is nearly called so, is what was
meant; of folders also the one that is called as in the container.

Limits: silent outside git, for what git ignores, for what a script, CI or a document is seen to make or to fetch, where
an example lies beside it, below a folder that another container writes to, and for build outputs. A secret's file is
kept out of git as a rule: it is reported only where one file fits. A file that another image is built with is offered,
and a person decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Choice, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import mounted
from stackfix.repairs.set_text import SetText
from stackfix.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.mounted import Absent

RULE = Rule(
    "mount-source-missing",
    Family.ENVIRONMENT,
    Severity.ERROR,
    "a file that a Compose project puts into a container isn't there",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Everything that is put into containers and that nobody has."""
    for one in mounted.absent(graph):
        yield _finding(graph, one)


def _finding(graph: Graph, one: Absent) -> Finding:
    kind = "folder" if one.folder else "file"
    told = f"; {one.fits[0][0]} is there" if len(one.fits) == 1 else ""
    return Finding(
        rule=RULE,
        message=f"{one.text.value} is no {kind} of the repository, and {one.what} needs it{told}",
        location=Location(one.location.path, one.location.span, "isn't there"),
        anchor=one.anchor,
        value=one.text.value,
        evidence=tuple(Location(path, Span(0, 0), "is there") for path, _ in one.fits if not one.folder),
        remedy=_remedy(one),
        components=graph.called(*one.workloads),
    )


def _remedy(one: Absent) -> Remedy:
    choices = tuple(Choice(f"use {path}", (SetText(one.text, written),)) for path, written in one.fits)
    if len(choices) == 1 and not one.others:
        return Remedy(Applicability.SAFE, choices[0].description, choices[0].repairs)
    what = "say which is meant" if choices else "add it, or leave the mount out"
    return Remedy(Applicability.MANUAL, what, choices=choices)
