"""EXPOSE says another port than the image's command binds.

What it finds: an EXPOSE of a port that neither the image's own command binds, nor that command in any deployment that
keeps it.

Why it breaks: EXPOSE opens nothing, but platforms, proxies and people go by it and send traffic to a port where nobody
listens.

Which side is right: the port that all deployments of the image give it, one being enough; without any, what its own
command binds.

Limits: silent where nobody can tell what the command binds, where every listener has an EXPOSE of its own, where
deployments disagree, for ports that a variable gives, and where what bears the name of the image's folder is deployed
on another port than the image's own command binds. Where the image also sets `PORT` to what it exposes, and the command
binds another port all the same, either may be the slip: a person decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Family, Finding, Rule, Severity
from stackfix.graph import checking, declaring

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph

RULE = Rule("expose-port", Family.PORTS, Severity.ERROR, "EXPOSE differs from what the image's command binds")


def detect(graph: Graph) -> Iterator[Finding]:
    """Every EXPOSE of a port that nobody binds."""
    for exposure in checking.exposures(graph):
        said, right = exposure.declaration, exposure.right
        remedy = declaring.remedy(graph, right, said.port_text, said.location)
        if remedy is None:
            continue
        yield Finding(
            rule=RULE,
            message=f"EXPOSE says {said.port}, {declaring.instead(right)}",
            location=said.location,
            anchor=said.anchor,
            value=str(said.port),
            evidence=declaring.evidence(right),
            remedy=remedy,
            components=graph.called(*exposure.workloads),
        )
