"""What may exist in a cluster though no manifest that can be read defines it: silence rests on this.

May import the graph's Kubernetes modules.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from stackfix.graph.kubernetes_cluster import same_namespace

if TYPE_CHECKING:
    from stackfix.graph.kubernetes import Manifest
    from stackfix.graph.kubernetes_cluster import Cluster, World

_CHART_NAME = re.compile(r"^[\s-]*(?:name|alias):\s*[\"']?([-a-z0-9]+)", re.MULTILINE)

# API groups whose objects never lead to a Service, a ConfigMap or pods of another name.
_HARMLESS = frozenset(
    {
        "autoscaling.k8s.io",
        "backstage.io",
        "bitnami.com",
        "cert-manager.io",
        "cilium.io",
        "cloud.google.com",
        "configuration.konghq.com",
        "eksctl.io",
        "external-secrets.io",
        "keda.sh",
        "kind.x-k8s.io",
        "kyverno.io",
        "metrics.k8s.io",
        "monitoring.googleapis.com",
        "networking.gke.io",
        "projectcontour.io",
        "secrets-store.csi.x-k8s.io",
        "security.istio.io",
        "skaffold",
        "snapshot.storage.k8s.io",
        "telemetry.istio.io",
        "traefik.containo.us",
        "traefik.io",
        "vpcresources.k8s.aws",
    }
)
_HARMLESS_KINDS = frozenset(
    [
        "ServiceMonitor",
        "PodMonitor",
        "PrometheusRule",
        "VirtualService",
        "DestinationRule",
        "Gateway",
        "Sidecar",
        "EnvoyFilter",
        "Rollout",
    ]
)
# Objects that deliver whole applications from elsewhere: anything may come of them.
_DELIVERERS = frozenset(
    [
        "Application",
        "ApplicationSet",
        "HelmRelease",
        "HelmChart",
        "HelmChartConfig",
        "Kustomization",
        "Bundle",
        "GitRepo",
        "App",
        "Composition",
    ]
)


def may_be_unseen(name: str, namespace: str, cluster: Cluster) -> bool:
    """Whether an object of that name may exist though no manifest that can be read defines it."""
    if not cluster.complete or cluster.deployment.fragment or _mentioned(name, cluster.world):
        return True
    if cluster.world.releases.may_make(name):
        return True
    for group in cluster.world.clusters:
        for item in group.objects:
            related = None if group is cluster else name
            if same_namespace(item.space, namespace) and (may_make(item, related) or _is_nameless(item)):
                return True
    return False


def _mentioned(name: str, world: World) -> bool:
    """Whether a chart or an unread template says the name, or may put it together from a chart's own."""
    for path, contents in world.templates.items():
        if name in contents:
            return True
        if posixpath.basename(path) in {"Chart.yaml", "Chart.yml", "requirements.yaml"} and any(
            chart in name for chart in _CHART_NAME.findall(contents)
        ):
            return True
    return False


def _is_nameless(item: Manifest) -> bool:
    named_kinds = {"Service", "ConfigMap", "Secret", "PersistentVolumeClaim", "ServiceAccount"}
    return item.name is None and not item.group and item.kind in named_kinds


def may_make(item: Manifest, related: str | None) -> bool:
    """Whether an object may be an operator's order. `related`: and one for objects of names with its own in them."""
    if item.built_in or item.kind in _HARMLESS_KINDS or item.group in _HARMLESS:
        return False
    if related is None or item.kind in _DELIVERERS or item.name is None:
        return True
    return item.called in related
