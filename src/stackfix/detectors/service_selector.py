"""A Service selects no pod.

What it finds: a Service whose labels no pod of its namespace has, beside a workload that it was meant for: by its name,
by the value of a label, and by its ports.

Why it breaks: the Service has no endpoints; every connection to it is refused.

Which side is right: the workload's labels, which its own selector and others go by; the Service's selector follows.

Limits: silent where an operator, a template, a custom resource or a manifest that can't be read may make the pods, for
Services without a selector, and where nothing here fits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Choice, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import selecting
from stackfix.repairs.rename_key import RenameKey
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Repair
    from stackfix.graph.link import Graph
    from stackfix.graph.model import KubeService
    from stackfix.graph.selecting import Meant

RULE = Rule("service-selector", Family.NAMES, Severity.ERROR, "a Service that selects no pod")


def detect(graph: Graph) -> Iterator[Finding]:
    """Every Service without pods for which there are some."""
    for cluster in graph.world.clusters:
        for service in cluster.services:
            if selecting.selects_nothing(service, cluster) and (found := selecting.meant(service, cluster)):
                yield _finding(graph, service, found)


def _finding(graph: Graph, service: KubeService, found: tuple[Meant, ...]) -> Finding:
    said = ", ".join(f"{key}={text.value}" for key, text in (service.selector or {}).items())
    names = ", ".join(_name(m) for m in found)
    has = "" if len(found) != 1 else f"; {names} has {_labels(found[0])}"
    where = service.selector_location or service.location
    return Finding(
        rule=RULE,
        message=f"the Service {service.name.value} selects {said}, which no pod has{has}",
        location=Location(where.path, where.span, "no pod has these labels"),
        anchor=service.anchor,
        value=said,
        evidence=tuple(_place(m) for m in found),
        remedy=_remedy(service, found),
        components=graph.called(*(w for m in found for w in m.workloads)),
    )


def _name(meant: Meant) -> str:
    return meant.controller.name.value if meant.controller.name is not None else meant.workloads[0].name


def _labels(meant: Meant) -> str:
    return ", ".join(f"{key}={text.value}" for key, text in meant.controller.labels.items())


def _place(meant: Meant) -> Location:
    where = meant.controller.labels_location or meant.controller.location
    return Location(where.path, where.span, f"the labels of {_name(meant)}")


def _remedy(service: KubeService, found: tuple[Meant, ...]) -> Remedy:
    if len(found) == 1:
        return Remedy(Applicability.UNSAFE, f"select the pods of {_name(found[0])}", _repairs(service, found[0]))
    ways = tuple(Choice(f"select the pods of {_name(m)}", _repairs(service, m)) for m in found)
    return Remedy(Applicability.MANUAL, "say whose pods are meant", (), ways)


def _repairs(service: KubeService, meant: Meant) -> tuple[Repair, ...]:
    selector = service.selector or {}
    values = [SetText(selector[key], new) for key, new in meant.values]
    keys = [RenameKey(service.anchor.child("spec", "selector", key), new) for key, new in meant.keys]
    return (*values, *keys)
