"""Services, routes, ConfigMaps and whatever else names another object, as nouns of the graph.

Source: kubernetes.io/docs/reference/kubernetes-api; gateway-api.sigs.k8s.io for HTTPRoute.

May import the graph's nouns and Kubernetes modules.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.graph import kubernetes
from stackfix.graph import kubernetes_nodes as nodes
from stackfix.graph.kubernetes_environment import data
from stackfix.graph.kubernetes_nodes import Branch, Leaf
from stackfix.graph.model import IngressBackend, KubeConfig, KubeService, ServicePort

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Anchor, Location
    from stackfix.graph.kubernetes import Manifest
    from stackfix.graph.kubernetes_nodes import Node
    from stackfix.text import Text

_ROUTES = frozenset({"HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"})


@dataclass(frozen=True, slots=True)
class ObjectReference:
    """One object's naming of another: an autoscaler's target, a claim, a Service account.

    `kind` and `name` are what is named, `by` the kind that names it.
    """

    by: str
    kind: str
    name: Text
    namespace: str
    location: Location
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class PodPeer:
    """The labels by which a NetworkPolicy means pods. `spaced`: of another namespace, which it selects by labels."""

    labels: dict[str, Text]
    namespace: str
    location: Location
    anchor: Anchor
    spaced: bool = False


# --- Services --------------------------------------------------------------------------------------------------------


def service(item: Manifest) -> KubeService | None:
    """The Service that an object is; None for another kind, a placeholder's name, a patch that can't be followed."""
    if item.kind != "Service" or item.group or item.name is None or item.uncertain:
        return None
    spec = nodes.get(item.root, "spec")
    selector = nodes.get(spec, "selector")
    kind = nodes.value(spec, "type")
    chosen = nodes.texts(selector) if isinstance(selector, Branch) and selector.entries else None
    return KubeService(
        name=item.name,
        namespace=item.space,
        location=item.location,
        anchor=item.anchor,
        ports=tuple(_ports(spec)),
        selector=chosen if chosen is None or len(chosen) == len(dict(nodes.entries(selector))) else None,
        selector_location=selector.location if chosen and isinstance(selector, Branch) else None,
        external_name=nodes.value(spec, "externalName") if kind == "ExternalName" else None,
        headless=nodes.value(spec, "clusterIP") == "None",
        outward=kind in {"NodePort", "LoadBalancer"},
        written_names=item.names,
    )


def _ports(spec: Node | None) -> Iterator[ServicePort]:
    for item in nodes.branches(spec, "ports"):
        number, leaf = nodes.number(item, "port"), nodes.leaf(item, "port")
        if number is None or leaf is None:
            continue
        target, given = nodes.leaf(item, "targetPort"), nodes.number(item, "targetPort")
        named = nodes.value(item, "targetPort") if target and given is None else None
        absent = target is None
        yield ServicePort(
            number,
            leaf.text,
            leaf.location,
            item.anchor,
            name=nodes.value(item, "name"),
            target_port=number if absent else given,
            target_name=named,
            target_text=target.text if target else None,
            protocol=nodes.value(item, "protocol") or "TCP",
        )


# --- routes ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Way:
    """How requests come to a backend."""

    item: Manifest
    hosts: tuple[str, ...] = ()
    path: str | None = None


def backends(item: Manifest) -> Iterator[IngressBackend]:
    """The Services that an Ingress or a Gateway route sends requests to, with the hosts and paths that lead there."""
    if item.uncertain:
        return
    if item.kind == "Ingress" and item.group in {"networking.k8s.io", "extensions"}:
        yield from _of_ingress(item)
    elif item.kind in _ROUTES and item.group == "gateway.networking.k8s.io":
        yield from _of_route(item)


def _of_ingress(item: Manifest) -> Iterator[IngressBackend]:
    spec = nodes.get(item.root, "spec")
    for key in ("defaultBackend", "backend"):
        yield from _backend(_Way(item), nodes.get(spec, key))
    for rule in nodes.branches(spec, "rules"):
        host = nodes.value(rule, "host")
        for path in nodes.branches(rule, "http", "paths"):
            way = _Way(item, (host,) if host else (), nodes.value(path, "path"))
            yield from _backend(way, nodes.get(path, "backend"))


def _backend(way: _Way, node: Node | None) -> Iterator[IngressBackend]:
    new = isinstance(nodes.get(node, "service"), Branch)
    name = nodes.leaf(node, "service", "name") if new else nodes.leaf(node, "serviceName")
    if name is None or not isinstance(node, Branch) or not nodes.is_name(name.value):
        return
    port = nodes.leaf(node, "servicePort")
    if new:
        port = nodes.leaf(node, "service", "port", "number") or nodes.leaf(node, "service", "port", "name")
    yield _made(way, node, name, port)


def _of_route(item: Manifest) -> Iterator[IngressBackend]:
    hosts = tuple(leaf.value for leaf in nodes.leaves(item.root, "spec", "hostnames"))
    for rule in nodes.branches(item.root, "spec", "rules"):
        path = next((nodes.value(m, "path", "value") for m in nodes.branches(rule, "matches")), None)
        for node in nodes.branches(rule, "backendRefs"):
            name = nodes.leaf(node, "name")
            service = (nodes.value(node, "kind") or "Service") == "Service" and not nodes.value(node, "group")
            space = nodes.leaf(node, "namespace")
            if not service or name is None or not nodes.is_name(name.value):
                continue
            if space is None or nodes.is_name(space.value):
                made = _made(_Way(item, hosts, path), node, name, nodes.leaf(node, "port"))
                yield made if space is None else replace(made, namespace=space.value)


def _made(way: _Way, node: Branch, name: Leaf, port: Leaf | None) -> IngressBackend:
    plain = port.plain if port else None
    number = int(plain.value) if plain is not None and plain.value.isdigit() else None
    return IngressBackend(
        name.text,
        way.item.space,
        name.location,
        node.anchor,
        port=number,
        port_name=plain.value if plain is not None and number is None else None,
        port_text=plain,
        hosts=way.hosts,
        path=way.path,
        kind=way.item.kind,
    )


# --- configuration ---------------------------------------------------------------------------------------------------


def config(item: Manifest) -> KubeConfig | None:
    """The ConfigMap or Secret that an object is, or that a controller makes of it."""
    if item.name is None:
        return None
    if not item.group and item.kind in {"ConfigMap", "Secret"}:
        return _config(item)
    name = _made_secret(item)
    if name is None:
        return None
    anchor, place = item.anchor, item.location
    return KubeConfig("Secret", name.value, item.space, place, anchor, name, written_names=item.names | {name.value})


def _made_secret(item: Manifest) -> Text | None:
    """The Secret that an ExternalSecret, a SealedSecret or a Certificate will be."""
    steps: tuple[str, ...]
    if item.kind in {"ExternalSecret", "SealedSecret", "VaultStaticSecret", "VaultDynamicSecret", "InfisicalSecret"}:
        steps = ("spec", "template", "metadata", "name") if item.kind == "SealedSecret" else ("spec", "target", "name")
        return nodes.name(item.root, *steps) or nodes.name(item.root, "spec", "destination", "name") or item.name
    if item.kind == "Certificate":
        return nodes.name(item.root, "spec", "secretName")
    return None


def _config(item: Manifest) -> KubeConfig | None:
    assert item.name is not None
    found = data(item.root)
    keys: dict[str, Text | None] = {}
    for key, entry in found.items():
        keys[key] = entry.value.text if isinstance(entry.value, Leaf) else None
    encoded = {key for field in ("binaryData", "data") for key, _ in nodes.entries(item.root, field)}
    for key in encoded if item.kind == "Secret" else {key for key, _ in nodes.entries(item.root, "binaryData")}:
        if nodes.get(item.root, "stringData", key) is None:
            keys[key] = None
    hidden = item.uncertain or any(nodes.is_template(key) for key in keys)
    return KubeConfig(
        item.kind,
        item.name.value,
        item.space,
        item.location,
        item.anchor,
        item.name,
        None if hidden else keys,
        {key: entry.location for key, entry in found.items()},
        {key: entry.value.anchor for key, entry in found.items()},
        item.names,
    )


# --- naming other objects --------------------------------------------------------------------------------------------


def references(item: Manifest) -> Iterator[ObjectReference]:
    """The objects, other than Services and configuration, that an object needs by name."""
    if item.uncertain:
        return
    if item.kind == "HorizontalPodAutoscaler":
        target = nodes.get(item.root, "spec", "scaleTargetRef")
        yield from _reference(item, target, nodes.value(target, "kind") or "", "name")
    spec = nodes.get(kubernetes.pod_template(item), "spec")
    yield from _reference(item, spec, "ServiceAccount", "serviceAccountName")
    own = {nodes.value(c, "metadata", "name") for c in nodes.branches(item.root, "spec", "volumeClaimTemplates")}
    for volume in nodes.branches(spec, "volumes"):
        if nodes.value(volume, "name") not in own:
            claim = nodes.get(volume, "persistentVolumeClaim")
            yield from _reference(item, claim, "PersistentVolumeClaim", "claimName")


def _reference(item: Manifest, node: Node | None, kind: str, field: str) -> Iterator[ObjectReference]:
    name, leaf = nodes.name(node, field), nodes.leaf(node, field)
    if name is not None and leaf is not None and isinstance(node, Branch) and kind:
        yield ObjectReference(item.kind, kind, name, item.space, leaf.location, node.anchor)


def peers(item: Manifest) -> Iterator[PodPeer]:
    """The pods that a NetworkPolicy speaks of: those it is for, and those it lets in or out."""
    if item.kind != "NetworkPolicy" or item.group != "networking.k8s.io" or item.uncertain:
        return
    spec = nodes.get(item.root, "spec")
    yield from _peer(item, spec)
    for direction, field in (("ingress", "from"), ("egress", "to")):
        for rule in nodes.branches(spec, direction):
            for peer in nodes.branches(rule, field):
                yield from _peer(item, peer)


def _peer(item: Manifest, node: Node | None) -> Iterator[PodPeer]:
    chosen = nodes.get(node, "podSelector")
    if not isinstance(chosen, Branch) or "matchExpressions" in chosen.entries:
        return
    labels = nodes.texts(chosen, "matchLabels")
    if labels and len(labels) == len(dict(nodes.entries(chosen, "matchLabels"))):
        spaced = nodes.get(node, "namespaceSelector") is not None
        yield PodPeer(labels, item.space, chosen.location, chosen.anchor, spaced)
