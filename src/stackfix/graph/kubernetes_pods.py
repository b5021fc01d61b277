"""The containers of a pod template as workloads.

Source: kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1.

May import the graph's nouns and Kubernetes modules.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.graph import executed_check, kubernetes
from stackfix.graph import kubernetes_nodes as nodes
from stackfix.graph.kubernetes_environment import (
    Lookup,
    environment,
    expansion,
    references,
    volume_references,
    volume_sources,
)
from stackfix.graph.kubernetes_nodes import Branch, Leaf
from stackfix.graph.model import Controller, Declaration, Mount, Probe, Says, Words, Workload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.kubernetes import Manifest
    from stackfix.graph.model import ConfigReference, Deployment

_ONCE = frozenset({"Job", "CronJob"})
_PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
_VOLUMES = ("configMap", "secret", "projected", "emptyDir", "hostPath", "persistentVolumeClaim", "nfs", "csi")


@dataclass(frozen=True, slots=True)
class _Pod:
    """What the containers of one template share."""

    item: Manifest
    deployment: Deployment
    template: Branch
    spec: Branch
    controller: Controller
    lookup: Lookup


def workloads(item: Manifest, deployment: Deployment, lookup: Lookup) -> tuple[Workload, ...]:
    """The containers of an object; () where it has none, or where they can't be known (a fragment, a patched value)."""
    template = kubernetes.pod_template(item)
    spec = nodes.get(template, "spec")
    if template is None or not isinstance(spec, Branch) or is_hidden(item):
        return ()
    pod = _Pod(item, deployment, template, spec, _controller(item, template), lookup)
    once = [_workload(pod, c, once=True) for c in nodes.branches(spec, "initContainers")]
    return tuple(w for w in (*once, *(_workload(pod, c) for c in nodes.branches(spec, "containers"))) if w)


def is_hidden(item: Manifest) -> bool:
    """Whether an object makes pods of which too little is known to judge them: a patch without its base, a template."""
    template = kubernetes.pod_template(item)
    if template is None:
        return (item.group, item.kind) in kubernetes.POD_TEMPLATES
    containers = nodes.branches(template, "spec", "containers")
    return item.uncertain or not containers or not all(nodes.leaf(c, "image") for c in containers)


def has_unknown_labels(item: Manifest) -> bool:
    """Whether its pods have labels that another tool fills in."""
    labels = nodes.get(kubernetes.pod_template(item), "metadata", "labels")
    return len(nodes.texts(labels)) != len(dict(nodes.entries(labels)))


def _controller(item: Manifest, template: Branch) -> Controller:
    labels = nodes.get(template, "metadata", "labels")
    branch = labels if isinstance(labels, Branch) else None
    return Controller(
        kind=item.kind,
        name=item.name,
        location=item.location,
        anchor=item.anchor,
        labels=nodes.texts(branch),
        labels_anchor=branch.anchor if branch else None,
        labels_location=branch.location if branch else None,
        service_name=nodes.name(item.root, "spec", "serviceName"),
    )


def _workload(pod: _Pod, container: Branch, *, once: bool = False) -> Workload | None:
    name = nodes.leaf(container, "name")
    if name is None or name.plain is None:
        return None
    restart = nodes.value(pod.spec, "restartPolicy")
    sidecar = once and nodes.value(container, "restartPolicy") == "Always"
    return Workload(
        name=name.value,
        deployment=pod.deployment,
        location=name.location,
        anchor=container.anchor,
        image=nodes.text(container, "image"),
        entrypoint=_words(container, "command"),
        command=_words(container, "args"),
        working_dir=nodes.value(container, "workingDir"),
        environment=environment(container, pod.lookup),
        declarations=tuple(_declarations(container)),
        probes=tuple(_probes(container)),
        mounts=tuple(_mounts(pod, container)),
        network_mode="host" if nodes.value(pod.spec, "hostNetwork") == "true" else None,
        hostname=nodes.value(pod.spec, "hostname"),
        extra_hosts=frozenset(_aliases(pod.spec)),
        env_references=tuple(_references(pod, container)),
        pod=f"{pod.item.path}:{'/'.join(str(step) for step in pod.item.anchor.steps)}",
        labels={key: text.value for key, text in pod.controller.labels.items()},
        runs_once=(once and not sidecar) or pod.item.kind in _ONCE or restart in {"Never", "OnFailure"},
        restart=restart,
        scaled_to_zero=nodes.value(pod.item.root, "spec", "replicas") == "0",
        namespace=pod.item.space,
        controller=pod.controller,
    )


def _words(container: Branch, key: str) -> Words | None:
    found = nodes.get(container, key)
    if not isinstance(found, nodes.Row):
        return None
    words = tuple(expansion(leaf.text) for leaf in nodes.leaves(found))
    return Words(words, shell=False, location=found.location, anchor=found.anchor)


def _declarations(container: Branch) -> Iterator[Declaration]:
    for item in nodes.branches(container, "ports"):
        text, number = nodes.text(item, "containerPort"), nodes.number(item, "containerPort")
        leaf = nodes.leaf(item, "containerPort")
        if text is None or number is None or leaf is None:
            continue
        host = nodes.text(item, "hostPort")
        yield Declaration(
            Says.CONTAINER_PORT,
            number,
            text,
            leaf.location,
            item.anchor,
            published=nodes.number(item, "hostPort"),
            published_text=host,
            protocol=(nodes.value(item, "protocol") or "TCP").lower(),
            name=nodes.value(item, "name"),
        )


# --- probes ----------------------------------------------------------------------------------------------------------


def _probes(container: Branch) -> Iterator[Probe]:
    places = [(kind, nodes.get(container, kind)) for kind in _PROBES]
    places += [(kind, nodes.get(container, "lifecycle", kind)) for kind in ("postStart", "preStop")]
    for kind, node in places:
        probe = _probe(kind, node) if isinstance(node, Branch) else None
        if probe is not None:
            yield probe


def _probe(kind: str, node: Branch) -> Probe | None:
    for field in ("httpGet", "tcpSocket", "grpc"):
        asked = nodes.get(node, field)
        if isinstance(asked, Branch):
            return _network_probe(kind, field, asked)
    run = nodes.get(node, "exec", "command")
    if not isinstance(run, nodes.Row):
        return None
    texts = tuple(leaf.text for leaf in nodes.leaves(run))
    words = tuple(expansion(text) for text in texts)
    if any(word.text is None for word in words) or not texts:
        first = words[0].text if words else None
        tool = posixpath.basename(first.value) if first else None
        return Probe(kind, run.location, node.anchor, tool=tool, command=words)
    found = executed_check.probe(kind, texts, node.anchor, texts[0])
    return None if found is None else replace(found, location=run.location, command=words)


def _network_probe(kind: str, field: str, asked: Branch) -> Probe | None:
    leaf = nodes.leaf(asked, "port")
    if leaf is None or leaf.plain is None:
        return None
    number = nodes.number(asked, "port")
    path, host = nodes.text(asked, "path"), nodes.text(asked, "host")
    return Probe(
        kind,
        leaf.location,
        asked.anchor,
        port=number,
        port_name=leaf.value if number is None else None,
        port_text=leaf.text,
        path=(path.value if path else "/") if field == "httpGet" else None,
        path_text=path,
        host=host.value if host else None,
        host_text=host,
    )


# --- volumes ---------------------------------------------------------------------------------------------------------


def _volumes(pod: _Pod) -> dict[str, Branch]:
    return {v.value: b for b in nodes.branches(pod.spec, "volumes") if (v := nodes.leaf(b, "name"))}


def _mounts(pod: _Pod, container: Branch) -> Iterator[Mount]:
    volumes = _volumes(pod)
    for mount in nodes.branches(container, "volumeMounts"):
        name, target = nodes.value(mount, "name"), nodes.leaf(mount, "mountPath")
        if name is None or target is None or target.plain is None:
            continue
        volume = volumes.get(name)
        kind = next((k for k in _VOLUMES if volume and k in volume.entries), None)
        held = tuple(volume_sources(volume)) if volume else ()
        if not held:
            yield Mount(target.value, None, target.location, mount.anchor, volume=kind)
        for source, node in held:
            yield from _held(mount, target, source, node)


def _held(mount: Branch, target: Leaf, source: str, node: Branch) -> Iterator[Mount]:
    """What a ConfigMap or Secret puts below (or, with subPath, at) a mount's path."""
    name = nodes.name(node, "name") if source == "ConfigMap" else None
    object_name = name.value if name else None
    kind = "configMap" if source == "ConfigMap" else "secret"
    sub = nodes.value(mount, "subPath")
    paths = {
        p: k for i in nodes.branches(node, "items") if (p := nodes.value(i, "path")) and (k := nodes.value(i, "key"))
    }

    def at(path: str, key: str | None) -> Mount:
        return Mount(path, None, target.location, mount.anchor, config_map=object_name, key=key, volume=kind)

    if sub is not None:
        if not paths or sub in paths:
            yield at(target.value, paths.get(sub, sub))
    elif paths:
        for path, key in paths.items():
            yield at(posixpath.join(target.value, path), key)
    else:
        yield at(target.value, None)


def _references(pod: _Pod, container: Branch) -> Iterator[ConfigReference]:
    yield from references(container)
    mounted = {nodes.value(m, "name") for m in nodes.branches(container, "volumeMounts")}
    for name, volume in _volumes(pod).items():
        if name in mounted:
            yield from volume_references(volume)


def _aliases(spec: Branch) -> Iterator[str]:
    for item in nodes.branches(spec, "hostAliases"):
        for leaf in nodes.leaves(item, "hostnames"):
            yield leaf.value
