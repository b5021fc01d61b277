"""Which object a name means, and when nobody can tell."""

from __future__ import annotations

import pytest

from stackfix.graph import kubernetes_link, kubernetes_names
from stackfix.graph.kubernetes_names import (
    MISSING,
    UNKNOWN,
    Unresolved,
    backend_service,
    config,
    may_select_unseen,
    object_named,
    resolve_host,
    selected,
    service_port,
    services_for,
    target_ports,
)
from stackfix.tree import Entry
from tests.graph.kubernetes_world import cut, folder, library, linked, only, service, workload, world, written

SHOP = folder("shop")
(CLUSTER,) = world(SHOP).clusters


def svc(name: str, selector: str = "", namespace: str = "", port: int = 80) -> str:
    space = f", namespace: {namespace}" if namespace else ""
    return (
        f"{{apiVersion: v1, kind: Service, metadata: {{name: {name}{space}}}, "
        f"spec: {{selector: {{app: {selector or name}}}, ports: [{{port: {port}}}]}}}}\n"
    )


def pod(name: str, label: str = "", namespace: str = "") -> str:
    space = f", namespace: {namespace}" if namespace else ""
    return (
        f"{{apiVersion: v1, kind: Pod, metadata: {{name: {name}{space}, labels: {{app: '{label or name}'}}}}, "
        f"spec: {{containers: [{{name: {name}, image: x}}]}}}}\n"
    )


def custom(kind: str, group: str, name: str = "thing") -> str:
    return f"{{apiVersion: {group}/v1, kind: {kind}, metadata: {{name: {name}}}, spec: {{}}}}\n"


def name_of(found: object) -> str:
    if isinstance(found, Unresolved):
        return found.value
    return getattr(found, "name", None).value if hasattr(found, "name") else ""  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("api", "api"),
        ("API", "api"),
        ("api.shop", "api"),
        ("api.shop.svc", "api"),
        ("api.shop.svc.cluster.local", "api"),
        ("api.shop.svc.cluster.local.", "api"),
        ("orders-db-0.orders-db", "orders-db"),
        ("orders-db-1.orders-db.shop.svc.cluster.local", "orders-db"),
        ("mail", "mail"),
        ("backend", "missing"),
        ("backend.shop", "missing"),
        ("backend.shop.svc.cluster.local", "missing"),
        ("localhost", "unknown"),
        ("kubernetes", "unknown"),
        ("api.example.com", "unknown"),
        ("redis.cache", "unknown"),
        ("prometheus.monitoring.svc.cluster.local", "unknown"),
        ("10.0.0.1", "unknown"),
        ("shop_api", "unknown"),
        ("", "unknown"),
        ("smtp.example.com", "unknown"),
    ],
)
def test_hosts_seen_from_a_pod(host: str, expected: str) -> None:
    assert name_of(resolve_host(host, "shop", CLUSTER)) == expected


def test_a_service_of_another_namespace_needs_it_in_the_name() -> None:
    (cluster,) = linked({"a.yaml": svc("api", namespace="one") + "---\n" + svc("web", namespace="two")}).clusters
    assert resolve_host("api", "two", cluster) is MISSING
    assert name_of(resolve_host("api.one", "two", cluster)) == "api"
    assert resolve_host("api.two", "one", cluster) is MISSING


def test_an_unsaid_namespace_equals_any() -> None:
    cluster = only({"a.yaml": svc("api") + "---\n" + svc("web", namespace="two")})
    assert name_of(resolve_host("api", "two", cluster)) == "api"
    assert name_of(resolve_host("web", "", cluster)) == "web"
    assert name_of(resolve_host("api.anything", "", cluster)) == "api"
    assert name_of(resolve_host("api.default", "", cluster)) == "api"


def test_without_any_service_nothing_is_missing() -> None:
    assert resolve_host("api", "", only({"a.yaml": pod("p")})) is UNKNOWN


def test_the_very_namespace_comes_before_an_unsaid_one() -> None:
    cluster = only({"a.yaml": svc("api", port=1) + "---\n" + svc("api", namespace="n", port=2)})
    found = resolve_host("api", "n", cluster)
    assert not isinstance(found, Unresolved)
    assert found.ports[0].port == 2


def test_of_variants_in_one_folder_the_own_file_is_meant_and_else_none() -> None:
    cluster = only({"a.yaml": svc("api", port=1), "b.yaml": svc("api", port=2)})
    found = resolve_host("api", "", cluster, "b.yaml")
    assert not isinstance(found, Unresolved)
    assert found.ports[0].port == 2
    assert resolve_host("api", "", cluster, "c.yaml") is UNKNOWN


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (custom("Kafka", "kafka.strimzi.io"), UNKNOWN),
        (custom("Application", "argoproj.io"), UNKNOWN),
        (custom("Certificate", "cert-manager.io"), MISSING),
        (custom("ServiceMonitor", "monitoring.coreos.com"), MISSING),
        (custom("CustomResourceDefinition", "apiextensions.k8s.io"), MISSING),
        (pod("p"), MISSING),
        ("apiVersion: v1\nkind: Service\nmetadata: {name: '${NAME}'}\n", UNKNOWN),
        ("apiVersion: v1\nkind: Service\nmetadata: {name: {{ name }}}\n", UNKNOWN),
        ("apiVersion: v1\nkind: Service\nmetadata: {name: [unclosed\n", UNKNOWN),
    ],
)
def test_what_may_make_a_service_keeps_its_name_unknown(other: str, expected: Unresolved) -> None:
    found = linked({"k8s/a.yaml": svc("web"), "k8s/b.yaml": other})
    cluster = next(c for c in found.clusters if c.services)
    assert resolve_host("api", "", cluster) is expected


def test_an_operators_order_elsewhere_speaks_of_names_with_its_own_in_them() -> None:
    files = {
        "x/one/a.yaml": svc("web"),
        "x/two/k.yaml": custom("Kafka", "kafka.strimzi.io", "events") + "---\n" + svc("web"),
    }
    one = next(c for c in linked(files).clusters if c.folder == "x/one")
    assert resolve_host("events-kafka-bootstrap", "", one) is UNKNOWN
    assert resolve_host("api", "", one) is MISSING


def test_a_helm_chart_is_left_alone_with_a_note_and_its_names_may_exist() -> None:
    files = written(
        {
            "k8s/a.yaml": svc("web"),
            "chart/Chart.yaml": "name: shop\ndependencies:\n- name: redis\n  version: 1\n",
            "chart/values.yaml": "host: mailer\n",
            "chart/templates/svc.yaml": "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}-api\n",
        }
    )
    made = library(files)
    found = kubernetes_link.link(made)
    (cluster,) = found.clusters
    assert made.problems == {"chart/templates/svc.yaml": "a Helm chart's template, not plain YAML"}
    assert found.unknown_folders == {"chart", "chart/templates"}
    assert resolve_host("mailer", "", cluster) is UNKNOWN
    assert resolve_host("my-redis-master", "", cluster) is UNKNOWN
    assert resolve_host("backend", "", cluster) is MISSING


def test_a_file_that_can_not_be_read_is_told() -> None:
    found = linked({"k8s/a.yaml": svc("web"), "k8s/b.yaml": "apiVersion: v1\nkind: Service\n  bad: [\n"})
    assert (found.unreadable, found.has_unreadable) == (("k8s/b.yaml",), True)
    assert not found.clusters[0].complete
    healthy = linked({"k8s/a.yaml": svc("web"), "c.yaml": "bad: [\n"})
    assert not healthy.has_unreadable


def test_copies_and_links_are_no_manifests() -> None:
    files = written({"k8s/a.yaml": svc("web"), "backup/a.yaml": svc("old"), "link.yaml": svc("web")})
    entries = {
        "backup/a.yaml": Entry("backup/a.yaml", wiring=False),
        "link.yaml": Entry("link.yaml", target="k8s/a.yaml"),
    }
    found = kubernetes_link.link(library(files, entries))
    assert [[s.name.value for s in c.services] for c in found.clusters] == [["web"]]


# --- groups ----------------------------------------------------------------------------------------------------------


def test_folders_of_one_application_are_one_group() -> None:
    found = linked({"api/k8s/a.yaml": svc("api"), "web/k8s/w.yaml": svc("web"), "k8s/ns.yaml": pod("p")})
    assert [(c.folder, len(c.objects)) for c in found.clusters] == [("", 3)]


def test_variants_stay_apart_and_mean_their_own() -> None:
    files = {
        f"k8s/{stage}/all.yaml": svc("api", port=port) + "---\n" + pod("api")
        for stage, port in (("dev", 1), ("prod", 2))
    }
    dev, prod = linked(files).clusters
    assert [(c.folder, c.deployment.name) for c in (dev, prod)] == [("k8s/dev", "k8s/dev"), ("k8s/prod", "k8s/prod")]
    for cluster, port in ((dev, 1), (prod, 2)):
        found = resolve_host("api", "", cluster)
        assert not isinstance(found, Unresolved)
        assert found.ports[0].port == port
        assert len(selected(found, cluster)) == 1


def test_the_same_names_in_two_namespaces_are_no_variants() -> None:
    files = {"a/x.yaml": svc("api", namespace="one"), "b/x.yaml": svc("api", namespace="two")}
    assert len(linked(files).clusters) == 1


def test_what_only_an_unrelated_example_defines_is_unknown() -> None:
    files = {
        "examples/one/a.yaml": svc("web") + "---\n" + pod("web"),
        "examples/two/a.yaml": svc("web") + "---\n" + svc("redis"),
    }
    one = linked(files).clusters[0]
    assert resolve_host("redis", "", one) is UNKNOWN
    assert resolve_host("mongo", "", one) is MISSING


def test_neighbouring_kustomizations_see_each_other() -> None:
    files = {
        f"deploy/{name}/{path}": text
        for name in ("api", "web")
        for path, text in (("kustomization.yaml", "resources: [s.yaml]\n"), ("s.yaml", svc(name)))
    }
    api, _ = linked(files).clusters
    assert name_of(resolve_host("web", "", api)) == "web"


# --- Services and pods -----------------------------------------------------------------------------------------------


def test_a_service_leads_to_the_containers_of_its_pods_without_init_containers() -> None:
    found = service(CLUSTER, "api")
    assert [w.name for w in selected(found, CLUSTER)] == ["api", "proxy"]
    assert services_for(workload(CLUSTER, "proxy"), CLUSTER) == (found,)
    assert services_for(workload(CLUSTER, "migrate"), CLUSTER) == ()
    assert selected(service(CLUSTER, "mail"), CLUSTER) == ()


def test_ports_by_number_and_name() -> None:
    found = service(CLUSTER, "api")
    http = service_port(found, "http")
    assert http is service_port(found, 80)
    assert http is not None
    assert target_ports(http, selected(found, CLUSTER)) == {5000}
    metrics = service_port(found, 9100)
    assert metrics is not None
    assert target_ports(metrics, ()) == {9100}
    assert target_ports(http, ()) == frozenset()
    assert service_port(found, 81) is None
    assert service_port(found, None) is None
    only_one = service_port(service(CLUSTER, "orders-db"), None)
    assert only_one is not None
    assert only_one.port == 5432


def test_all_labels_must_meet_and_so_must_the_namespace() -> None:
    cluster = only({"a.yaml": svc("api", namespace="n") + "---\n" + pod("api", namespace="m") + "---\n" + pod("b")})
    assert selected(service(cluster, "api"), cluster) == ()
    assert not may_select_unseen(service(cluster, "api"), cluster)


@pytest.mark.parametrize(
    "other",
    [
        custom("Cluster", "postgresql.cnpg.io"),
        pod("p", "${LABEL}"),
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: x}, spec: {replicas: 2}}\n",
        "{apiVersion: v1, kind: List\n",
    ],
)
def test_pods_that_nobody_sees_may_serve(other: str) -> None:
    found = linked({"k/a.yaml": svc("api"), "k/b.yaml": other})
    cluster = next(c for c in found.clusters if c.services)
    assert may_select_unseen(service(cluster, "api"), cluster)


@pytest.mark.parametrize(
    ("label", "value", "met"),
    [
        ("statefulset.kubernetes.io/pod-name", "db-0", True),
        ("statefulset.kubernetes.io/pod-name", "db-12", True),
        ("statefulset.kubernetes.io/pod-name", "db", False),
        ("statefulset.kubernetes.io/pod-name", "other-0", False),
        ("other", "db-0", False),
    ],
)
def test_the_pods_of_a_stateful_set_are_labelled_with_their_names(label: str, value: str, met: bool) -> None:
    text = f"""
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {{name: db}}
        spec: {{template: {{metadata: {{labels: {{app: db}}}}, spec: {{containers: [{{name: c, image: i}}]}}}}}}
        ---
        apiVersion: v1
        kind: Service
        metadata: {{name: first}}
        spec: {{selector: {{app: db, {label}: {value}}}, ports: [{{port: 5432}}]}}
        """
    cluster = only({"a.yaml": text})
    found = service(cluster, "first")
    assert bool(selected(found, cluster)) == met
    assert not may_select_unseen(found, cluster)


def test_a_label_that_pods_get_as_they_run_may_be_there() -> None:
    text = svc("db").replace("{app: db}", "{app: db, role: master}") + "---\n" + pod("db")
    cluster = only({"a.yaml": text})
    assert selected(service(cluster, "db"), cluster) == ()
    assert may_select_unseen(service(cluster, "db"), cluster)


def test_the_pods_of_a_job_are_labelled_with_its_name() -> None:
    text = """
        apiVersion: batch/v1
        kind: Job
        metadata: {name: load}
        spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: s}
        spec: {selector: {job-name: load}, ports: [{port: 1}]}
        """
    cluster = only({"a.yaml": text})
    assert [w.name for w in selected(service(cluster, "s"), cluster)] == ["c"]


def test_pods_of_an_unrelated_example_may_serve_too() -> None:
    files = {"e/one/a.yaml": svc("api"), "e/two/a.yaml": svc("api") + "---\n" + pod("api")}
    one, two = linked(files).clusters
    assert selected(service(one, "api"), one) == ()
    assert may_select_unseen(service(one, "api"), one)
    assert not may_select_unseen(service(two, "api"), two)


def test_a_service_without_a_selector_is_served_by_hand() -> None:
    cluster = only({"a.yaml": "{apiVersion: v1, kind: Service, metadata: {name: x}, spec: {ports: [{port: 1}]}}\n"})
    assert may_select_unseen(service(cluster, "x"), cluster)


# --- routes ----------------------------------------------------------------------------------------------------------


def test_backends_of_all_forms() -> None:
    found = [(b.kind, b.service.value, b.port, b.port_name, b.hosts, b.path) for b in CLUSTER.backends]
    assert found == [
        ("Ingress", "api", None, "http", (), None),
        ("Ingress", "api", 80, None, ("shop.example.com",), "/api"),
        ("Ingress", "api-v2", 80, None, ("shop.example.com",), "/gone"),
        ("Ingress", "api", None, "metrics", (), None),
        ("Ingress", "api", 80, None, (), None),
        ("HTTPRoute", "api", 80, None, ("a.example.com", "b.example.com"), "/v2"),
        ("HTTPRoute", "collector", 4318, None, ("a.example.com", "b.example.com"), None),
    ]
    assert CLUSTER.backends[-1].namespace == "monitoring"
    assert cut(SHOP, CLUSTER.backends[2].service) == "api-v2"


def test_backends_lead_to_services_or_nowhere() -> None:
    found = [backend_service(b, CLUSTER) for b in CLUSTER.backends]
    api = service(CLUSTER, "api")
    assert found[:2] == [api, api]
    assert found[2] is MISSING
    assert found[3:6] == [api, api, api]


# --- configuration and other objects ---------------------------------------------------------------------------------


def test_configuration_by_kind_name_and_namespace() -> None:
    found = config("ConfigMap", "api-settings", "shop", CLUSTER)
    assert not isinstance(found, Unresolved)
    assert set(found.keys or {}) == {"LOG_LEVEL", "DB_HOST", "nginx.conf"}
    assert found.key_locations is not None
    assert cut(SHOP, found.key_locations["DB_HOST"]) == 'DB_HOST: "orders-db"'
    assert config("Secret", "api-settings", "shop", CLUSTER) is MISSING
    assert config("ConfigMap", "api-settings", "other", CLUSTER) is MISSING
    assert config("ConfigMap", "kube-root-ca.crt", "shop", CLUSTER) is UNKNOWN


def test_encoded_data_has_keys_without_texts() -> None:
    found = config("Secret", "api-secrets", "shop", CLUSTER)
    assert not isinstance(found, Unresolved)
    assert {k: t is None for k, t in (found.keys or {}).items()} == {"TOKEN": True, "PASSWORD": False}


@pytest.mark.parametrize(
    ("manifest", "name"),
    [
        (
            "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: e}, spec: {target: {name: made}}}",
            "made",
        ),
        ("{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: made}, spec: {}}", "made"),
        ("{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: {name: made}, spec: {}}", "made"),
        ("{apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: c}, spec: {secretName: made}}", "made"),
    ],
)
def test_secrets_that_a_controller_makes_are_there_with_unknown_keys(manifest: str, name: str) -> None:
    cluster = only({"a.yaml": manifest + "\n"})
    found = config("Secret", name, "", cluster)
    assert not isinstance(found, Unresolved)
    assert (found.name, found.keys) == (name, None)


def test_other_objects_by_name() -> None:
    target = next(r for r in CLUSTER.references if r.by == "HorizontalPodAutoscaler")
    assert (target.kind, target.name.value) == ("Deployment", "api")
    assert not isinstance(object_named(target.kind, target.name.value, target.namespace, CLUSTER), Unresolved)
    named = {(r.kind, r.name.value) for r in CLUSTER.references}
    assert named == {("Deployment", "api"), ("ServiceAccount", "api-runner"), ("PersistentVolumeClaim", "api-data")}
    assert object_named("PersistentVolumeClaim", "api-data", "shop", CLUSTER) is MISSING
    assert object_named("ServiceAccount", "default", "shop", CLUSTER) is UNKNOWN


def test_peers_of_a_network_policy() -> None:
    assert [({k: t.value for k, t in p.labels.items()}, p.spaced) for p in CLUSTER.peers] == [
        ({"app": "orders-db"}, False),
        ({"app": "api"}, False),
        ({"app": "scraper"}, True),
    ]


def test_namespaces_with_the_places_that_say_them() -> None:
    uses = kubernetes_names.namespaces(CLUSTER)
    assert {u.name for u in uses} == {"shop"}
    assert "Namespace" in {u.by for u in uses}
    assert all(cut(SHOP, u.text) == "shop" for u in uses)


# --- templates of other tools ----------------------------------------------------------------------------------------


def test_an_openshift_template_gives_its_objects_with_the_values_of_its_parameters() -> None:
    text = """
        apiVersion: template.openshift.io/v1
        kind: Template
        metadata: {name: t}
        parameters:
          - {name: NAME, required: true}
          - {name: LABEL, value: x}
        objects:
          - {apiVersion: v1, kind: Service, metadata: {name: plain}, spec: {selector: {app: x}, ports: [{port: 80}]}}
          - apiVersion: v1
            kind: Service
            metadata: {name: "${NAME}-web"}
            spec: {selector: {app: "${LABEL}"}, ports: [{port: 80}]}
          - apiVersion: apps.openshift.io/v1
            kind: DeploymentConfig
            metadata: {name: d}
            spec:
              template:
                metadata: {labels: {app: x}}
                spec:
                  containers:
                    - name: c
                      image: "${IMAGE}"
                      ports: [{containerPort: "${PORT}"}, {containerPort: 8080}]
        """
    cluster = only({"t.yaml": text})
    assert [s.name.value for s in cluster.services] == ["plain", "${NAME}-web"]
    (found,) = cluster.workloads
    assert [[w.name for w in kubernetes_names.selected(s, cluster)] for s in cluster.services] == [["c"], ["c"]]
    assert (found.image, [d.port for d in found.declarations]) == (None, [8080])
    assert resolve_host("other", "", cluster) is UNKNOWN
    assert not cluster.complete


def test_a_placeholder_for_a_namespace_equals_any() -> None:
    cluster = only({"a.yaml": svc("api", namespace="'${NS}'") + "---\n" + svc("web", namespace="n")})
    assert name_of(resolve_host("api", "n", cluster)) == "api"
