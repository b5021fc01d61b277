"""What the containers of real manifests become: ports, environment, probes, mounts, each where it is written."""

from __future__ import annotations

import pytest

from stackfix.formats import yaml
from stackfix.graph import kubernetes, kubernetes_names
from stackfix.graph.model import Says
from stackfix.text import Text
from tests.graph.kubernetes_world import cut, folder, linked, only, service, workload, world

SHOP = folder("shop")
(CLUSTER,) = world(SHOP).clusters
API = workload(CLUSTER, "api")
PROXY = workload(CLUSTER, "proxy")


def value(name: str) -> str | None:
    variable = API.environment.get(name)
    assert variable is not None
    return variable.value.value if variable.value is not None else None


def pod(kind: str = "Deployment", version: str = "apps/v1", container: str = "", spec: str = "") -> str:
    return f"""
        apiVersion: {version}
        kind: {kind}
        metadata:
          name: thing
        spec:
          template:
            metadata:
              labels: {{app: thing}}
            spec:
              {spec or "dnsPolicy: Default"}
              containers:
                - name: main
                  image: thing:1
                  {container}
        """


def test_a_folder_of_manifests_is_one_deployment_called_by_its_namespace() -> None:
    assert (CLUSTER.deployment.name, CLUSTER.folder, CLUSTER.complete) == ("shop", "", True)
    assert CLUSTER.deployment.paths == ("api.yaml", "rest.yaml", "routes.yaml")


def test_every_container_is_a_workload() -> None:
    assert [w.name for w in CLUSTER.workloads] == ["migrate", "tunnel", "api", "proxy", "postgres", "redis", "report"]
    assert {w.namespace for w in CLUSTER.workloads} == {"shop"}


def test_init_containers_and_jobs_run_once_but_not_a_sidecar() -> None:
    once = {w.name for w in CLUSTER.workloads if w.runs_once}
    assert once == {"migrate", "report"}


def test_containers_of_one_template_share_a_pod() -> None:
    assert API.pod == PROXY.pod
    assert API.pod != workload(CLUSTER, "redis").pod


def test_the_controller_tells_its_labels_and_where_they_are() -> None:
    controller = API.controller
    assert controller is not None
    assert (controller.kind, controller.name and controller.name.value) == ("Deployment", "api")
    assert API.labels == {"app": "api", "tier": "backend"}
    assert controller.labels_location is not None
    assert cut(SHOP, controller.labels_location) == "{app: api, tier: backend}"
    database = workload(CLUSTER, "postgres").controller
    assert database is not None
    assert database.service_name is not None
    assert database.service_name.value == "orders-db"


def test_a_container_is_addressed_by_document_and_index() -> None:
    assert API.anchor.steps == (2, "spec", "template", "spec", "containers", 0)
    node = yaml.resolve(yaml.read(Text.of_file("api.yaml", SHOP["api.yaml"])), API.anchor.steps)
    name = yaml.get(node, "name")
    assert isinstance(name, yaml.Scalar)
    assert name.value == "api"


def test_items_of_a_list_are_addressed_through_it() -> None:
    anchor = workload(CLUSTER, "postgres").anchor
    assert anchor.steps[:3] == (0, "items", 0)


def test_ports_are_declarations_with_names() -> None:
    assert [(d.says, d.port, d.name, d.published) for d in API.declarations] == [
        (Says.CONTAINER_PORT, 5000, "http", None),
        (Says.CONTAINER_PORT, 9100, "metrics", None),
    ]
    assert [(d.port, d.published) for d in PROXY.declarations] == [(8080, 80)]
    assert cut(SHOP, API.declarations[1].port_text) == "9100"


def test_a_literal_is_where_it_is_written() -> None:
    variable = API.environment.get("PORT")
    assert variable is not None
    assert variable.value is not None
    assert cut(SHOP, variable.value) == "5000"
    assert variable.anchor.steps[-2:] == ("env", 0)
    assert variable.location.path == "api.yaml"


def test_variables_before_are_expanded_and_unknown_ones_leave_the_value_unknown() -> None:
    assert value("BASE") == "http://api.shop:5000"
    assert value("SELF") is None


def test_an_expanded_piece_stands_where_the_variable_is_written() -> None:
    variable = API.environment.get("BASE")
    assert variable is not None
    assert variable.value is not None
    assert variable.value.place is None
    assert cut(SHOP, variable.value.slice(len("http://api.shop:"), 20)) == "5000"
    assert [use.hole.name for use in variable.uses] == []


def test_a_variable_without_a_value_is_empty() -> None:
    assert value("EMPTY") == ""


def test_a_key_of_a_config_map_has_its_value_there() -> None:
    variable = API.environment.get("DATABASE_HOST")
    assert variable is not None
    assert variable.value is not None
    assert variable.value.value == "orders-db"
    assert cut(SHOP, variable.value) == "orders-db"
    assert cut(SHOP, variable.location).startswith("name: DATABASE_HOST\n")


def test_what_a_field_or_a_secret_gives_is_given_but_unknown() -> None:
    assert value("POD_IP") is None
    token = API.environment.get("TOKEN")
    assert token is not None
    assert (token.value, token.secret) == (None, True)


def test_whole_objects_become_variables_with_their_prefix() -> None:
    assert value("LOG_LEVEL") == "info"
    assert API.environment.complete
    prefixed = {name for name in API.environment.variables if name.startswith("S_")}
    assert prefixed == {"S_TOKEN", "S_PASSWORD"}
    password = API.environment.get("S_PASSWORD")
    assert password is not None
    assert (password.value, password.secret) == (None, True)


def test_a_variable_of_a_config_map_is_addressed_there() -> None:
    variable = API.environment.get("LOG_LEVEL")
    assert variable is not None
    assert variable.anchor.steps == (0, "data", "LOG_LEVEL")


def test_an_unknown_object_leaves_the_environment_incomplete() -> None:
    container = "envFrom: [{configMapRef: {name: elsewhere}}]"
    assert not only({"a.yaml": pod(container=container)}).workloads[0].environment.complete


def test_env_wins_over_env_from() -> None:
    container = "{envFrom: [{configMapRef: {name: c}}], env: [{name: A, value: own}]}"
    files = {
        "a.yaml": f"apiVersion: v1\nkind: Pod\nspec: {{containers: [{{name: x, image: i, {container[1:-1]}}}]}}\n",
        "b.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {A: theirs, B: theirs}}\n",
    }
    environment = only(files).workloads[0].environment
    assert {n: v.value.value for n, v in environment.variables.items() if v.value is not None} == {
        "A": "own",
        "B": "theirs",
    }


@pytest.mark.parametrize("written", ["${HOST}:80", "$HOST", "{{ .Values.host }}", "http://<% host %>"])
def test_a_value_that_another_tool_fills_in_is_unknown(written: str) -> None:
    found = only({"a.yaml": pod(container=f"env: [{{name: A, value: '{written}'}}]")}).workloads[0]
    variable = found.environment.get("A")
    assert variable is not None
    assert variable.value is None


def test_commands_are_words_with_holes() -> None:
    assert API.entrypoint is not None
    assert [t.text and t.text.value for t in API.entrypoint.words] == ["uvicorn"]
    assert API.command is not None
    filled = [t.fill(API.environment) for t in API.command.words]
    assert [f and f.text.value for f in filled] == ["app.main:app", "--port", "5000"]
    assert API.working_dir == "/srv"
    assert API.command.anchor.steps[-1] == "args"


def test_probes_by_number_name_and_command() -> None:
    found = {p.kind: p for p in API.probes}
    assert set(found) == {"startupProbe", "livenessProbe", "readinessProbe", "preStop"}
    alive, ready = found["livenessProbe"], found["readinessProbe"]
    assert (alive.port, alive.port_name, alive.path) == (None, "http", "/healthz")
    assert alive.path_text is not None
    assert cut(SHOP, alive.path_text) == "/healthz"
    assert (ready.port, ready.port_name, ready.path) == (5000, None, None)
    assert (found["preStop"].host, found["preStop"].port) == ("127.0.0.1", 9100)
    started = found["startupProbe"]
    assert started.tool == "curl"
    last = started.command[-1].fill(API.environment)
    assert last is not None
    assert last.text.value == "http://localhost:5000/healthz"


def test_a_grpc_probe_has_no_path_and_a_bare_http_one_asks_the_root() -> None:
    grpc = only({"a.yaml": pod(container="livenessProbe: {grpc: {port: 50051}}")}).workloads[0].probes[0]
    bare = only({"a.yaml": pod(container="livenessProbe: {httpGet: {port: 80}}")}).workloads[0].probes[0]
    assert (grpc.port, grpc.path) == (50051, None)
    assert (bare.path, bare.path_text) == ("/", None)


def test_mounts_say_which_key_is_where() -> None:
    assert {(m.target, m.config_map, m.key, m.volume) for m in PROXY.mounts} == {
        ("/etc/nginx/conf.d/default.conf", "api-settings", "nginx.conf", "configMap"),
        ("/etc/settings", "api-settings", None, "configMap"),
        ("/etc/picked/level/log", "api-settings", "LOG_LEVEL", "configMap"),
        ("/etc/keys", None, None, "secret"),
    }
    assert [(m.target, m.volume) for m in API.mounts] == [("/data", "persistentVolumeClaim")]


def test_mounted_files_have_their_contents() -> None:
    files = {path: text.value for path, _, _, text in kubernetes_names.mounted_files(PROXY, CLUSTER)}
    assert set(files) == {
        "/etc/nginx/conf.d/default.conf",
        "/etc/settings/LOG_LEVEL",
        "/etc/settings/DB_HOST",
        "/etc/settings/nginx.conf",
        "/etc/picked/level/log",
    }
    assert files["/etc/nginx/conf.d/default.conf"].startswith("server {\n  listen 8080;\n")
    assert files["/etc/picked/level/log"] == "info"


def test_references_name_object_and_key_and_only_mounted_volumes() -> None:
    found = {(r.kind, r.name.value, r.key.value if r.key else None, r.variable) for r in API.env_references}
    assert found == {
        ("ConfigMap", "api-settings", None, None),
        ("Secret", "api-secrets", None, None),
        ("ConfigMap", "api-settings", "DB_HOST", "DATABASE_HOST"),
        ("Secret", "api-secrets", "TOKEN", "TOKEN"),
    }
    mounted = {(r.kind, r.key.value if r.key else None) for r in PROXY.env_references}
    assert mounted == {("ConfigMap", None), ("ConfigMap", "LOG_LEVEL"), ("Secret", None)}


def test_optional_references_say_so() -> None:
    container = "envFrom: [{secretRef: {name: s, optional: true}}]"
    (found,) = only({"a.yaml": pod(container=container)}).workloads[0].env_references
    assert found.optional


def test_host_network_and_host_aliases() -> None:
    assert workload(CLUSTER, "redis").network_mode == "host"
    assert API.network_mode is None
    assert API.extra_hosts == {"legacy.internal"}


@pytest.mark.parametrize(
    ("kind", "version", "once"),
    [
        ("Deployment", "apps/v1", False),
        ("DaemonSet", "extensions/v1beta1", False),
        ("ReplicaSet", "apps/v1", False),
        ("ReplicationController", "v1", False),
        ("Job", "batch/v1", True),
        ("DeploymentConfig", "apps.openshift.io/v1", False),
        ("Rollout", "argoproj.io/v1alpha1", False),
    ],
)
def test_every_kind_of_controller_has_containers(kind: str, version: str, once: bool) -> None:
    (found,) = only({"a.yaml": pod(kind, version)}).workloads
    assert (found.name, found.runs_once, found.image and found.image.value) == ("main", once, "thing:1")


def test_a_bare_pod_is_its_own_template() -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {a: b}}\nspec: {containers: [{name: c, image: i}]}\n"
    (found,) = only({"a.yaml": text}).workloads
    assert (found.labels, found.runs_once) == ({"a": "b"}, False)


def test_a_foreign_deployment_is_no_workload() -> None:
    assert only({"a.yaml": pod("Deployment", "example.com/v1")}).workloads == []


def test_a_template_without_images_is_a_fragment_and_no_workload() -> None:
    cluster = only({"patch.yaml": pod().replace("image: thing:1", "tty: true")})
    assert cluster.workloads == []


def test_carriage_returns_change_no_fact() -> None:
    dressed = {path: data.replace(b"\n", b"\r\n") for path, data in SHOP.items()}
    (cluster,) = world(dressed).clusters
    found = workload(cluster, "api")
    assert found.environment.variables.keys() == API.environment.variables.keys()
    assert cut(dressed, found.declarations[0].port_text) == "5000"
    assert [p.port for p in found.probes] == [p.port for p in API.probes]


def test_a_byte_order_mark_moves_every_place() -> None:
    dressed = {path: b"\xef\xbb\xbf" + data for path, data in SHOP.items()}
    (cluster,) = world(dressed).clusters
    assert cut(dressed, workload(cluster, "api").declarations[0].port_text) == "5000"


def test_anchors_and_merges_are_followed() -> None:
    text = """
        apiVersion: v1
        kind: Pod
        metadata: {name: p}
        x: &ports
          - containerPort: 7000
        y: &both {image: shared:1, workingDir: /w}
        spec:
          containers:
            - name: a
              <<: *both
              ports: *ports
        """
    (found,) = only({"a.yaml": text}).workloads
    assert (found.image and found.image.value, found.working_dir) == ("shared:1", "/w")
    assert [d.port for d in found.declarations] == [7000]


def test_facts_are_told_of_one_file_alone() -> None:
    found = kubernetes.facts(Text.of_file("rest.yaml", SHOP["rest.yaml"]))
    kinds = [(o.kind, o.called, o.space) for o in found.objects]
    assert kinds == [
        ("StatefulSet", "orders-db", "shop"),
        ("Service", "orders-db", "shop"),
        ("Service", "mail", "shop"),
        ("ReplicationController", "cache", "shop"),
        ("CronJob", "nightly", "shop"),
    ]
    assert not found.hidden


def test_other_yaml_holds_no_objects() -> None:
    found = kubernetes.facts(Text.of_file("c.yaml", b"services:\n  api: {image: x}\n---\n- 1\n---\n"))
    assert (found.objects, found.kustomizations, found.hidden) == ((), (), False)


def test_of_a_long_definition_only_its_name_is_taken() -> None:
    text = (
        b"apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x.y.io}\nspec: {a: b}\n"
    )
    (found,) = kubernetes.facts(Text.of_file("crd.yaml", text)).objects
    assert (found.called, set(found.root.entries)) == ("x.y.io", {"apiVersion", "kind", "metadata"})


def test_an_alias_bomb_is_refused_and_reported() -> None:
    lines = ["apiVersion: v1", "kind: Pod", "metadata: {name: p}", "a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 8)]
    bomb = linked({"bomb.yaml": "\n".join(lines) + "\n"})
    assert bomb.unreadable == ("bomb.yaml",)
    assert bomb.clusters == []


def test_the_name_of_a_service_that_is_no_core_service() -> None:
    text = "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: fn}\nspec: {template: {spec: {}}}\n"
    assert only({"a.yaml": text}).services == []


def test_ports_of_services() -> None:
    api = service(CLUSTER, "api")
    assert [(p.port, p.name, p.target_port, p.target_name) for p in api.ports] == [
        (80, "http", None, "http"),
        (9100, "metrics", 9100, None),
    ]
    assert api.ports[0].target_text is not None
    assert cut(SHOP, api.ports[0].target_text) == "http"
    assert api.ports[1].target_text is None
    assert service(CLUSTER, "orders-db").headless
    assert service(CLUSTER, "mail").external_name == "smtp.example.com"
    assert service(CLUSTER, "mail").selector is None
