"""Both ends of an address exist, but share no network.

What it finds: an address in a Compose project whose host is a service of the same project, on none of the networks that
the asking service is on.

Why it breaks: a name is resolved only on a network that both are on.

Which side is right: neither is moved: the asking service joins a network of the one it asks, beside its own. A service
on no network by name that several ask, all of them on one network, joins that one.

Limits: silent with `network_mode`, where an alias or another project answers to the name, and where the asking service
is on an external network that nobody here makes: who else is there is unknown. So is a Python program in which nothing
speaks HTTP, which only passes a URL on: into a database, a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Choice, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import mute, stores
from stackfix.graph.model import Place
from stackfix.graph.reach import Reached
from stackfix.graph.value import Origin
from stackfix.repairs.join_network import JoinNetwork

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Reference, Workload

RULE = Rule("no-shared-network", Family.NAMES, Severity.ERROR, "both ends of an address exist, but share no network")


_SEVERAL = 2


def detect(graph: Graph) -> Iterator[Finding]:
    """Every address of a service that can't be reached, once a pair of services."""
    apart: dict[tuple[Workload, Workload], Reference] = {}
    for reference in graph.references:
        asker = reference.workload
        if asker is None or reference.place is not Place.CONTAINER:
            continue
        if _is_told_in_passing(asker, reference) or mute.passes_on(graph, asker, reference):
            continue
        reach = graph.resolve(reference)
        if reach.reached is Reached.NO_NETWORK and len(reach.workloads) == 1:
            apart.setdefault((asker, reach.workloads[0]), reference)
    told: set[JoinNetwork] = set()
    for (asker, target), reference in apart.items():
        askers = [other for other, asked in apart if asked is target]
        found = _finding(graph, reference, asker, target, _theirs(target, askers))
        joins = [r for r in found.remedy.repairs if isinstance(r, JoinNetwork)] if found.remedy is not None else []
        own = [join for join in joins if join.anchor == asker.anchor]
        if not own or not told.issuperset(own):
            told.update(own)
            yield found


def _is_told_in_passing(asker: Workload, reference: Reference) -> bool:
    """Whether a data store is given the address by a file of variables that others are given, too: it asks nobody."""
    given = asker.environment.get(reference.variable) if reference.variable is not None else None
    if given is None or given.origin is not Origin.ENV_FILE or asker.build is not None or asker.image is None:
        return False
    return stores.store(asker.image.value) is not None


def _theirs(target: Workload, askers: list[Workload]) -> tuple[str, bool] | None:
    """The one network of all who ask a service that is on none by name, where they are several.

    And whether somebody else is on the network that it has without being put on one.
    """
    if [use.key for use in target.networks] != ["default"] or len(askers) < _SEVERAL:
        return None
    shared = set.intersection(*({use.key for use in asker.networks if use.key} for asker in askers))
    return (shared.pop(), _is_kept(target)) if len(shared) == 1 else None


def _is_kept(workload: Workload) -> bool:
    """Whether somebody else is on the network that a service has without being put on one."""
    others = (w for w in workload.deployment.workloads if w is not workload)
    return any(use.key == "default" for other in others for use in other.networks)


def _finding(
    graph: Graph, reference: Reference, asker: Workload, target: Workload, joined: tuple[str, bool] | None
) -> Finding:
    theirs = [use.key for use in target.networks if use.key]
    own = ", ".join(use.key for use in asker.networks)
    return Finding(
        rule=RULE,
        message=f"{asker.name} is on {own} and {target.name} on {', '.join(theirs)}: the name isn't resolved",
        location=Location(reference.location.path, reference.location.span, f"reaches for {target.name}"),
        anchor=reference.anchor,
        value=f"{reference.value.value} {target.name}",
        evidence=(
            Location(asker.location.path, asker.location.span, f"on {own}"),
            Location(target.location.path, target.location.span, f"on {', '.join(theirs)}"),
        ),
        remedy=_joining(target, *joined) if joined is not None else _remedy(asker, theirs),
        components=graph.concerned(reference, target),
    )


def _joining(target: Workload, key: str, kept: bool) -> Remedy:
    join = JoinNetwork(target.anchor, key, keeps_default=kept)
    return Remedy(Applicability.UNSAFE, f"put {target.name} on {key}", (join,))


def _remedy(asker: Workload, theirs: list[str]) -> Remedy | None:
    keeps_default = any(use.key == "default" for use in asker.networks) and _is_kept(asker)
    joins = {key: JoinNetwork(asker.anchor, key, keeps_default=keeps_default) for key in theirs}
    if len(joins) == 1:
        key, join = joins.popitem()
        return Remedy(Applicability.UNSAFE, f"put {asker.name} on {key} too", (join,))
    choices = tuple(Choice(f"put {asker.name} on {key} too", (join,)) for key, join in joins.items())
    return Remedy(Applicability.MANUAL, "choose a network for both", (), choices) if choices else None
