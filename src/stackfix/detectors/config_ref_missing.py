"""A pod names a ConfigMap or Secret, or a key of one, that nothing defines.

What it finds: a configMapKeyRef, secretKeyRef or envFrom whose object no manifest, generator or other text of the
repository speaks of, or whose key the ConfigMap of that name doesn't have.

Why it breaks: the container is never started: it waits with CreateContainerConfigError.

Which side is right: the objects that are defined. The one name that fits is taken.

Limits: silent for optional references, for whatever an operator, a chart, a script or a document may make, for Secrets
that no other is nearly named like, and for keys of Secrets, which are often filled in elsewhere, unless one key there
is nearly called so or is called as the variable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Choice, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import config_gaps
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.config_gaps import Dangling
    from stackfix.graph.link import Graph

RULE = Rule("config-ref-missing", Family.ENVIRONMENT, Severity.ERROR, "a pod names configuration that nothing defines")


def detect(graph: Graph) -> Iterator[Finding]:
    """Every reference to configuration that isn't there."""
    for dangling in config_gaps.dangling(graph):
        yield _finding(graph, dangling)


def _finding(graph: Graph, dangling: Dangling) -> Finding:
    reference, found = dangling.reference, dangling.found
    named = reference.key if found is not None and reference.key is not None else reference.name
    what = f"{reference.kind} {reference.name.value}"
    fits = f"; {dangling.fitting[0]} is what fits" if len(dangling.fitting) == 1 else ""
    says = f"{what} has no key {named.value}" if found is not None else f"nothing defines {what}"
    return Finding(
        rule=RULE,
        message=says + fits,
        location=located(named, "named here") or reference.location,
        anchor=reference.anchor,
        value=named.value,
        evidence=(Location(found.location.path, found.location.span, "defined here"),) if found is not None else (),
        remedy=_remedy(dangling),
        components=graph.called(dangling.workload),
    )


def _remedy(dangling: Dangling) -> Remedy | None:
    reference = dangling.reference
    named = reference.key if dangling.found is not None and reference.key is not None else reference.name
    choices = tuple(Choice(f"name {fit}", (SetText(named, fit),)) for fit in dangling.fitting)
    if len(choices) == 1:
        return Remedy(Applicability.UNSAFE, choices[0].description, choices[0].repairs)
    return Remedy(Applicability.MANUAL, "say which is meant", (), choices) if choices else None
