"""What scripts, Makefiles and workflows do to clusters, images and stacks."""

from __future__ import annotations

import pytest

from stackfix.findings import Anchor
from stackfix.formats import shell
from stackfix.graph import script, workflow
from stackfix.graph.script_steps import Folder, ScriptStep, candidates, place
from stackfix.graph.value import EMPTY, Template
from stackfix.text import Text

DEPLOY = """\
#!/usr/bin/env bash
# Brings it all up.
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
ROOT="$(cd "$(dirname "$0")/.." && pwd)"
NAMESPACE="shop"
TARGET=${TARGET:-prod}
cd "$HERE/.."
kubectl create namespace "$NAMESPACE" --dry-run=client -o yaml | kubectl apply -f -
kubectl apply -f k8s/ -n "$NAMESPACE"
kubectl -n $TARGET apply -k "$ROOT/k8s/overlays/prod" || exit 1
(cd backend && docker build -t shop/api:1 -f Dockerfile.prod --target run --build-arg A=1 .)
docker compose -f base.yml -f prod.yml --env-file .env.prod -p shop up -d --build
sudo docker run -d --name web -p 8000:80 -e A=b --network edge shop/api:1 sh -c "docker build /nowhere"
if ! kubectl set image deployment/api api=shop/api:1 --namespace=$NAMESPACE; then exit 1; fi
for part in a b; do kubectl apply -f $part.yaml; done
helm upgrade --install shop ./chart -n shop -f values.yaml
docker logs -f web
"""


def facts(source: str, path: str = "scripts/deploy.sh") -> script.ScriptFacts:
    return script.facts(Text.of_file(path, source.encode()))


def said(template: Template | None) -> str | None:
    filled = template.fill(EMPTY) if template is not None else None
    return None if filled is None else filled.text.value


def steps(source: str, path: str = "scripts/deploy.sh") -> tuple[ScriptStep, ...]:
    return facts(source, path).steps


def test_every_deployment_step_is_seen_in_order() -> None:
    assert [(s.tool, s.verb) for s in steps(DEPLOY)] == [
        ("kubectl", "create namespace"),
        ("kubectl", "apply"),
        ("kubectl", "apply"),
        ("kubectl", "apply"),
        ("docker", "build"),
        ("compose", "up"),
        ("docker", "run"),
        ("kubectl", "set image"),
        ("kubectl", "apply"),
        ("helm", "upgrade"),
    ]


def test_namespaces_are_filled_from_the_script_itself() -> None:
    found = steps(DEPLOY)
    assert [said(s.namespace) for s in found] == [None, None, "shop", "prod", None, None, None, "shop", None, "shop"]
    written = found[2].namespace
    assert written is not None
    assert written.text is not None
    assert written.text.place is not None
    start, end = written.text.place[1].start, written.text.place[1].end
    assert DEPLOY.encode()[start - 11 : end] == b'NAMESPACE="shop'


def test_paths_follow_the_folder_and_the_idioms_for_it() -> None:
    found = steps(DEPLOY)
    places = [[place(f, s.folder) for f in s.files] for s in found]
    assert places[1] == []
    assert places[2] == [Folder("script", "../k8s")]
    assert places[3] == [Folder("script", "../k8s/overlays/prod")]
    assert places[4] == [Folder("script", "../backend/Dockerfile.prod")]
    assert found[4].context is not None
    assert place(found[4].context, found[4].folder) == Folder("script", "../backend")
    assert places[5] == [Folder("script", "../base.yml"), Folder("script", "../prod.yml")]
    assert places[8] == [None]
    assert found[3].kustomize


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        (Folder("script", "../k8s"), ("k8s",)),
        (Folder("root", "k8s"), ("k8s",)),
        (Folder("start", "k8s"), ("k8s", "scripts/k8s")),
        (Folder("start", "."), ("", "scripts")),
    ],
)
def test_a_script_is_started_at_the_root_or_in_its_own_folder(folder: Folder, expected: tuple[str, ...]) -> None:
    assert candidates(folder, "scripts/deploy.sh") == expected


@pytest.mark.parametrize(
    "move", ["cd $(mktemp -d)", "cd /opt/app", "cd ~", "cd", "pushd x; popd", "if x; then cd a; fi", "cd $1"]
)
def test_a_folder_outside_or_unknown_leads_nowhere(move: str) -> None:
    (found,) = steps(f"{move}\nkubectl apply -f a.yaml\n")
    assert [place(f, found.folder) for f in found.files] == [None]


def test_a_subshell_comes_back() -> None:
    inner, outer = steps("(cd a && kubectl apply -f x.yaml)\nkubectl apply -f y.yaml\n")
    assert [place(s.files[0], s.folder) for s in (inner, outer)] == [
        Folder("start", "a/x.yaml"),
        Folder("start", "y.yaml"),
    ]


def test_builds_and_runs_keep_their_options() -> None:
    build, run = steps(DEPLOY)[4], steps(DEPLOY)[6]
    assert [said(t) for t in (*build.tags, build.target, *build.build_arguments)] == ["shop/api:1", "run", "A=1"]
    assert [said(t) for t in (run.name, run.network, *run.published, *run.variables)] == [
        "web",
        "edge",
        "8000:80",
        "A=b",
    ]
    assert said(run.positionals[0]) == "shop/api:1"


def test_compose_keeps_its_project() -> None:
    up = steps(DEPLOY)[5]
    assert [said(t) for t in (up.project, *up.env_files, *up.files)] == ["shop", ".env.prod", "base.yml", "prod.yml"]
    (old,) = steps("docker-compose --profile gpu --project-directory x -f a.yml up\n")
    assert [said(t) for t in (*old.profiles, old.project_folder, *old.files)] == ["gpu", "x", "a.yml"]
    (logs,) = steps("docker compose logs -f api\n")
    assert (logs.verb, logs.files) == ("logs", ())


def test_what_is_looked_at_is_told() -> None:
    found = steps(DEPLOY)
    assert [s.handled for s in found] == [False, False, False, True, False, False, False, True, False, False]
    assert [s.piped for s in found][:2] == [True, False]
    assert [s.conditional for s in found][8] is True
    assert all(s.changes for s in found)
    assert not steps("kubectl get pods\n")[0].changes


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("#!/bin/bash\n", (False, False, False, False)),
        ("#!/bin/bash\nset -e\n", (True, False, False, False)),
        ("#!/bin/bash -eu\n", (True, True, False, False)),
        ("#!/bin/bash\nset -euo pipefail\n", (True, True, True, False)),
        ("#!/bin/bash\nset -o errexit -o nounset\n", (True, True, False, False)),
        ("#!/bin/bash\ntrap 'exit 1' ERR\n", (False, False, False, True)),
        ("#!/bin/bash\nf() { set -e; }\n", (False, False, False, False)),
        ("#!/bin/bash\nset -x\n", (False, False, False, False)),
        ("#!/bin/bash\nset +e\n", (False, False, False, False)),
    ],
)
def test_strictness_is_what_the_script_sets(head: str, expected: tuple[bool, bool, bool, bool]) -> None:
    found = facts(head + "kubectl apply -f a\n").strict
    assert (found.exits, found.unset, found.pipes, found.trap) == expected


def test_a_file_of_functions_is_read_in_by_others() -> None:
    assert facts("log() { echo a; }\nexport A=b\n").defines_only
    assert not facts("log() { echo a; }\nlog\n").defines_only
    assert facts("#!/bin/sh\ncmd\nif [ $? -ne 0 ]; then exit 1; fi\n").handles


@pytest.mark.parametrize(
    ("shebang", "name"),
    [("#!/bin/bash", "bash"), ("#!/usr/bin/env -S bash -e", "bash"), ("#!/bin/sh -e", "sh"), ("", None)],
)
def test_the_interpreter_is_the_shebangs(shebang: str, name: str | None) -> None:
    assert facts(f"{shebang}\necho a\n").interpreter == name


def test_a_variable_set_twice_is_unknown() -> None:
    first, second = steps('NS=a\nkubectl apply -f x -n $NS\nNS=b\nkubectl apply -f x -n "$NS"\n')
    assert (said(first.namespace), said(second.namespace)) == (None, None)
    assert facts("export A=1 B\ndeclare -x C=2\n").exports == {"A", "B", "C"}


def test_anchors_lead_to_the_command() -> None:
    found = steps(DEPLOY)[5]
    document = shell.read(Text.of_file("scripts/deploy.sh", DEPLOY.encode()))
    command = shell.resolve(document, found.anchor.steps)
    assert isinstance(command, shell.Command)
    assert command.text.value.startswith("docker compose -f base.yml")
    assert found.anchor.path == "scripts/deploy.sh"


def test_recipes_are_scripts_too() -> None:
    source = "IMG := shop/api\nup:\n\t@docker compose -f a.yml \\\n\t  -f b.yml up -d\nbuild:\n\tdocker build -t $(IMG) -f docker/Dockerfile api\n"
    up, build = steps(source, "Makefile")
    assert [said(f) for f in up.files] == ["a.yml", "b.yml"]
    assert [said(t) for t in (*build.tags, *build.files, build.context)] == ["shop/api", "docker/Dockerfile", "api"]
    assert build.anchor == Anchor("Makefile", "makefile", (1, 0)) or build.anchor.syntax == "makefile"
    assert facts(source, "Makefile").interpreter == "make"


def test_an_option_given_by_a_variable_makes_a_step_uncertain() -> None:
    assert not steps("docker build $OPTIONS .\n")[0].certain
    assert steps("docker build --no-cache .\n")[0].certain


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("deploy.sh", True),
        ("a/Makefile", True),
        ("justfile", True),
        ("rules.mk", True),
        ("deploy.py", False),
        ("Dockerfile", False),
    ],
)
def test_scripts_are_known_by_name(path: str, expected: bool) -> None:
    assert script.is_script(path) is expected


WORKFLOW = """\
on: push
jobs:
  build:
    defaults: {run: {working-directory: deploy}}
    steps:
      - uses: actions/checkout@v4
      - uses: docker/build-push-action@v6
        with:
          context: backend
          file: backend/Dockerfile.prod
          tags: ghcr.io/shop/api:1, shop/api:${{ github.sha }}
      - uses: docker/build-push-action@v6
        with: {context: "${{ matrix.context }}"}
      - run: |
          set -e
          kubectl apply -f k8s/ -n shop
      - run: docker compose -f a.yml up -d
        working-directory: .
"""


def test_a_workflow_builds_and_runs() -> None:
    found = workflow.facts(Text.of_file(".github/workflows/ci.yml", WORKFLOW.encode()))
    first, second = found.builds
    assert first.context is not None
    assert first.file is not None
    assert (first.context.value, first.file.value, first.certain) == ("backend", "backend/Dockerfile.prod", True)
    assert [t.value for t in first.tags] == ["ghcr.io/shop/api:1"]
    assert (second.context, second.certain) == (None, False)
    assert [(r.folder, [s.verb for s in r.facts.steps]) for r in found.runs] == [("deploy", ["apply"]), ("", ["up"])]
    namespace = found.runs[0].facts.steps[0].namespace
    assert namespace is not None
    assert namespace.text is not None
    assert namespace.text.place is not None
    span = namespace.text.place[1]
    assert WORKFLOW.encode()[span.start : span.end] == b"shop"


def test_a_pipeline_runs_line_by_line() -> None:
    source = "image: x\ndeploy:\n  script:\n    - docker build -f a/Dockerfile a\n    - kubectl apply -f k8s\n"
    found = workflow.facts(Text.of_file(".gitlab-ci.yml", source.encode()))
    assert [[s.verb for s in r.facts.steps] for r in found.runs] == [["build"], ["apply"]]


@pytest.mark.parametrize(
    ("path", "expected"),
    [(".github/workflows/a.yml", True), (".gitlab-ci.yml", True), ("workflows/a.yml", False), (".github/a.yml", False)],
)
def test_workflows_are_known_by_path(path: str, expected: bool) -> None:
    assert workflow.is_workflow(path) is expected
