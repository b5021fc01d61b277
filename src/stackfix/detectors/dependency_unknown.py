"""Something names a service, a network, a volume or an object of the cluster that there isn't.

What it finds: in Compose, `depends_on`, `links`, `volumes_from`, `network_mode: service:`, `extends`, and the networks,
volumes, configs and secrets of a service; in Kubernetes, the target of an autoscaler, a claim, a Service account, and
the labels by which a NetworkPolicy means pods.

Why it breaks: Compose refuses the whole project; a cluster takes the manifest and the part never works: nothing is
scaled, the pod is never made, the traffic is never let in.

Which side is right: what is defined. The one name that fits is taken: the same but for a prefix, a suffix, a separator
or one letter; a service's container_name; the one service that runs the engine of that name.

Limits: silent for fragments and for names that a Compose file beside or above it defines, since they may be started
together; for entries that aren't required; in clusters with charts, operators or unread manifests that may make the
object; for Service accounts and claims that a script or document speaks of or that nothing is nearly called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Choice, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import dependencies
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.dependencies import Fit, Unknown
    from stackfix.graph.link import Graph

RULE = Rule(
    "dependency-unknown",
    Family.NAMES,
    Severity.ERROR,
    "something names a part of the deployment that isn't there",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every name that nothing has."""
    for one in dependencies.unknown(graph):
        yield _finding(graph, one)


def _finding(graph: Graph, one: Unknown) -> Finding:
    name = one.text.value
    told = f"; {one.fits[0].name} is what fits" if len(one.fits) == 1 else ""
    return Finding(
        rule=RULE,
        message=f"{one.by} names {name}, and there is no {one.kind} {name}{told}",
        location=Location(one.location.path, one.location.span, "named here"),
        anchor=one.anchor,
        value=f"{one.by} {name}",
        evidence=tuple(_witness(f) for f in one.fits if f.location != one.location),
        remedy=_remedy(one),
        components=graph.called(*one.workloads),
    )


def _witness(fit: Fit) -> Location:
    return Location(fit.location.path, fit.location.span, f"{fit.name} is here")


def _remedy(one: Unknown) -> Remedy:
    if one.repeated:
        return Remedy(Applicability.MANUAL, f"leave {one.text.value} out: what fits is named there already")
    choices = tuple(Choice(f"name {f.name}", (SetText(one.text, f.name),)) for f in one.fits)
    if len(choices) == 1:
        return Remedy(Applicability.SAFE, choices[0].description, choices[0].repairs)
    what = "say which is meant" if choices else f"define {one.kind} {one.text.value}, or leave it out"
    return Remedy(Applicability.MANUAL, what, choices=choices)
