"""What an object of a cluster must find there by name before it works: configuration, claims, accounts, Services.

Source: kubernetes.io/docs/reference/kubernetes-api. May import the graph's Kubernetes modules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import kubernetes, kubernetes_objects
from stackfix.graph import kubernetes_nodes as nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.graph.kubernetes import Manifest
    from stackfix.graph.kubernetes_nodes import Branch, Node
    from stackfix.text import Text

WIDE = frozenset(
    [
        *("Namespace", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "PersistentVolume", "Node"),
        *("StorageClass", "IngressClass", "PriorityClass", "ValidatingWebhookConfiguration", "APIService"),
        *("MutatingWebhookConfiguration", "RuntimeClass", "ClusterIssuer", "ClusterSecretStore", "GatewayClass"),
        *("VolumeSnapshotClass",),
    ]
)
"""Kinds of objects that are in no namespace."""

_BINDINGS = frozenset({"RoleBinding", "ClusterRoleBinding"})


@dataclass(frozen=True, slots=True)
class Need:
    """One object's naming of another. `space` is the namespace in which it is looked for, "" for any or none."""

    kind: str
    name: Text
    space: str
    location: Location


def needs(item: Manifest) -> Iterator[Need]:
    """All that an object needs by name, what it can do without left out."""
    if item.uncertain:
        return
    space = nodes.name(item.root, "metadata", "namespace")
    if space is not None and item.kind != "Namespace":
        yield from _need("Namespace", nodes.leaf(item.root, "metadata", "namespace"), "")
    yield from _of_pod(nodes.get(kubernetes.pod_template(item), "spec"), item.space)
    yield from _of_kind(item)
    for reference in kubernetes_objects.references(item):
        yield Need(reference.kind, reference.name, item.space, reference.location)
    for backend in kubernetes_objects.backends(item):
        yield Need("Service", backend.service, backend.namespace, backend.location)


def _of_kind(item: Manifest) -> Iterator[Need]:
    """What only objects of one kind name."""
    if item.kind == "Ingress":
        for entry in nodes.branches(item.root, "spec", "tls"):
            yield from _need("Secret", nodes.leaf(entry, "secretName"), item.space)
    elif item.kind in _BINDINGS:
        yield from _of_binding(item)
    claims = nodes.branches(item.root, "spec", "volumeClaimTemplates")
    for claim in (item.root,) if item.kind == "PersistentVolumeClaim" else claims:
        yield from _need("PersistentVolume", nodes.leaf(claim, "spec", "volumeName"), "")
        yield from _need("StorageClass", nodes.leaf(claim, "spec", "storageClassName"), "")


def _need(kind: str, leaf: nodes.Leaf | None, space: str) -> Iterator[Need]:
    if leaf is not None and leaf.plain is not None and nodes.is_name(leaf.value):
        yield Need(kind, leaf.text, space, leaf.location)


def _of_pod(spec: Node | None, space: str) -> Iterator[Need]:
    for part in ("initContainers", "containers"):
        for container in nodes.branches(spec, part):
            yield from _of_container(container, space)
    for volume in nodes.branches(spec, "volumes"):
        sources = (volume, *nodes.branches(volume, "projected", "sources"))
        for source in sources:
            yield from _source(source, "configMap", "ConfigMap", space)
            yield from _source(source, "secret", "Secret", space)
    for pulled in nodes.branches(spec, "imagePullSecrets"):
        yield from _need("Secret", nodes.leaf(pulled, "name"), space)
    yield from _need("PriorityClass", nodes.leaf(spec, "priorityClassName"), "")


def _of_container(container: Branch, space: str) -> Iterator[Need]:
    for source in nodes.branches(container, "envFrom"):
        yield from _source(source, "configMapRef", "ConfigMap", space)
        yield from _source(source, "secretRef", "Secret", space)
    for variable in nodes.branches(container, "env"):
        given = nodes.get(variable, "valueFrom")
        yield from _source(given, "configMapKeyRef", "ConfigMap", space)
        yield from _source(given, "secretKeyRef", "Secret", space)


def _source(node: Node | None, field: str, kind: str, space: str) -> Iterator[Need]:
    source = nodes.get(node, field)
    if source is not None and nodes.value(source, "optional") != "true":
        yield from _need(kind, nodes.leaf(source, "name") or nodes.leaf(source, "secretName"), space)


def _of_binding(item: Manifest) -> Iterator[Need]:
    role = nodes.get(item.root, "roleRef")
    kind = nodes.value(role, "kind")
    if kind in {"Role", "ClusterRole"}:
        yield from _need(kind, nodes.leaf(role, "name"), item.space if kind == "Role" else "")
    for subject in nodes.branches(item.root, "subjects"):
        if nodes.value(subject, "kind") == "ServiceAccount":
            space = nodes.value(subject, "namespace") or item.space
            yield from _need("ServiceAccount", nodes.leaf(subject, "name"), space)
