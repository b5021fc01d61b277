"""A component uses another port than the configuration gives it.

What it finds: a component named under `[ports]` of the configuration whose process binds another port there, or, where
the configuration names a pair such as `"8080:8000"`, which is published as another port than the first.

Why it breaks: whatever is agreed upon outside this repository (firewalls, dashboards, other teams) goes by the
configured port, and ports picked at random in development collide in production.

Which side is right: the configuration. Everything moves at once: what the process binds, EXPOSE, published and
container ports, targetPort, checks, the addresses that others reach it by, and Prometheus' targets. A Service's own
port stays.

Limits: silent without configuration, where nobody can tell what one of the component's deployments binds, and where
something else of the same pod has the configured port. Where one place can't be changed nothing is, and a person
decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import port_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.port_policy import Departure

RULE = Rule("port-policy", Family.PORTS, Severity.ERROR, "a component that uses another port than it is configured to")


def detect(graph: Graph) -> Iterator[Finding]:
    """Every component that departs from its configured ports."""
    for departure in port_policy.departures(graph):
        setting = departure.setting.location
        said = (Location(setting.path, setting.span, "the configured port"),) if setting is not None else ()
        yield Finding(
            rule=RULE,
            message=f"{departure.name} {_differs(departure)}",
            location=departure.location,
            anchor=departure.anchor,
            value=departure.name,
            evidence=(*said, *departure.places),
            remedy=_remedy(departure),
            components=graph.called(*departure.workloads),
        )


def _differs(departure: Departure) -> str:
    parts = [] if departure.old is None else [f"binds {departure.old}, and is configured to bind {departure.new}"]
    parts += [
        f"is published as {is_}, and is configured to be published as {set_}" for is_, set_ in departure.published
    ]
    return "; it ".join(parts)


def _remedy(departure: Departure) -> Remedy:
    if departure.repairs is None:
        return Remedy(Applicability.MANUAL, f"move it by hand: {departure.stuck}")
    return Remedy(Applicability.SAFE, f"move {departure.name} to its configured port", departure.repairs)
