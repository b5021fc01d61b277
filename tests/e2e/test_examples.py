"""The reconstructed systems of the first two reports: every fault that they name, and nothing else."""

from __future__ import annotations

import difflib
import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.cases import Files
from tests.checkouts import ENVIRONMENT
from tests.e2e.command import EXAMPLES, copy, findings, stackfix

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.e2e.command import Repaired

    After = Callable[[str], Repaired]
    Told = list[dict[str, Any]]

MANIFEST = "k8s/production/sophia-deployment.yaml"
BACKEND = "backend/app/production_ready_backend.py"
CLIENT = "frontend/src/services/apiClient.ts"
SCRIPT = "deploy_to_lambda_k3s.sh"

SOPHIA = [
    ("missing-requirements", "error", "unsafe", "Dockerfile.backend", "COPY backend/requirements.txt ."),
    ("secret-in-image", "error", "unsafe", "Dockerfile.backend", "COPY local.env ."),
    ("expose-port", "error", "safe", "Dockerfile.backend", "EXPOSE 8001"),
    (
        "missing-entrypoint",
        "error",
        "safe",
        "Dockerfile.backend",
        'CMD ["python", "backend/app/unified_chat_backend.py"]',
    ),
    ("cors-wildcard", "warning", "unsafe", BACKEND, 'allow_origins=["*"],'),
    ("namespace-mismatch", "error", "unsafe", SCRIPT, 'NAMESPACE="ai-platform"'),
    (
        "script-strict-mode",
        "warning",
        "unsafe",
        SCRIPT,
        "docker build -t $REGISTRY/sophia-backend:latest -f Dockerfile.backend .",
    ),
    ("frontend-build-arg", "info", "unsafe", "frontend/Dockerfile", "RUN npm run build"),
    ("unknown-host", "error", "safe", "frontend/nginx.conf", "proxy_pass http://backend:8000/;"),
    ("port-env-missing", "error", "safe", MANIFEST, "- name: backend"),
    ("port-env-missing", "error", "safe", MANIFEST, "- name: backend"),
]
SUTAZAI = [
    (
        "host-port-inside-network",
        "error",
        "safe",
        "docker-compose-frontend.yml",
        "BACKEND_URL: http://sutazai-backend:10200",
    ),
]
FAULTS = [
    ("1 the source's port", "port-env-missing", BACKEND, 'PORT = int(os.getenv("PORT", "7000"))'),
    ("1 the image's port", "expose-port", "Dockerfile.backend", "EXPOSE 8001"),
    ("1 the manifest's port", "port-env-missing", MANIFEST, "- containerPort: 8000"),
    ("1 the Service's port", "port-env-missing", MANIFEST, "targetPort: 8000"),
    ("1 the proxy's port", "unknown-host", "frontend/nginx.conf", "proxy_pass http://backend:8000/;"),
    (
        "2 the entry point",
        "missing-entrypoint",
        "Dockerfile.backend",
        'CMD ["python", "backend/app/unified_chat_backend.py"]',
    ),
    ("3 the name of the backend", "unknown-host", "frontend/nginx.conf", "proxy_pass http://backend:8000/;"),
    ("4 nginx", "websocket-route-missing", "frontend/nginx.conf", "server {"),
    (
        "4 the front end",
        "websocket-route-missing",
        CLIENT,
        "const socket = new WebSocket(`${scheme}//${window.location.host}/ws`);",
    ),
    ("4 the route", "websocket-route-missing", BACKEND, '@app.websocket("/ws")'),
    ("5 PORT and HOST", "port-env-missing", MANIFEST, "- name: backend"),
    ("5 the default of HOST", "port-env-missing", BACKEND, 'HOST = os.getenv("HOST", "127.0.0.1")'),
    ("6 CORS", "cors-wildcard", BACKEND, 'allow_origins=["*"],'),
    ("7 local.env", "secret-in-image", "Dockerfile.backend", "COPY local.env ."),
    ("8 the probes", "port-env-missing", MANIFEST, "port: 8000"),
    ("9 the copy", "missing-requirements", "Dockerfile.backend", "COPY backend/requirements.txt ."),
    (
        "9 the installation",
        "missing-requirements",
        "Dockerfile.backend",
        "RUN pip install --no-cache-dir -r requirements.txt",
    ),
    ("11 the Dockerfile", "frontend-build-arg", "frontend/Dockerfile", "RUN npm run build"),
    (
        "11 the variable",
        "frontend-build-arg",
        CLIENT,
        "const API_BASE_URL = process.env.REACT_APP_API_URL || 'https://api.sophia-intel.ai';",
    ),
    ("12 the namespace", "namespace-mismatch", SCRIPT, 'NAMESPACE="ai-platform"'),
    ("12 the manifests' namespace", "namespace-mismatch", MANIFEST, "namespace: sophia-ai-prod"),
    (
        "12 failures",
        "script-strict-mode",
        SCRIPT,
        "docker build -t $REGISTRY/sophia-backend:latest -f Dockerfile.backend .",
    ),
]

SAFE_PATCH = {
    "Dockerfile.backend": [
        "-EXPOSE 8001",
        "+EXPOSE 8000",
        '-CMD ["python", "backend/app/unified_chat_backend.py"]',
        '+CMD ["python", "backend/app/production_ready_backend.py"]',
    ],
    "frontend/nginx.conf": [
        "-        proxy_pass http://backend:8000/;",
        "+        proxy_pass http://sophia-backend-service:8000/;",
        "+",
        "+    location /ws {",
        "+        proxy_pass http://sophia-backend-service:8000;",
        "+        proxy_http_version 1.1;",
        "+        proxy_set_header Upgrade $http_upgrade;",
        "+        proxy_set_header Connection upgrade;",
        "+        proxy_set_header Host $host;",
        "+        proxy_set_header X-Real-IP $remote_addr;",
        "+        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
        "+        proxy_set_header X-Forwarded-Proto $scheme;",
        "+    }",
    ],
    MANIFEST: [
        "+        - name: PORT",
        '+          value: "8000"',
        "+        - name: HOST",
        '+          value: "0.0.0.0"',
    ],
}
UNSAFE_PATCH = {
    ".dockerignore": ["+local.env"],
    "Dockerfile.backend": [
        "-COPY backend/requirements.txt .",
        "-RUN pip install --no-cache-dir -r requirements.txt",
        "+COPY pyproject.toml .",
        "+RUN pip install --no-cache-dir uv && uv pip install --system --no-cache -r pyproject.toml",
        "-COPY local.env .",
        *SAFE_PATCH["Dockerfile.backend"],
    ],
    BACKEND: [
        '-    allow_origins=["*"],',
        '+    allow_origins=["https://sophia-intel.ai", "https://app.sophia-intel.ai"],',
    ],
    SCRIPT: [
        "+set -euo pipefail",
        "+",
        '-NAMESPACE="ai-platform"',
        '+NAMESPACE="sophia-ai-prod"',
    ],
    "frontend/Dockerfile": [
        "+ARG REACT_APP_API_URL",
        "+ENV REACT_APP_API_URL=$REACT_APP_API_URL",
    ],
    "frontend/nginx.conf": SAFE_PATCH["frontend/nginx.conf"],
    MANIFEST: SAFE_PATCH[MANIFEST],
}
SUTAZAI_PATCH = {
    "docker-compose-frontend.yml": [
        "-      BACKEND_URL: http://sutazai-backend:10200",
        "+      BACKEND_URL: http://backend:8000",
    ],
    "frontend/config/settings.py": [
        '-    BACKEND_URL = os.getenv("BACKEND_URL", "http://sutazai-backend:8000")',
        '+    BACKEND_URL = os.getenv("BACKEND_URL", "http://backend:8000")',
    ],
}


@pytest.fixture(scope="module")
def sophia() -> Told:
    """What stackfix says of the first system as it is."""
    return findings(EXAMPLES / "sophia")


@pytest.fixture(scope="module")
def sutazai() -> Told:
    """What stackfix says of the second system as it is."""
    return findings(EXAMPLES / "sutazai")


def line(example: str, place: dict[str, Any]) -> str:
    """The line of a place, without white space at its ends; empty past the last one."""
    number: int = place["line"]
    return [*_text(example, place).splitlines(), ""][number - 1].strip()


def told(example: str, found: Told) -> list[tuple[str, str, str | None, str, str]]:
    """Rule, severity, grade, file and line of each finding."""
    return [
        (f["rule"], f["severity"], f["fix"] and f["fix"]["applicability"], f["file"], line(example, f)) for f in found
    ]


def places(example: str, finding: dict[str, Any]) -> set[tuple[str, str]]:
    """Every place of a finding: its own, its witnesses, and where its edits are."""
    edits = finding["fix"]["edits"] if finding["fix"] else []
    changed = [{"file": e["file"], "line": _line_number(example, e)} for e in edits if "start" in e]
    return {(p["file"], line(example, p)) for p in (finding, *finding["evidence"], *changed)}


def _line_number(example: str, edit: dict[str, Any]) -> int:
    start: int = edit["start"]
    return _text(example, edit).encode()[:start].count(b"\n") + 1


def _text(example: str, place: dict[str, Any]) -> str:
    name: str = place["file"]
    return (EXAMPLES / example / name).read_text("utf-8")


def patch(before: Files, after: Files) -> dict[str, list[str]]:
    """Removed and added lines of every file that differs."""
    assert before.contents.keys() == after.contents.keys()
    assert before.executable == after.executable
    return {
        name: _changed(old.decode(), after.contents[name].decode())
        for name, old in before.contents.items()
        if after.contents[name] != old
    }


def _changed(old: str, new: str) -> list[str]:
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm="")
    return [one for one in list(lines)[2:] if not one.startswith("@@")]


def files(root: Path) -> Files:
    """The files of a tree, without what Python leaves beside them."""
    found = Files.read(root)
    return Files({n: d for n, d in found.contents.items() if "__pycache__" not in n}, found.executable)


# --- what is found ---------------------------------------------------------------------------------------------------


def test_exactly_the_faults_of_the_first_report_are_found(sophia: Told) -> None:
    assert sorted(told("sophia", sophia), key=repr) == sorted(SOPHIA, key=repr)


def test_exactly_the_fault_of_the_second_report_is_found(sutazai: Told) -> None:
    assert told("sutazai", sutazai) == SUTAZAI


@pytest.mark.parametrize(("rule", "file", "text"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_every_place_that_the_report_names_is_told(safe: After, rule: str, file: str, text: str) -> None:
    """In the first report, or once what hid it is repaired."""
    assert any((file, text) in places("sophia", f) for f in safe("sophia").told if f["rule"] == rule)


def test_the_missing_location_is_revealed_by_the_name_beside_it(sophia: Told, safe: After) -> None:
    rule = "websocket-route-missing"
    assert rule not in {f["rule"] for f in sophia}, "whom nginx hands on to isn't known before"
    assert [f["status"] for f in safe("sophia").told if f["rule"] == rule] == ["fixed"]


def test_both_probes_are_told(sophia: Told) -> None:
    (missing,) = (f for f in sophia if "7000" in f["message"])
    notes = {e["note"] for e in missing["evidence"]}
    assert {"livenessProbe asks 8000", "readinessProbe asks 8000"} <= notes


def test_the_two_variables_are_told_apart(sophia: Told) -> None:
    messages = [f["message"] for f in sophia if f["rule"] == "port-env-missing"]
    assert [name in message for message in messages for name in ("PORT is not set", "HOST is not set")] == [
        True,
        False,
        False,
        True,
    ]


def test_what_the_report_leaves_open_is_right_and_silent(sophia: Told) -> None:
    own = {(f["file"], line("sophia", f)) for f in sophia}
    assert (MANIFEST, "name: sophia-backend-service") not in own, "the Ingress names the Service that there is"
    changed = {e["file"] for f in sophia if f["fix"] for e in f["fix"]["edits"]}
    assert CLIENT not in changed, "a public origin is no fault"


def test_both_copies_of_the_url_are_told_on_the_lines_of_the_report(sutazai: Told) -> None:
    (finding,) = sutazai
    assert (finding["file"], finding["line"]) == ("docker-compose-frontend.yml", 18)
    assert ("frontend/config/settings.py", 15) in [(e["file"], e["line"]) for e in finding["evidence"]]
    assert ("docker-compose.yml", '- "10200:8000"') in places("sutazai", finding)


# --- what is repaired ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("example", "expected"), [("sophia", SAFE_PATCH), ("sutazai", SUTAZAI_PATCH)])
def test_apply_makes_the_safe_repairs(safe: After, example: str, expected: Mapping[str, list[str]]) -> None:
    assert patch(files(EXAMPLES / example), files(safe(example).root)) == expected


@pytest.mark.parametrize(("example", "expected"), [("sophia", UNSAFE_PATCH), ("sutazai", SUTAZAI_PATCH)])
def test_unsafe_fixes_make_the_rest(everything: After, example: str, expected: Mapping[str, list[str]]) -> None:
    assert patch(files(EXAMPLES / example), files(everything(example).root)) == expected


def test_what_is_left_after_the_safe_repairs_waits_for_a_decision(safe: After) -> None:
    fates = {(f["rule"], f["status"]) for f in safe("sophia").told}
    assert {rule for rule, status in fates if status == "fixed"} == {
        "expose-port",
        "missing-entrypoint",
        "port-env-missing",
        "unknown-host",
        "websocket-route-missing",
    }
    waiting = {rule for rule, _, grade, _, _ in SOPHIA if grade == "unsafe"}
    assert {rule for rule, status in fates if status == "left"} == waiting
    assert {f["rule"] for f in findings(safe("sophia").root)} == waiting


@pytest.mark.parametrize("example", ["sophia", "sutazai"])
def test_nothing_is_left_after_all_repairs(everything: After, example: str) -> None:
    assert {f["status"] for f in everything(example).told} == {"fixed"}
    again = stackfix(everything(example).root, "--output-format", "json")
    assert (again.code, json.loads(again.out)["findings"]) == (0, [])


@pytest.mark.parametrize("example", ["sophia", "sutazai"])
def test_git_makes_the_same_of_the_patch(safe: After, tmp_path: Path, example: str) -> None:
    root = copy(example, tmp_path)
    made = stackfix(root, "--dry-run").out
    assert files(root) == files(EXAMPLES / example), "a dry run writes nothing"
    subprocess.run(["git", "apply", "-"], cwd=root, input=made, check=True, env=ENVIRONMENT)
    assert files(root) == files(safe(example).root)
