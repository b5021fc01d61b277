"""A script works in another namespace than the manifests that it applies.

What it finds: a script that applies manifests which all name one namespace, and that itself creates, or looks for these
objects in, a namespace that no manifest knows.

Why it breaks: kubectl refuses to apply an object of one namespace into another; what waits for or looks at the objects
never finds them; the namespace that is created stays empty, and the one that is needed is never made.

Which side is right: the manifests, in which the objects name each other. All places of the script follow in one
repair.

Limits: silent where a manifest can't be read, where any manifest of the repository knows the script's namespace too,
and where the script rewrites manifests as it goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Anchor, Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import script_namespaces
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.script_namespaces import Astray

RULE = Rule(
    "namespace-mismatch", Family.NAMES, Severity.ERROR, "a script works in another namespace than its manifests"
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every script in the wrong namespace."""
    for astray in script_namespaces.astray(graph):
        yield _finding(graph, astray)


def _finding(graph: Graph, astray: Astray) -> Finding:
    workloads = [w for w in graph.workloads if w.location.path in astray.paths and w.namespace == astray.right]
    return Finding(
        rule=RULE,
        message=f"the script works in namespace {astray.wrong}; the manifests that it applies are in {astray.right}",
        location=Location(astray.place.path, astray.place.span, "the namespace of the script"),
        anchor=Anchor(astray.script.path, "shell", name="namespace"),
        value=astray.wrong,
        evidence=astray.manifests,
        remedy=Remedy(
            Applicability.UNSAFE,
            f"work in {astray.right}",
            tuple(SetText(text, astray.right) for text in astray.texts),
        ),
        components=graph.called(*workloads),
    )
