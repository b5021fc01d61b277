"""Kubernetes manifests of one file: which objects it writes down, and how far that can be read.

Source: kubernetes.io/docs/reference/kubernetes-api. Linked by `kubernetes_link`.

May import findings, text, formats and the graph's own nodes.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.findings import Anchor
from stackfix.formats import yaml
from stackfix.graph import kubernetes_nodes as nodes
from stackfix.graph import openshift_parameters
from stackfix.graph.kubernetes_nodes import Branch, take

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.text import Text

KUSTOMIZATION_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
KUSTOMIZE = "kustomize.config.k8s.io"

# Where each kind keeps its pod template, by API group; "" is the core group.
POD_TEMPLATES: dict[tuple[str, str], tuple[str, ...]] = {
    ("", "Pod"): (),
    ("", "ReplicationController"): ("spec", "template"),
    ("apps", "Deployment"): ("spec", "template"),
    ("apps", "StatefulSet"): ("spec", "template"),
    ("apps", "DaemonSet"): ("spec", "template"),
    ("apps", "ReplicaSet"): ("spec", "template"),
    ("extensions", "Deployment"): ("spec", "template"),
    ("extensions", "DaemonSet"): ("spec", "template"),
    ("extensions", "ReplicaSet"): ("spec", "template"),
    ("apps.openshift.io", "DeploymentConfig"): ("spec", "template"),
    ("argoproj.io", "Rollout"): ("spec", "template"),
    ("batch", "Job"): ("spec", "template"),
    ("batch", "CronJob"): ("spec", "jobTemplate", "spec", "template"),
}

_BUILT_IN = frozenset(
    [
        "apps",
        "batch",
        "autoscaling",
        "policy",
        "extensions",
        "events.k8s.io",
        "networking.k8s.io",
        "rbac.authorization.k8s.io",
        "storage.k8s.io",
        "scheduling.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "node.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "admissionregistration.k8s.io",
        "certificates.k8s.io",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "gateway.networking.k8s.io",
        "apps.openshift.io",
        "route.openshift.io",
        "template.openshift.io",
        "kustomize.config.k8s.io",
    ]
)


# Kinds that nothing is asked of but their names, and that are long.
_UNREAD = frozenset({"CustomResourceDefinition"})
_HEADER = frozenset({"apiVersion", "kind", "metadata"})


@dataclass(frozen=True, slots=True, eq=False)
class Manifest:
    """One object as written, or as Kustomize makes it. `group` is the API group, "" the core's.

    `name` is None where nobody can tell it (a placeholder, generateName). `namespace` is None where none is given;
    `namespace_known` is false where a placeholder gives one. `former` are names it had before Kustomize renamed it.
    `uncertain`: something that can't be followed changes it, so nothing but its name may be judged.
    """

    kind: str
    group: str
    name: Text | None
    namespace: Text | None
    root: Branch
    namespace_known: bool = True
    former: frozenset[str] = frozenset()
    uncertain: bool = False

    @property
    def anchor(self) -> Anchor:
        """The object's address."""
        return self.root.anchor

    @property
    def location(self) -> Location:
        """Its name, else the whole object."""
        named = nodes.leaf(self.root, "metadata", "name")
        return named.location if named else self.root.location

    @property
    def path(self) -> str:
        """The file it is written in."""
        return self.root.anchor.path

    @property
    def space(self) -> str:
        """Its namespace, "" for none given."""
        return self.namespace.value if self.namespace is not None else ""

    @property
    def called(self) -> str:
        """Its name, "" where nobody can tell."""
        return self.name.value if self.name is not None else ""

    @property
    def names(self) -> frozenset[str]:
        """All that other manifests may call it."""
        return self.former | {self.name.value} if self.name is not None else self.former

    @property
    def built_in(self) -> bool:
        """Whether Kubernetes itself knows the kind: anything else may be an operator's order to make more objects."""
        return not self.group or self.group in _BUILT_IN


@dataclass(frozen=True, slots=True, eq=False)
class Manifests:
    """The objects of one file. `kustomizations` are Kustomize's own documents.

    `hidden`: it has objects that are not plainly written, and unknown ones may come of it.
    """

    path: str
    objects: tuple[Manifest, ...] = ()
    kustomizations: tuple[Branch, ...] = ()
    hidden: bool = False


def facts(text: Text) -> Manifests:
    """What a file holds; no objects where it is other YAML. Unreadable where it is none."""
    path = (text.pieces[0].path if text.pieces else None) or ""
    objects: list[Manifest] = []
    kustomizations: list[Branch] = []
    hidden = False
    for document in yaml.read(text):
        hidden = hidden or document.template
        found = _objects(document, path)
        for root in found:
            if is_kustomization(root, path):
                kustomizations.append(root)
            else:
                objects += expand(root)
    hidden = hidden or any(o.kind == "Template" and o.group == "template.openshift.io" for o in objects)
    return Manifests(path, tuple(objects), tuple(kustomizations), hidden)


def _objects(document: yaml.Document, path: str) -> Iterator[Branch]:
    node = document.root
    if node is None or not isinstance(yaml.deref(node), yaml.Mapping):
        return
    named = posixpath.basename(path) in KUSTOMIZATION_NAMES
    if named or (yaml.find(node, "kind") and yaml.find(node, "apiVersion")):
        kind = yaml.get(node, "kind")
        only = _HEADER if isinstance(kind, yaml.Scalar) and kind.value in _UNREAD else None
        root = take(node, Anchor(path, "yaml", (document.index,), name=_called(node)), only)
        if isinstance(root, Branch):
            yield root


def _called(node: yaml.Node) -> str:
    """What says which document it is when others are inserted before it: kind, namespace if any, name."""
    found = (yaml.get(node, "kind"), yaml.get(node, "metadata", "namespace"), yaml.get(node, "metadata", "name"))
    words = [one.value for one in found if isinstance(one, yaml.Scalar)]
    return "/".join(words) if isinstance(found[-1], yaml.Scalar) else ""


def is_kustomization(root: Branch, path: str) -> bool:
    """Whether a document is Kustomize's own: by its group, or by the file's name where it says nothing."""
    version = nodes.value(root, "apiVersion") or ""
    if version.startswith(KUSTOMIZE + "/"):
        return True
    return not version and posixpath.basename(path) in KUSTOMIZATION_NAMES


def expand(root: Branch) -> Iterator[Manifest]:
    """The objects that a document stands for: itself, or those of a List or an OpenShift Template."""
    kind, version = nodes.value(root, "kind"), nodes.value(root, "apiVersion")
    if kind is None or version is None:
        return
    group = version.rpartition("/")[0]
    held = "objects" if kind == "Template" else "items"
    if kind == "Template" or (kind.endswith("List") and isinstance(nodes.get(root, held), nodes.Row)):
        filled = openshift_parameters.filled(root) if kind == "Template" else root
        for item in nodes.branches(filled, held):
            yield from expand(item)
        if kind != "Template":
            return
        group = "template.openshift.io"
    yield manifest(root, kind, group)


def manifest(root: Branch, kind: str, group: str) -> Manifest:
    """One object with its name and namespace."""
    given = nodes.leaf(root, "metadata", "namespace")
    space = nodes.name(root, "metadata", "namespace")
    name = nodes.name(root, "metadata", "name")
    return Manifest(kind, group, name, space, root, namespace_known=given is None or space is not None)


def pod_template(item: Manifest) -> Branch | None:
    """The pod template of a workload, the object itself for a Pod; None where it is no workload."""
    steps = POD_TEMPLATES.get((item.group, item.kind))
    found = None if steps is None else nodes.get(item.root, *steps)
    return found if isinstance(found, Branch) else None


def remade(item: Manifest, root: Branch) -> Manifest:
    """The object with another content, its name and namespace read anew."""
    new = manifest(root, item.kind, item.group)
    return replace(new, former=item.names, uncertain=item.uncertain)
