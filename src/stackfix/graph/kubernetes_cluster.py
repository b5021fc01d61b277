"""Manifests that are applied together, and all such groups of a repository.

May import the graph's nouns and Kubernetes modules.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Location
    from stackfix.graph.helm_releases import Releases
    from stackfix.graph.kubernetes import Manifest
    from stackfix.graph.kubernetes_objects import ObjectReference, PodPeer
    from stackfix.graph.model import Deployment, IngressBackend, KubeConfig, KubeService, Workload
    from stackfix.text import Text


@dataclass(frozen=True, slots=True)
class NamespaceUse:
    """A place that says which namespace manifests work in. `by` is the kind of object that says so."""

    name: str
    text: Text
    location: Location
    by: str


@dataclass(frozen=True, slots=True, eq=False)
class Cluster:
    """One group of manifests: what one kustomization makes, or plain manifests of one folder tree.

    `objects` are all, as applied. Not `complete`: it has objects that nobody can read (remote bases, charts, templates,
    unparsable files). `kustomized` says that a kustomization makes it; its Deployment is a fragment for a component.
    """

    deployment: Deployment
    world: World
    objects: tuple[Manifest, ...]
    complete: bool = True
    kustomized: bool = False
    services: list[KubeService] = field(default_factory=list)
    backends: list[IngressBackend] = field(default_factory=list)
    configs: list[KubeConfig] = field(default_factory=list)
    references: list[ObjectReference] = field(default_factory=list)
    peers: list[PodPeer] = field(default_factory=list)

    @property
    def folder(self) -> str:
        """The folder that holds it all; "" is the root."""
        return self.deployment.folder

    @property
    def workloads(self) -> list[Workload]:
        """Its containers."""
        return self.deployment.workloads


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """All of a repository's manifests. A name that is in none of its clusters may still come from what is unread.

    `unreadable` are manifests that couldn't be read, `templates` the contents of Helm charts and other templates by
    path: what they name may exist. `releases` are charts from elsewhere that texts tell to install. `kin` remembers
    which groups are kindred.
    """

    releases: Releases

    clusters: list[Cluster] = field(default_factory=list)
    unreadable: tuple[str, ...] = ()
    templates: dict[str, str] = field(default_factory=dict)
    kin: dict[tuple[int, int], bool] = field(default_factory=dict)

    @property
    def unknown_folders(self) -> frozenset[str]:
        """Folders of manifests that couldn't be read: objects beside them may be missing for that reason alone."""
        return frozenset(path.rpartition("/")[0] for path in (*self.unreadable, *self.templates))

    @property
    def has_unreadable(self) -> bool:
        """Whether some manifest could not be read at all."""
        return bool(self.unreadable)


def same_namespace(one: str, other: str) -> bool:
    """Whether two namespaces can be one; "" is not said, which may be any."""
    return not one or not other or one == other
