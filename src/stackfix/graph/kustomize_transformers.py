"""What Kustomize changes in every object: namespace, prefix and suffix, labels, images.

Source: kubectl.docs.kubernetes.io/references/kustomize/kustomization.

May import the graph's Kubernetes modules.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.graph import kubernetes
from stackfix.graph import kubernetes_nodes as nodes
from stackfix.graph.kubernetes_nodes import Branch, Leaf
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.kubernetes import Manifest

CLUSTER_WIDE = frozenset(
    [
        "Namespace",
        "Node",
        "PersistentVolume",
        "StorageClass",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "IngressClass",
        "PriorityClass",
        "ValidatingWebhookConfiguration",
        "MutatingWebhookConfiguration",
        "APIService",
        "GatewayClass",
        "ClusterIssuer",
        "ClusterSecretStore",
    ]
)
_UNNAMED = frozenset({"Namespace", "CustomResourceDefinition", "APIService"})
_IMAGE = re.compile(r"(?P<name>[^@]+?)(?P<tag>:[^/:@]+)?(?P<digest>@.+)?\Z", re.DOTALL)


def respaced(item: Manifest, namespace: Leaf | None) -> Manifest:
    """In the kustomization's namespace, if it sets one."""
    if namespace is None or item.kind in CLUSTER_WIDE:
        return item
    root = nodes.put(item.root, ("metadata", "namespace"), namespace)
    assert isinstance(root, Branch)
    return kubernetes.remade(item, root)


def renamed(item: Manifest, prefix: str, suffix: str) -> Manifest:
    """With prefix and suffix. What it was called stays known: references by that name are renamed with it."""
    if item.name is None or item.kind in _UNNAMED or not (prefix or suffix):
        return item
    text = Text.join((Text.unwritten(prefix), item.name, Text.unwritten(suffix)))
    named = nodes.leaf(item.root, "metadata", "name")
    anchor = named.anchor if named else item.anchor
    root = nodes.put(item.root, ("metadata", "name"), Leaf(text.value, anchor, text))
    assert isinstance(root, Branch)
    return kubernetes.remade(item, root)


def relabelled(item: Manifest, root: Branch) -> Manifest:
    """With `commonLabels` and `labels`."""
    changed = item.root
    common = nodes.get(root, "commonLabels")
    if isinstance(common, Branch):
        changed = _labelled(item, changed, common, selectors=True, templates=True)
    for entry in nodes.branches(root, "labels"):
        pairs = nodes.get(entry, "pairs")
        if isinstance(pairs, Branch):
            selectors = nodes.value(entry, "includeSelectors") == "true"
            templates = selectors or nodes.value(entry, "includeTemplates") == "true"
            changed = _labelled(item, changed, pairs, selectors=selectors, templates=templates)
    return item if changed is item.root else kubernetes.remade(item, changed)


def _labelled(item: Manifest, root: Branch, labels: Branch, *, selectors: bool, templates: bool) -> Branch:
    where: list[tuple[str, ...]] = [("metadata", "labels")]
    steps = kubernetes.POD_TEMPLATES.get((item.group, item.kind))
    if steps and templates:
        where.append((*steps, "metadata", "labels"))
    if selectors and item.kind == "Service" and isinstance(nodes.get(root, "spec", "selector"), Branch):
        where.append(("spec", "selector"))
    for path in where:
        for key, entry in labels.entries.items():
            new = nodes.put(root, (*path, key), entry.value)
            assert isinstance(new, Branch)
            root = new
    return root


def reimaged(item: Manifest, images: tuple[Branch, ...]) -> Manifest:
    """With other image names and tags in its containers."""
    root = item.root
    for steps in _image_steps(item) if images else ():
        found = nodes.leaf(root, *steps)
        new = _image(found, images) if found else None
        if new is not None:
            changed = nodes.put(root, steps, new)
            assert isinstance(changed, Branch)
            root = changed
    return item if root is item.root else replace(item, root=root)


def _image_steps(item: Manifest) -> Iterator[tuple[str | int, ...]]:
    steps = kubernetes.POD_TEMPLATES.get((item.group, item.kind))
    if steps is None:
        return
    for key in ("initContainers", "containers"):
        for index in range(len(nodes.branches(item.root, *steps, "spec", key))):
            yield (*steps, "spec", key, index, "image")


def _image(found: Leaf, images: tuple[Branch, ...]) -> Leaf | None:
    match = _IMAGE.match(found.value)
    if match is None:
        return None
    for entry in images:
        if nodes.value(entry, "name") != match.group("name"):
            continue
        name = nodes.text(entry, "newName") or found.text.slice(*match.span("name"))
        tag, digest = nodes.text(entry, "newTag"), nodes.text(entry, "digest")
        rest = found.text.slice(match.end("name"), len(found.value))
        if digest is not None:
            rest = Text.unwritten("@") + digest
        elif tag is not None:
            rest = Text.unwritten(":") + tag
        text = name + rest
        return Leaf(text.value, found.anchor, text)
    return None
