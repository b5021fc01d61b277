"""A deploy script applies a manifest, and not the one that defines what it needs.

What it finds: a script, Makefile or workflow that applies a manifest which names a ConfigMap, Secret, claim, account,
Service, role or namespace that another manifest of the repository defines, and that nothing ever applies; a manifest
of a kustomization that a script applies is one of them.

Why it breaks: in a new cluster the object isn't there: pods wait with CreateContainerConfigError or stay pending, an
Ingress leads nowhere, and what lies in a missing namespace is refused. Where somebody once applied it by hand it works,
until the manifest is changed.

Which side is right: the manifests. The script applies one more of them, in the manner of its other commands: beside the
last of its kind, else just before the one that needs it. Where a kustomization is applied, it lists one more.

Limits: silent wherever anything may apply it: another script, Makefile or workflow, a folder, a loop over unknown
names, a kustomization, Argo CD, Flux, Skaffold and the like, a program, or a document that tells to. Examples,
manifests of another stage, Secrets that are to be filled in, and objects that are defined in several files are left
alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Anchor, Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import application_steps, unapplied
from stackfix.graph.unapplied import Listing
from stackfix.repairs.append_item import AppendItem
from stackfix.repairs.repeat import Repeat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.unapplied import Unapplied

RULE = Rule(
    "manifest-not-applied",
    Family.SCRIPTS,
    Severity.WARNING,
    "a script applies a manifest, and not the one that defines what it needs",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every manifest that nothing applies though an applied one needs it."""
    for found in unapplied.unapplied(graph):
        finding = _finding(found)
        if finding is not None:
            yield finding


def _finding(found: Unapplied) -> Finding | None:
    item, need = found.item, found.need
    place = located(application_steps.written(found.by) or found.by.command, "applied here")
    if isinstance(found.insertion, Listing):
        place = Location(found.insertion.entry.path, found.insertion.entry.span, "listed, and so applied")
    if place is None:
        return None
    what = f"the {need.kind} {need.name.value}"
    return Finding(
        rule=RULE,
        message=f"{found.needing} is applied, which needs {what}; {item.path} defines it, and nothing applies that",
        location=place,
        anchor=Anchor(place.path, "shell", name="applies"),
        value=item.path,
        evidence=(
            Location(need.location.path, need.location.span, f"needs {what}"),
            Location(item.location.path, item.location.span, "defined here, applied by nothing"),
        ),
        remedy=_remedy(found),
    )


def _remedy(found: Unapplied) -> Remedy:
    into = found.insertion
    if into is None:
        return Remedy(Applicability.MANUAL, f"apply {found.item.path} before {found.needing}")
    if isinstance(into, Listing):
        listed = AppendItem(into.anchor, into.path, "resources")
        return Remedy(Applicability.UNSAFE, f"list {found.item.path} as well", (listed,))
    repair = Repeat(into.whole, into.part, into.new, into.at, into.before, into.after)
    return Remedy(Applicability.UNSAFE, f"apply {found.item.path} as well", (repair,))
