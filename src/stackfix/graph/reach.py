"""Does a name resolve where it is used, and to what: Compose networks.

Source: Docker's documentation, "Networking in Compose": a service is reached by its name, its container_name, its
aliases on the networks it shares, and the links and extra_hosts of the one who asks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from stackfix.graph import address

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stackfix.graph.model import Deployment, KubeService, Workload


class Reached(Enum):
    """What a name came to."""

    MET = "met"
    SELF = "self"
    NO_NETWORK = "no shared network"
    MISSING = "missing"
    UNKNOWN = "unknown"


class By(Enum):
    """By which of its names a workload was met."""

    SERVICE = "service name"
    CONTAINER = "container_name"
    ALIAS = "network alias"
    HOSTNAME = "hostname"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Reach:
    """A name resolved: by whom it is answered. Several where one name is shared by several workloads.

    `service` is the Kubernetes Service that answers: then its ports count, and `workloads` are what it selects.
    """

    reached: Reached
    workloads: tuple[Workload, ...] = ()
    by: By | None = None
    service: KubeService | None = None


@dataclass(frozen=True)
class ComposeNames:
    """The names of all Compose projects, by network.

    `spoken` are names that any Compose file gives a service, fragments and copies too: what they are part of is unseen.
    """

    deployments: tuple[Deployment, ...]
    spoken: frozenset[str] = frozenset()

    def resolve(self, host: str, asker: Workload) -> Reach:
        """What `host` is for a process of `asker`."""
        if address.is_loopback(host):
            return Reach(Reached.SELF, (asker,))
        if host in asker.extra_hosts or (address.is_outside(host) and not self._dotted(host, asker)):
            return Reach(Reached.UNKNOWN)
        for service, alias in asker.links:
            if alias == host:
                found = tuple(w for w in asker.deployment.workloads if w.name == service)
                return Reach(Reached.MET, found, By.LINK) if found else Reach(Reached.UNKNOWN)
        if asker.network_mode and not asker.network_mode.startswith("service:"):
            return Reach(Reached.UNKNOWN)
        return self._by_network(host, asker)

    def _dotted(self, host: str, asker: Workload) -> bool:
        return any(by is not None for w in self._neighbours(asker) if (by := _name(w, host, asker)))

    def _by_network(self, host: str, asker: Workload) -> Reach:
        met: dict[By, list[Workload]] = {}
        for other in self._neighbours(asker):
            if by := _name(other, host, asker):
                met.setdefault(by, []).append(other)
        for by in By:
            if by in met:
                own = [w for w in met[by] if w.deployment is asker.deployment]
                return Reach(Reached.MET, tuple(own or met[by]), by)
        if apart := [w for w in asker.deployment.workloads if w.name == host or _named(w, host)]:
            apart_for_sure = _own_networks(asker) and not self._open(asker)
            return Reach(Reached.NO_NETWORK if apart_for_sure else Reached.UNKNOWN, tuple(apart))
        if self._open(asker) or self._elsewhere(host) or any(_numbered(w, host) for w in self._neighbours(asker)):
            return Reach(Reached.UNKNOWN)
        return Reach(Reached.MISSING)

    def strangers_alone(self, host: str, asker: Workload) -> bool:
        """Whether nothing of the repository has a plain name, so that only a stranger on an external network may."""
        if host in asker.extra_hosts or asker.network_mode or address.is_outside(host) or not self._open(asker):
            return False
        here = (w for w in asker.deployment.workloads if w.name == host or _named(w, host))
        met = any(_name(other, host, asker) for other in self._neighbours(asker))
        return not met and not self._elsewhere(host) and next(here, None) is None

    def neighbours(self, asker: Workload) -> tuple[Workload, ...]:
        """Every workload that shares a network with the asker, itself too, its own deployment's first."""
        found = dict.fromkeys(self._neighbours(asker))
        return tuple(sorted(found, key=lambda w: w.deployment is not asker.deployment))

    def _neighbours(self, asker: Workload) -> Iterator[Workload]:
        found = {place: other for network in _networks(asker) for place, other in self._members.get(network, ())}
        if asker not in found.values():
            yield asker
        yield from (found[place] for place in sorted(found))

    @cached_property
    def _members(self) -> Mapping[str, Sequence[tuple[int, Workload]]]:
        """Who is on each network, each with its place among all."""
        found: dict[str, list[tuple[int, Workload]]] = {}
        for place, workload in enumerate(w for deployment in self.deployments for w in deployment.workloads):
            for network in _networks(workload):
                found.setdefault(network, []).append((place, workload))
        return found

    def _open(self, asker: Workload) -> bool:
        """Whether strangers may be on its networks: an external one that nobody here owns."""
        return any(use.network.startswith("name:") and not self._made_here(use.network) for use in asker.networks)

    def _made_here(self, network: str) -> bool:
        return network in self._own_networks

    @cached_property
    def _own_networks(self) -> frozenset[str]:
        return frozenset(network for deployment in self.deployments for network in deployment.networks.values())

    def _elsewhere(self, host: str) -> bool:
        """Whether some other project of the repository has the name: how they are joined may be unseen."""
        return host in self.spoken or host in self._containers

    @cached_property
    def _containers(self) -> frozenset[str]:
        named = (w.container_name for deployment in self.deployments for w in deployment.workloads)
        return frozenset(name.value for name in named if name is not None)


def _networks(workload: Workload) -> frozenset[str]:
    if workload.network_mode and workload.network_mode.startswith("service:"):
        shared = workload.network_mode.removeprefix("service:")
        return frozenset(use.network for w in workload.deployment.workloads if w.name == shared for use in w.networks)
    return frozenset(use.network for use in workload.networks)


def _own_networks(workload: Workload) -> bool:
    return bool(workload.networks) and not workload.network_mode


def _named(workload: Workload, host: str) -> bool:
    return workload.container_name is not None and workload.container_name.value == host


def _numbered(workload: Workload, host: str) -> bool:
    """Whether a name may be the one that Compose gives a container itself: the project's, the service's, a number."""
    if workload.container_name is not None:
        return False
    return re.fullmatch(rf"[a-z0-9][\w.-]*[-_]{re.escape(workload.name)}[-_]\d+", host) is not None


def _name(workload: Workload, host: str, asker: Workload) -> By | None:
    if workload.name == host:
        return By.SERVICE
    shared = _networks(asker)
    if any(alias.value == host for use in workload.networks if use.network in shared for alias in use.aliases):
        return By.ALIAS
    if _named(workload, host):
        return By.CONTAINER
    if workload.hostname == host:
        return By.HOSTNAME
    return None
