"""Finds a repository's manifests and groups them by what is applied together.

A kustomization that no other takes in is one group; so are plain manifests of neighbouring folders, as long as no two
of them define the same object (then they are variants of each other: examples, or one folder per environment).

May import the library, the tree and the graph's Kubernetes modules.
"""

from __future__ import annotations

import posixpath
from functools import partial
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.graph import (
    kubernetes,
    kubernetes_names,
    kubernetes_nodes,
    kubernetes_objects,
    kubernetes_pods,
    kustomize,
)
from stackfix.graph.helm_releases import Releases
from stackfix.graph.kubernetes_cluster import Cluster, World, same_namespace
from stackfix.graph.model import Deployment, Platform

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.graph.kubernetes import Manifest
    from stackfix.graph.library import Library
    from stackfix.graph.model import KubeConfig

CHART_TEMPLATE = "a Helm chart's template, not plain YAML"
_CHART_FILES = frozenset({"Chart.yaml", "Chart.yml", "requirements.yaml"})


def link(library: Library) -> World:
    """All manifests of a tree, in their groups."""
    found = _Found(library)
    world = World(Releases(library), unreadable=tuple(found.unreadable), templates=found.templates)
    used: set[str] = set()
    for folder in found.kustomizations_in_order():
        if used & {tree.join(folder, name) for name in kubernetes.KUSTOMIZATION_NAMES}:
            continue
        made = kustomize.build(library, folder)
        used |= made.paths
        deployment = _deployment(folder, made.objects, made.paths, fragment=found.is_component(folder))
        _add(world, deployment, made.objects, complete=made.complete)
    plain = {path: items for path, items in found.plain.items() if path not in used}
    for folder, paths in groups(plain):
        objects = [item for path in paths for item in plain[path]]
        whole = not any(path in found.hidden for path in paths) and not found.unread_below(folder)
        _add(world, _deployment(folder, objects, set(paths)), objects, complete=whole)
    for cluster in world.clusters:
        cluster.configs.extend(c for item in cluster.objects if (c := kubernetes_objects.config(item)))
    for cluster in world.clusters:
        _fill(cluster)
    return world


class _Found:
    """The YAML files of a tree, sorted by what they are."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.plain: dict[str, tuple[Manifest, ...]] = {}
        self.kustomizations: list[str] = []
        self.unreadable: list[str] = []
        self.templates: dict[str, str] = {}
        self.hidden: set[str] = set()
        self.charts = frozenset(posixpath.dirname(path) for name in _CHART_FILES for path in library.tree.named(name))
        for path in sorted(library.tree.entries):
            self._take(path)

    def _take(self, path: str) -> None:
        entry = self.library.tree.entries[path]
        kustomization = posixpath.basename(path) in kubernetes.KUSTOMIZATION_NAMES
        chart = self._chart(path)
        if not entry.wiring or entry.target is not None:
            return
        if chart is not None:
            self._take_from_chart(path, chart)
        elif kustomization:
            if kustomize.kustomization_in(self.library, posixpath.dirname(path)) is not None:
                self.kustomizations.append(posixpath.dirname(path))
            elif self.library.get(path, kubernetes.facts) is None:
                self.unreadable.append(path)
        elif path.endswith((".yaml", ".yml")):
            self._take_plain(path)

    def _chart(self, path: str) -> str | None:
        """The chart that a file belongs to, None for none."""
        folder = posixpath.dirname(path)
        while folder:
            if folder in self.charts:
                return folder
            folder = posixpath.dirname(folder)
        return "" if "" in self.charts and path.startswith(("templates/", "charts/", "values", "Chart.")) else None

    def _take_from_chart(self, path: str, chart: str) -> None:
        if not path.endswith((".yaml", ".yml", ".tpl")):
            return
        data = self.library.sources.read(path) or b""
        self.templates[path] = data.decode("utf-8", "replace")
        if path.startswith(tree.join(chart, "templates") + "/") and b"kind:" in data:
            self.library.problems.setdefault(path, CHART_TEMPLATE)

    def _take_plain(self, path: str) -> None:
        data = self.library.sources.read(path)
        if data is None or b"apiVersion" not in data or b"kind" not in data:
            return
        found = self.library.get(path, kubernetes.facts)
        if found is None:
            self.unreadable.append(path)
            self.templates[path] = data.decode("utf-8", "replace")
            return
        if found.hidden:
            self.hidden.add(path)
            self.templates[path] = data.decode("utf-8", "replace")
        if found.objects:
            self.plain[path] = found.objects

    def kustomizations_in_order(self) -> list[str]:
        """Folders of kustomizations, those that no other one takes in first: the rest is a loop or part of them."""
        inner = {f for folder in self.kustomizations for f in kustomize.needed_folders(self.library, folder)}
        return sorted(self.kustomizations, key=lambda folder: (folder in inner, folder))

    def is_component(self, folder: str) -> bool:
        """Whether a kustomization is a component: nothing by itself."""
        found = kustomize.kustomization_in(self.library, folder)
        return found is not None and kubernetes_nodes.value(found[1], "kind") == "Component"

    def unread_below(self, folder: str) -> bool:
        """Whether something at or below a folder couldn't be read."""
        prefix = folder + "/" if folder else ""
        return any(path.startswith(prefix) for path in self.unreadable)


def groups(plain: dict[str, tuple[Manifest, ...]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The files that belong together, with the folder that holds them all."""
    tops: dict[str, list[str]] = {}
    for path in sorted(plain):
        tops.setdefault(posixpath.dirname(path), []).append(path)
    below: dict[str, list[tuple[str, ...]]] = {}
    folders = {f for top in tops for f in tree.upward(top)}
    for folder in sorted(folders, key=lambda f: (-f.count("/") - bool(f), f)):
        own = tuple(tops.get(folder, ()))
        found = below.pop(folder, [])
        parts = [own, *found] if own else found
        if len(parts) > 1 and not _collide(parts, plain):
            parts = [tuple(sorted(path for part in parts for path in part))]
        if folder:
            below.setdefault(posixpath.dirname(folder), []).extend(parts)
        else:
            yield from ((_common(part), part) for part in sorted(parts))


def _common(paths: tuple[str, ...]) -> str:
    folders = [posixpath.dirname(path) for path in paths]
    return posixpath.commonpath(folders) if all(folders) else ""


def _collide(parts: list[tuple[str, ...]], plain: dict[str, tuple[Manifest, ...]]) -> bool:
    """Whether two parts define one object: the same kind and name, in one namespace or none said."""
    seen: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for number, part in enumerate(parts):
        for item in (item for path in part for item in plain[path]):
            before = seen.setdefault((item.kind, item.called), [])
            if item.called and item.kind != "Namespace":
                if any(n != number and same_namespace(space, item.space) for n, space in before):
                    return True
                before.append((number, item.space))
    return False


def _deployment(folder: str, objects: Iterable[Manifest], paths: set[str], *, fragment: bool = False) -> Deployment:
    """Called by its namespace where all its objects name one, else by its folder."""
    spaces = {item.space for item in objects if item.space}
    name = next(iter(spaces)) if len(spaces) == 1 else folder
    return Deployment(Platform.KUBERNETES, name, tuple(sorted(paths)), folder, fragment=fragment)


def _add(world: World, deployment: Deployment, objects: Iterable[Manifest], *, complete: bool) -> None:
    items = tuple(objects)
    kustomized = any(posixpath.basename(path) in kubernetes.KUSTOMIZATION_NAMES for path in deployment.paths)
    if items:
        world.clusters.append(Cluster(deployment, world, items, complete, kustomized))


def _fill(cluster: Cluster) -> None:
    """Read the objects. All configuration of the world is known by then, since environments come from it."""
    for item in cluster.objects:
        service = kubernetes_objects.service(item)
        cluster.services.extend([service] if service else [])
        cluster.backends.extend(kubernetes_objects.backends(item))
        cluster.references.extend(kubernetes_objects.references(item))
        cluster.peers.extend(kubernetes_objects.peers(item))
        lookup = partial(_config, cluster, item)
        cluster.workloads.extend(kubernetes_pods.workloads(item, cluster.deployment, lookup))


def _config(cluster: Cluster, item: Manifest, kind: str, name: str) -> KubeConfig | None:
    found = kubernetes_names.config(kind, name, item.space, cluster, item.path)
    return None if isinstance(found, kubernetes_names.Unresolved) else found
