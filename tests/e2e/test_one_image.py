"""The reconstructed system of the third report: a front end and a back end in one image, with nginx between them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest

from tests.cases import Files
from tests.e2e.command import EXAMPLES, copy, findings, repaired, stackfix
from tests.e2e.network import Network
from tests.e2e.test_examples import files, patch, places, told

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.command import Repaired

    After = Callable[[str], Repaired]

NAME = "mapa-kms"
FOUND = [
    ("missing-lock-file", "error", "unsafe", "Dockerfile", "RUN cargo build --release --locked"),
    ("missing-interpreter", "error", "safe", "Dockerfile", "FROM nginx:1.27-alpine"),
    (
        "csp-connect-src",
        "error",
        "safe",
        "frontend/src/api.js",
        "const API_BASE_URL = 'http://localhost:3000/api/v1';",
    ),
]
SAFE = {
    "Dockerfile": ["+RUN apk add --no-cache bash"],
    "frontend/src/api.js": [
        "-const API_BASE_URL = 'http://localhost:3000/api/v1';",
        "+const API_BASE_URL = '/api/v1';",
    ],
}
EVERYTHING = {
    "Dockerfile": [
        "-COPY backend/Cargo.toml backend/Cargo.lock ./",
        "+COPY backend/Cargo.toml ./",
        "-RUN cargo build --release --locked",
        "+RUN cargo build --release",
        "+RUN apk add --no-cache bash",
    ],
    "frontend/src/api.js": SAFE["frontend/src/api.js"],
}
ITSELF, SITE = 1, 20
TOWNS = """\
import json
from http.server import BaseHTTPRequestHandler, HTTPServer


class Towns(BaseHTTPRequestHandler):
    def do_GET(self):
        known = {"/api/v1/towns/selection": [{"id": 1, "name": "Kalundborg"}], "/health": "healthy"}
        self.send_response(200 if self.path in known else 404)
        self.end_headers()
        self.wfile.write(json.dumps(known.get(self.path)).encode())


print("serving", flush=True)
HTTPServer(("127.0.0.1", 3000), Towns).serve_forever()
"""


def test_exactly_the_faults_of_the_report_are_found() -> None:
    assert sorted(told(NAME, findings(EXAMPLES / NAME))) == sorted(FOUND)


def test_the_other_ends_are_told() -> None:
    by_rule = {f["rule"]: places(NAME, f) for f in findings(EXAMPLES / NAME)}
    policies = [text for name, text in by_rule["csp-connect-src"] if name == "nginx.conf"]
    assert len(policies) == 1
    assert "connect-src 'self'" in policies[0]
    assert ("start.sh", "#!/bin/bash") in by_rule["missing-interpreter"]
    assert ("backend/Cargo.toml", "[package]") in by_rule["missing-lock-file"]


def test_apply_makes_the_safe_repairs(safe: After) -> None:
    assert patch(files(EXAMPLES / NAME), files(safe(NAME).root)) == SAFE


def test_unsafe_fixes_make_the_rest_and_nothing_is_left(everything: After) -> None:
    assert patch(files(EXAMPLES / NAME), files(everything(NAME).root)) == EVERYTHING
    assert {f["status"] for f in everything(NAME).told} == {"fixed"}
    again = stackfix(everything(NAME).root, "--output-format", "json")
    assert (again.code, json.loads(again.out)["findings"]) == (0, [])


def test_the_start_script_keeps_its_run_bit(everything: After) -> None:
    assert "start.sh" in files(everything(NAME).root).executable


# --- as it runs ------------------------------------------------------------------------------------------------------


def asked(root: Path) -> str:
    """What the front end asks for, seen from the page."""
    base = re.search(r"API_BASE_URL = '([^']+)'", (root / "frontend/src/api.js").read_text("utf-8"))
    assert base is not None
    return str(urljoin("http://mapakms.com/", f"{base[1]}/towns/selection"))


def test_only_the_repaired_call_stays_at_the_origin_that_the_policy_allows(safe: After) -> None:
    policy = (safe(NAME).root / "nginx.conf").read_text("utf-8")
    assert "connect-src 'self'" in policy
    assert asked(EXAMPLES / NAME) == "http://localhost:3000/api/v1/towns/selection"
    assert asked(safe(NAME).root) == "http://mapakms.com/api/v1/towns/selection"


def test_nginx_hands_the_repaired_call_on(safe: After, tmp_path: Path) -> None:
    network = Network(tmp_path / "network", {"mapakms.com": SITE})
    (tmp_path / "towns.py").write_text(TOWNS, "utf-8")
    backend = [sys.executable, str(tmp_path / "towns.py")]
    with (
        network.running(ITSELF, backend, "serving", tmp_path),
        network.nginx(SITE, safe(NAME).root / "nginx.conf"),
    ):
        answer = network.get(asked(safe(NAME).root))
    assert answer.status == 200, answer.said
    assert json.loads(answer.said) == [{"id": 1, "name": "Kalundborg"}]


# --- made anew -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def anew(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The system after its wiring was thrown away and written by stackfix."""
    root = copy(NAME, tmp_path_factory.mktemp("anew"))
    for name in ("Dockerfile", "nginx.conf", "start.sh"):
        (root / name).unlink()
    stackfix(root, "--apply", "--unsafe-fixes")
    return root


def test_what_is_thrown_away_is_written_anew(anew: Path) -> None:
    made = Files.read(anew)
    assert {"Dockerfile", "nginx.conf", "start.sh", ".dockerignore"} <= made.contents.keys()
    assert "start.sh" in made.executable
    assert json.loads(stackfix(anew, "--output-format", "json").out)["findings"] == []
    for words in (["hadolint", "Dockerfile"], ["shellcheck", "start.sh"]):
        assert subprocess.run(words, cwd=anew, check=False).returncode == 0


def test_the_configuration_made_anew_hands_the_call_on(anew: Path, tmp_path: Path) -> None:
    network = Network(tmp_path / "network", {"mapakms.com": SITE})
    (tmp_path / "towns.py").write_text(TOWNS, "utf-8")
    backend = [sys.executable, str(tmp_path / "towns.py")]
    with network.running(ITSELF, backend, "serving", tmp_path), network.nginx(SITE, anew / "nginx.conf"):
        assert network.get("http://mapakms.com/api/v1/towns/selection").status == 200


def test_a_second_run_changes_nothing(safe: After, tmp_path: Path) -> None:
    again = repaired(NAME, tmp_path)
    assert files(again.root) == files(safe(NAME).root)
