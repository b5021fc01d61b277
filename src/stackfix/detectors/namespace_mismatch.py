"""Something works in another namespace than what it needs.

What it finds: a script that applies manifests, or a kustomization, which all name one namespace, and that itself
creates, or looks for these objects in, a namespace that no manifest knows; a ConfigMap, claim, account or role in
another namespace than the only object that names it; a Service alone in another namespace than all its pods; a role
binding for an account of a namespace that has none of that name; a host `service.namespace` with a namespace that
nothing knows.

Why it breaks: kubectl refuses to apply an object of one namespace into another; what waits for or looks at the objects
never finds them; a pod whose ConfigMap is elsewhere is never started; a name with the wrong namespace doesn't resolve.

Which side is right: the manifests before scripts and hosts; of two manifests the namespace in which most objects are.
All places of a script follow in one repair.

Limits: silent where a manifest can't be read or says no namespace, where any manifest of the repository knows the
script's namespace too, where the script rewrites manifests as it goes, for Secrets that people make by hand in each
namespace, and for objects that a controller copies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Anchor, Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import namespaces_apart, script_namespaces
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.namespaces_apart import Apart
    from stackfix.graph.script_namespaces import Astray

RULE = Rule(
    "namespace-mismatch", Family.NAMES, Severity.ERROR, "something works in another namespace than what it needs"
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every script, object and host in the wrong namespace."""
    for astray in script_namespaces.astray(graph):
        yield _finding(graph, astray)
    for pair in namespaces_apart.apart(graph):
        yield _apart(pair)


def _apart(pair: Apart) -> Finding:
    right = f"work in {pair.right}"
    remedy = Remedy(Applicability.MANUAL, right)
    if pair.text is not None:
        remedy = Remedy(Applicability.UNSAFE, right, (SetText(pair.text, pair.right),))
    return Finding(
        rule=RULE,
        message=f"{pair.by} needs {pair.what}, and one works in namespace {pair.wrong}, the other in {pair.right}",
        location=Location(pair.location.path, pair.location.span, f"in {pair.wrong}"),
        anchor=Anchor(pair.location.path, "yaml", name=f"namespace {pair.what}"),
        value=pair.wrong,
        evidence=tuple(Location(place.path, place.span, note) for place, note in pair.places),
        remedy=remedy,
    )


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
