"""The host's ports that the services of a Compose project take, and which of them take one twice.

May import the graph's nouns and combinations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import combinations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Anchor, Location
    from stackfix.graph.library import Library
    from stackfix.graph.model import Deployment, HostPorts, Workload

_EVERY = frozenset({None, "", "0.0.0.0", "*"})  # noqa: S104 - recognised, not bound


@dataclass(frozen=True, slots=True)
class Taken:
    """A run of the host's ports that one service takes."""

    workload: Workload
    ports: HostPorts

    @property
    def location(self) -> Location:
        """Where it is written."""
        return self.ports.location

    @property
    def anchor(self) -> Anchor:
        """The entry."""
        return self.ports.anchor


@dataclass(frozen=True, slots=True)
class Clash:
    """Two services that take one port; `port` is the first of those that they share."""

    first: Taken
    later: Taken
    port: int


def clashes(library: Library, project: Deployment) -> Iterator[Clash]:
    """Every later service with the first one that it clashes with."""
    if project.fragment:
        return
    taken = [Taken(w, ports) for w in project.workloads if _runs(w) for ports in w.host_ports]
    for index, later in enumerate(taken):
        first = next((t for t in taken[:index] if _clash(t, later)), None)
        if first is not None and not _one_or_the_other(library, project, first.workload, later.workload):
            yield Clash(first, later, max(first.ports.first, later.ports.first))


def _one_or_the_other(library: Library, project: Deployment, one: Workload, other: Workload) -> bool:
    """Whether people are told to start each of two services by its name, and never both, or all of them."""
    ups = combinations.started(library, project.folder, frozenset(w.name for w in project.workloads))
    alone = [names for names in ups if one.name in names or other.name in names]
    apart = all((one.name in names) != (other.name in names) for names in alone)
    return frozenset() not in ups and apart and {one.name, other.name} <= frozenset().union(*alone)


def _runs(workload: Workload) -> bool:
    return not workload.scaled_to_zero and workload.network_mode is None


def _clash(one: Taken, other: Taken) -> bool:
    if one.workload is other.workload or not _together(one.workload, other.workload):
        return False
    a, b = one.ports, other.ports
    if a.protocol != b.protocol or not _meet(a, b):
        return False
    # A range takes any free one of its ports where the container has fewer: only a whole range is certain.
    return a.first <= b.last and b.first <= a.last and not (a.some or b.some)


def _together(one: Workload, other: Workload) -> bool:
    """Whether whoever starts one starts the other, too: both always, or by the same profile."""
    return one.profiles == other.profiles or bool(one.profiles & other.profiles)


def _meet(one: HostPorts, other: HostPorts) -> bool:
    if one.host_ip in _EVERY and other.host_ip in _EVERY:
        return True
    named = {ip for ip in (one.host_ip, other.host_ip) if ip not in _EVERY}
    return len(named) == 1 and not any(ip is not None and ":" in ip for ip in named)
