"""What Kustomize makes of real files, and that each value still stands where it was written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackfix.findings import Anchor
from stackfix.formats import yaml
from stackfix.graph import kubernetes_names, kustomize, kustomize_patches
from stackfix.graph import kubernetes_nodes as nodes
from stackfix.graph.kubernetes_names import MISSING, UNKNOWN
from stackfix.text import Text
from tests.graph.kubernetes_world import cut, folder, library, linked, service, workload, world, written

FILES = folder("overlays")
WORLD = world(FILES)
DEV, PROD = WORLD.clusters

BASE = """
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
      labels: {team: shop}
    spec:
      template:
        metadata:
          labels: {app: web}
        spec:
          containers:
            - name: web
              image: web:1
              env:
                - {name: A, value: one}
                - {name: B, value: two}
    """


def kustomized(kustomization: str, **others: str) -> list[str]:
    """The values of A and B after a kustomization; `others` are files by name, `_` for the dot."""
    files = {"kustomization.yaml": kustomization, "web.yaml": BASE}
    files |= {name.replace("_", "."): text for name, text in others.items()}
    (cluster,) = linked(files).clusters
    if not cluster.workloads:
        return []
    variables = cluster.workloads[0].environment.variables
    return [f"{n}={v.value.value if v.value is not None else '?'}" for n, v in variables.items()]


def test_each_overlay_is_one_deployment_and_what_it_takes_in_is_none() -> None:
    assert [(c.deployment.name, c.folder, c.complete) for c in WORLD.clusters] == [
        ("web-dev", "overlays/dev", True),
        ("web-prod", "overlays/prod", True),
    ]
    assert not any(c.deployment.fragment for c in WORLD.clusters)


def test_an_overlay_knows_all_files_that_it_is_made_of() -> None:
    assert set(PROD.deployment.paths) == {
        "base/kustomization.yaml",
        "base/deployment.yaml",
        "base/service.yaml",
        "components/sidecar/kustomization.yaml",
        "overlays/prod/kustomization.yaml",
        "overlays/prod/patch.yaml",
        "overlays/prod/probe.yaml",
        "overlays/prod/prod.env",
        "overlays/prod/settings.ini",
    }


def test_without_patches_the_base_is_as_written() -> None:
    web = workload(DEV, "web")
    assert [d.port for d in web.declarations] == [3000]
    assert {n: v.value.value for n, v in web.environment.variables.items() if v.value is not None} == {
        "BACKEND_URL": "http://api:8000",
        "MODE": "plain",
        "LOG": "debug",
        "REGION": "eu",
    }
    assert (web.namespace, web.image and web.image.value) == ("web-dev", "registry.example.com/web:dev")


def test_patches_change_values_and_the_values_stand_in_the_patch() -> None:
    web = workload(PROD, "web")
    assert [d.port for d in web.declarations] == [3001]
    assert web.declarations[0].location.path == "overlays/prod/patch.yaml"
    log = web.environment.get("LOG")
    assert log is not None
    assert log.value is not None
    assert log.value.first_place is not None
    assert log.value.first_place[0] == "overlays/prod/patch.yaml"
    assert cut(FILES, log.value) == "warning"
    assert web.environment.get("REGION") is None
    assert web.environment.get("EXTRA") is not None


def test_a_container_keeps_the_address_of_the_base() -> None:
    web = workload(PROD, "web")
    assert (web.anchor.path, web.anchor.steps[-2:]) == ("base/deployment.yaml", ("containers", 0))


def test_an_added_container_is_addressed_inside_the_inline_patch() -> None:
    proxy = workload(PROD, "sql-proxy")
    assert proxy.anchor.path == "components/sidecar/kustomization.yaml"
    assert proxy.anchor.steps == (0, "patches", 0, "patch")
    assert proxy.anchor.innermost.steps == (0, "spec", "template", "spec", "containers", 0)
    assert proxy.command is not None
    argument = proxy.command.words[0].text
    assert argument is not None
    assert cut(FILES, argument) == "--port=5432"
    assert {w.name for w in DEV.workloads} == {"web"}


def test_a_json_patch_changes_a_service_port_where_it_is_written() -> None:
    port = service(PROD, "live-web").ports[0]
    assert (port.port, port.target_port, port.target_name) == (80, 3001, None)
    assert port.target_text is not None
    assert cut(FILES, port.target_text) == "3001"
    assert service(DEV, "web").ports[0].target_name == "http"


def test_a_json_patch_in_a_file_adds_a_probe() -> None:
    (probe,) = workload(PROD, "web").probes
    assert (probe.kind, probe.port, probe.location.path) == ("livenessProbe", 3001, "overlays/prod/probe.yaml")


def test_names_are_prefixed_for_dns_and_references_follow() -> None:
    assert kubernetes_names.resolve_host("live-web", "web-prod", PROD) is service(PROD, "live-web")
    assert kubernetes_names.resolve_host("web", "web-prod", PROD) in {MISSING, UNKNOWN}
    assert kubernetes_names.service_named("web", "web-prod", PROD) is service(PROD, "live-web")
    assert service(PROD, "live-web").name.place is None


def test_labels_are_added_to_pods_and_selectors_alike() -> None:
    assert workload(PROD, "web").labels == {"app": "web", "env": "prod"}
    found = service(PROD, "live-web")
    assert {k: t.value for k, t in (found.selector or {}).items()} == {"app": "web", "env": "prod"}
    assert {w.name for w in kubernetes_names.selected(found, PROD)} == {"web", "sql-proxy"}


def test_an_image_gets_its_new_tag_piece_by_piece() -> None:
    image = workload(PROD, "web").image
    assert image is not None
    assert image.value == "registry.example.com/web:2.1"
    assert cut(FILES, image.slice(0, len("registry.example.com/web"))) == "registry.example.com/web"
    assert cut(FILES, image.slice(len(image) - 3, len(image))) == "2.1"


def test_generated_config_is_known_by_its_name_without_the_hash() -> None:
    found = kubernetes_names.config("ConfigMap", "web-env", "web-prod", PROD)
    assert not isinstance(found, kubernetes_names.Unresolved)
    assert {k: t and t.value for k, t in (found.keys or {}).items()} == {
        "BACKEND_URL": "http://api.internal:9000",
        "MODE": "plain",
        "NEW": "1",
    }
    files = kubernetes_names.config("ConfigMap", "web-files", "web-prod", PROD)
    assert not isinstance(files, kubernetes_names.Unresolved)
    assert {k: t and t.value for k, t in (files.keys or {}).items()} == {
        "settings.ini": "[web]\nworkers = 2\n",
        "renamed.ini": "[web]\nworkers = 2\n",
    }


def test_a_generated_value_stands_in_its_env_file() -> None:
    variable = workload(PROD, "web").environment.get("BACKEND_URL")
    assert variable is not None
    assert variable.value is not None
    assert variable.value.place is not None
    assert variable.value.place[0] == "overlays/prod/prod.env"
    assert cut(FILES, variable.value) == "http://api.internal:9000"


def test_a_literal_loses_its_quotes_and_keeps_its_place() -> None:
    variable = workload(DEV, "web").environment.get("MODE")
    assert variable is not None
    assert variable.value is not None
    assert cut(FILES, variable.value) == "plain"


def test_generated_secrets_have_known_keys_and_no_shown_values() -> None:
    found = kubernetes_names.config("Secret", "web-keys", "web-prod", PROD)
    assert not isinstance(found, kubernetes_names.Unresolved)
    assert set(found.keys or {}) == {"KEY"}


def test_the_namespace_is_said_by_the_kustomization() -> None:
    uses = kubernetes_names.namespaces(PROD)
    assert [(u.name, u.by, u.location.path) for u in uses] == [
        ("web-prod", "Kustomization", "overlays/prod/kustomization.yaml")
    ]
    assert cut(FILES, uses[0].text) == "web-prod"


def test_a_component_alone_is_a_fragment() -> None:
    text = "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\nresources: [web.yaml]\n"
    (cluster,) = linked({"kustomization.yaml": text, "web.yaml": BASE}).clusters
    assert cluster.deployment.fragment


@pytest.mark.parametrize(
    "line",
    [
        "resources: [web.yaml, 'https://github.com/x/y//deploy?ref=v1']",
        "resources: [web.yaml, ../outside]",
        "resources: [web.yaml, gone.yaml]",
        "resources: [web.yaml]\nhelmCharts: [{name: redis}]",
        "resources: [web.yaml]\ngenerators: [plugin.yaml]",
        "resources: [web.yaml]\nbases: [.]",
    ],
)
def test_what_lies_elsewhere_leaves_a_group_incomplete(line: str) -> None:
    (cluster,) = linked({"kustomization.yaml": line + "\n", "web.yaml": BASE}).clusters
    assert not cluster.complete
    assert kubernetes_names.config("ConfigMap", "any", "", cluster) is UNKNOWN


def test_a_resource_alone_leaves_it_complete() -> None:
    (cluster,) = linked({"kustomization.yml": "resources: [web.yaml]\n", "web.yaml": BASE}).clusters
    assert cluster.complete
    assert kubernetes_names.config("ConfigMap", "any", "", cluster) is MISSING


PATCH = "- target: {{kind: Deployment{}}}\n  patch: '[{{op: replace, path: /spec/template/spec/containers/0/env/0/value, value: new}}]'\n"


@pytest.mark.parametrize(
    ("target", "new"),
    [
        ("", True),
        (", name: web", True),
        (", name: 'w.b|x'", True),
        (", name: we", False),
        (", name: api", False),
        (", group: apps", True),
        (", group: batch", False),
        (", labelSelector: team=shop", True),
        (", labelSelector: 'team==shop'", True),
        (", labelSelector: team=other", False),
        (", namespace: default", True),
        (", namespace: other", False),
    ],
)
def test_a_target_selects_by_all_that_it_says(target: str, new: bool) -> None:
    text = "resources: [web.yaml]\npatches:\n" + PATCH.format(target)
    assert kustomized(text) == ["A=new" if new else "A=one", "B=two"]


def test_a_strategic_patch_meets_the_object_that_it_names() -> None:
    patch = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {}}}\n"
        "spec: {{template: {{spec: {{containers: [{{name: web, env: [{{name: B, value: new}}]}}]}}}}}}\n"
    )
    text = "resources: [web.yaml]\npatches: [{path: p.yaml}]\n"
    assert kustomized(text, p_yaml=patch.format("web")) == ["A=one", "B=new"]
    assert kustomized(text, p_yaml=patch.format("api")) == ["A=one", "B=two"]
    assert kustomized("resources: [web.yaml]\npatches: [p.yaml]\n", p_yaml=patch.format("web")) == ["A=one", "B=new"]


def test_a_patch_may_take_an_object_away() -> None:
    patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n$patch: delete\n"
    files = {
        "kustomization.yaml": "resources: [web.yaml]\npatches: [{path: p.yaml}]\n",
        "web.yaml": BASE,
        "p.yaml": patch,
    }
    assert linked(files).clusters == []


@pytest.mark.parametrize(
    "patches",
    [
        "patches: [{path: gone.yaml}]",
        "patches: [{target: {kind: Deployment}, patch: '[{op: move, from: /a, path: /b}]'}]",
        "patches: [{target: {kind: Deployment}, patch: '[{op: remove, path: /spec/none/there}]'}]",
        "patches: [{target: {kind: Deployment}, patch: '{unclosed'}]",
        "transformers: [t.yaml]",
        "replacements: [{path: gone.yaml}]",
        "replacements: [{targets: [{select: {kind: Deployment}, fieldPaths: [spec.nowhere.there]}]}]",
    ],
)
def test_what_can_not_be_followed_makes_the_object_unjudged(patches: str) -> None:
    text = f"resources: [web.yaml]\n{patches}\n"
    assert kustomized(text) == []


def test_a_replacement_blanks_the_one_field_that_it_fills() -> None:
    path = "spec.template.spec.containers.[name=web].env.[name=A].value"
    text = (
        f"resources: [web.yaml]\nreplacements:\n- targets: [{{select: {{kind: Deployment}}, fieldPaths: ['{path}']}}]\n"
    )
    assert kustomized(text) == ["A=?", "B=two"]
    inner = f"targets: [{{select: {{kind: Deployment, name: web}}, fieldPaths: ['{path}']}}]\n"
    assert kustomized("resources: [web.yaml]\nreplacements: [{path: r.yaml}]\n", r_yaml=inner) == ["A=?", "B=two"]
    other = text.replace("kind: Deployment", "kind: StatefulSet")
    assert kustomized(other) == ["A=one", "B=two"]


def test_labels_without_selectors_leave_pods_alone() -> None:
    text = "resources: [web.yaml]\nlabels:\n- pairs: {env: x}\n"
    for extra, expected in (("", None), ("  includeTemplates: true\n", "x"), ("  includeSelectors: true\n", "x")):
        (cluster,) = linked({"kustomization.yaml": text + extra, "web.yaml": BASE}).clusters
        labels = cluster.workloads[0].labels or {}
        assert labels.get("env") == expected


def test_a_suffix_renames_as_well() -> None:
    config = "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {K: v}}\n"
    files = {"kustomization.yaml": "resources: [c.yaml]\nnameSuffix: -v2\n", "c.yaml": config}
    (cluster,) = linked(files).clusters
    (found,) = cluster.configs
    assert (found.name, set(found.written_names)) == ("c-v2", {"c", "c-v2"})


def test_a_namespace_is_not_put_on_what_has_none() -> None:
    files = {
        "kustomization.yaml": "resources: [r.yaml]\nnamespace: n\n",
        "r.yaml": "{apiVersion: v1, kind: Namespace, metadata: {name: n}}\n---\n"
        "{apiVersion: v1, kind: ServiceAccount, metadata: {name: s}}\n",
    }
    (cluster,) = linked(files).clusters
    assert [(o.kind, o.space) for o in cluster.objects] == [("Namespace", ""), ("ServiceAccount", "n")]


def test_an_unknown_env_file_leaves_keys_unknown() -> None:
    files = {"kustomization.yaml": "configMapGenerator: [{name: c, envs: [gone.env]}]\n"}
    (cluster,) = linked(files).clusters
    assert cluster.configs[0].keys is None
    files = {"kustomization.yaml": "configMapGenerator: [{name: c, envs: [e.env]}]\n", "e.env": "FROM_CALLER\nA=1\n"}
    (cluster,) = linked(files).clusters
    assert cluster.configs[0].keys is None


def test_kustomizations_that_take_each_other_in_end() -> None:
    files = {"a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [../a]\n"}
    assert linked(files).clusters == []


def test_build_is_what_link_uses() -> None:
    made = kustomize.build(library(FILES), "overlays/dev")
    assert [(o.kind, o.called, o.space) for o in made.objects] == [
        ("Deployment", "web", "web-dev"),
        ("Service", "web", "web-dev"),
        ("ConfigMap", "web-env", "web-dev"),
    ]


# --- patches by themselves -------------------------------------------------------------------------------------------


def tree(text: str) -> nodes.Branch:
    root = yaml.read(Text.of_file("f.yaml", text.encode()))[0].root
    assert root is not None
    found = nodes.take(root, Anchor("f.yaml", "yaml", (0,)))
    assert isinstance(found, nodes.Branch)
    return found


def plain(node: nodes.Node) -> object:
    if isinstance(node, nodes.Leaf):
        return node.value
    if isinstance(node, nodes.Row):
        return [plain(item) for item in node.items]
    return {key: plain(entry.value) for key, entry in node.entries.items()}


@pytest.mark.parametrize(
    ("base", "patch", "expected"),
    [
        ("{a: 1, b: 2}", "{b: 3}", {"a": "1", "b": "3"}),
        ("{a: 1, b: 2}", "{b: null}", {"a": "1"}),
        ("{a: {x: 1, y: 2}}", "{a: {y: 3}}", {"a": {"x": "1", "y": "3"}}),
        ("{a: {x: 1}}", "{a: {$patch: delete}}", {}),
        ("{a: {x: 1}}", "{a: {$patch: replace, z: 9}}", {"a": {"z": "9"}}),
        ("{args: [1, 2]}", "{args: [3]}", {"args": ["3"]}),
        (
            "{ports: [{port: 80, name: h}]}",
            "{ports: [{port: 80, x: y}]}",
            {"ports": [{"port": "80", "name": "h", "x": "y"}]},
        ),
        (
            "{ports: [{port: 53}]}",
            "{ports: [{port: 53, protocol: UDP}]}",
            {"ports": [{"port": "53"}, {"port": "53", "protocol": "UDP"}]},
        ),
        ("{env: [{name: A, value: 1}]}", "{env: [{name: A, $patch: delete}]}", {"env": []}),
        ("{rules: [{host: a}]}", "{rules: [{host: b}]}", {"rules": [{"host": "b"}]}),
    ],
)
def test_strategic_merge(base: str, patch: str, expected: object) -> None:
    assert plain(kustomize_patches.strategic(tree(base), tree(patch))) == expected


def test_custom_resources_have_their_lists_replaced() -> None:
    merged = kustomize_patches.strategic(tree("{env: [{name: A}]}"), tree("{env: [{name: B}]}"), keyed=False)
    assert plain(merged) == {"env": [{"name": "B"}]}


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ("[{op: add, path: /l/-, value: 3}]", {"l": ["1", "2", "3"], "m": {"a/b": "x"}}),
        ("[{op: add, path: /l/0, value: 0}]", {"l": ["0", "1", "2"], "m": {"a/b": "x"}}),
        ("[{op: remove, path: /l/0}]", {"l": ["2"], "m": {"a/b": "x"}}),
        ("[{op: replace, path: /m/a~1b, value: y}]", {"l": ["1", "2"], "m": {"a/b": "y"}}),
        ("[{op: test, path: /l/0, value: 1}, {op: remove, path: /m}]", {"l": ["1", "2"]}),
        ("[{op: remove, path: /l/9}]", None),
        ("[{op: add, path: /no/where, value: 1}]", None),
        ("[{op: copy, from: /l, path: /k}]", None),
        ("[{op: replace, path: '', value: 1}]", None),
        ("[{op: add, path: /m/x}]", None),
    ],
)
def test_json_patch(operations: str, expected: object) -> None:
    row = nodes.get(tree("{o: " + operations + "}"), "o")
    assert isinstance(row, nodes.Row)
    done = kustomize_patches.json6902(tree("{l: [1, 2], m: {a/b: x}}"), row)
    assert (plain(done) if done is not None else None) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.b", (("a", "b"),)),
        ("l.0.n", (("l", 0, "n"),)),
        ("l.*.n", (("l", 0, "n"), ("l", 1, "n"))),
        ("l.[n=y].v", (("l", 1, "v"),)),
        ("l.[n=z].v", ()),
        ("x\\.y", (("x.y",),)),
        ("a.b.c", ()),
    ],
)
def test_field_paths(path: str, expected: object) -> None:
    assert kustomize_patches.field_paths(tree("{a: {b: 1}, l: [{n: x}, {n: y}], x.y: 2}"), path) == expected


def test_written_files_are_dedented() -> None:
    assert written({"a": "\n    x: 1\n"}) == {"a": b"x: 1\n"}


KEYS = st.sampled_from(["a", "b", "env", "ports", "args", "containers"])
TREES = st.recursive(
    st.integers(0, 9).map(str),
    lambda below: (
        st.dictionaries(KEYS, below, max_size=3)
        | st.lists(
            st.builds(lambda n, x: {"name": n, "x": x}, st.sampled_from("pqr"), below), unique_by=lambda i: i["name"]
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, TREES, max_size=4))
def test_a_patch_that_says_what_is_there_changes_nothing(content: dict[str, object]) -> None:
    base = tree(json.dumps(content) if content else "{}")
    assert plain(kustomize_patches.strategic(base, base)) == content


@given(st.dictionaries(KEYS, TREES, max_size=4), st.dictionaries(KEYS, TREES, max_size=4))
def test_a_patch_laid_over_twice_is_laid_over_once(content: dict[str, object], patch: dict[str, object]) -> None:
    once = kustomize_patches.strategic(tree(json.dumps(content)), tree(json.dumps(patch)))
    assert plain(kustomize_patches.strategic(once, tree(json.dumps(patch)))) == plain(once)


@given(st.dictionaries(KEYS, TREES, max_size=4))
def test_every_leaf_of_a_tree_stands_where_it_is_written(content: dict[str, object]) -> None:
    text = json.dumps(content, indent=1)
    waiting: list[nodes.Node] = [tree(text)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, nodes.Leaf):
            assert text[node.location.span.start : node.location.span.end] == json.dumps(node.value)
            found = yaml.resolve(yaml.read(Text.of_file("f.yaml", text.encode())), node.anchor.steps)
            assert isinstance(found, yaml.Scalar)
            assert found.value == node.value
        elif isinstance(node, nodes.Row):
            waiting += node.items
        else:
            waiting += [entry.value for entry in node.entries.values()]
