"""A health check runs a program that the image lacks.

What it finds: a health check of Compose, Kubernetes or a Dockerfile whose program is certainly not in the image: curl
on a slim or Alpine base that doesn't install it, `mongo` in a newer mongo image. So with `python -c "import requests"`
where everything that pip installs is listed and known not to bring requests.

Why it breaks: the check can never pass. The container is unhealthy for ever, and whoever waits for it never starts.

Which side is right: the image. A check that asks the same with a program that is there is the smaller change than a
bigger image.

Limits: built images are judged by their base and what they install, pulled ones by a table; of all others nothing is
known. Where nothing in the image can ask the same, or the check sends headers or data, a person decides.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import check_tools
from stackfix.graph.model import Platform
from stackfix.repairs.set_command import SetCommand
from stackfix.repairs.set_entry import SetEntry
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Repair
    from stackfix.graph.check_tools import Lacking
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload

RULE = Rule(
    "healthcheck-tool-missing",
    Family.HEALTH,
    Severity.ERROR,
    "a health check runs a program that the image lacks",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every check that can't be run, each written place once."""
    seen: set[Location] = set()
    for lacking in check_tools.lacking(graph):
        if lacking.probe.location not in seen:
            seen.add(lacking.probe.location)
            yield _finding(graph, lacking)


def _finding(graph: Graph, lacking: Lacking) -> Finding:
    probe, workload = lacking.probe, lacking.workload
    repairs = tuple(_repairs(lacking))
    new = lacking.words[0].split()[0] if lacking.words else ""
    tool, runs = probe.tool or "", "runs"
    if lacking.module is not None:
        tool, runs, new = lacking.module, "imports", "urllib"
    return Finding(
        rule=RULE,
        message=f"the health check {runs} {tool}, which {_image_of(workload)} lacks"
        + (f"; {new} is there" if repairs else ""),
        location=replace(probe.location, note=f"{runs} {tool}"),
        anchor=probe.anchor,
        value=tool,
        evidence=tuple(_witnesses(graph, lacking)),
        remedy=Remedy(Applicability.SAFE, f"ask with {new}", repairs)
        if repairs
        else Remedy(Applicability.MANUAL, f"install {tool}, or ask with what the image has"),
        components=graph.called(workload),
    )


def _image_of(workload: Workload) -> str:
    alone = workload.deployment.platform is Platform.IMAGE
    return "its image" if alone else f"the image of {workload.name}"


def _repairs(lacking: Lacking) -> Iterator[Repair]:
    probe, words = lacking.probe, lacking.words
    if lacking.text is not None:
        yield SetText(lacking.text, words[0])
    elif words and probe.anchor.syntax == "dockerfile":
        yield SetCommand(probe.anchor, words)
    elif words:
        yield SetEntry(probe.anchor.parent, "test", ("CMD", *words))


def _witnesses(graph: Graph, lacking: Lacking) -> Iterator[Location]:
    image = graph.image(lacking.workload)
    name = image.base_name if image is not None else lacking.workload.image
    place = located(name, f"has no {lacking.module or lacking.probe.tool}") if name is not None else None
    if place is not None:
        yield place
