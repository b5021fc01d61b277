"""The reconstructed system of the report on a production that was put together from development.

What stackfix finds and repairs of it today is exact. What the report names besides may be found where it stands, and
nowhere else.
"""

from __future__ import annotations

import difflib
import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.checkouts import ENVIRONMENT
from tests.e2e.command import EXAMPLES, copy, findings, stackfix

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.command import Repaired

    After = Callable[[str], Repaired]
    Told = list[dict[str, Any]]

ROOT = EXAMPLES / "aegis"
COMPOSE = "docker/docker-compose.prod.yml"
NGINX = "docker/nginx/nginx.prod.conf"
DATASOURCES = "datasources.yml:/etc/grafana/provisioning/datasources/datasources.yml:ro"
URL = "DATABASE_URL: postgresql://aegis:${MYSQL_PASSWORD}@db:5432/aegis"

FOUND = {
    ("port-policy", "error", "safe", "backend/Dockerfile", 12),
    ("port-policy", "error", "safe", "frontend/nginx.conf", 2),
    ("database-scheme", "error", "unsafe", COMPOSE, 51),
    ("depends-on-health", "error", "safe", COMPOSE, 60),
    ("depends-on-health", "info", "manual", COMPOSE, 81),
    ("depends-on-health", "info", "manual", COMPOSE, 96),
    ("healthcheck-tool-missing", "error", "safe", COMPOSE, 63),
    ("tls-file-missing", "error", "manual", NGINX, 50),
    ("nginx-include-missing", "error", None, NGINX, 52),
}
NAMED = {
    ("mount-source-missing", COMPOSE, f"- ./monitoring/grafana/{DATASOURCES}"),
    ("cors-origin-missing", COMPOSE, "CORS_ORIGINS: http://localhost:5173,http://localhost:58533"),
    ("upstream-missing", NGINX, "proxy_pass http://aegis_api;"),
}  # fmt: skip
"""What else the report names, by rule and place."""

PORTS = {
    "backend/Dockerfile": [
        "-EXPOSE 30641",
        "+EXPOSE 8000",
        '-CMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "30641"]',
        '+CMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]',
    ],
    "frontend/Dockerfile": ["-EXPOSE 58533", "+EXPOSE 3000"],
    "frontend/nginx.conf": ["-    listen 58533;", "+    listen 3000;"],
    "docker/monitoring/prometheus.yml": [
        '-      - targets: ["backend:30641"]',
        '+      - targets: ["backend:8000"]',
    ],
}
"""What moves with the ports, in files where nothing else is wrong."""
PUBLISHED = ['+      - "8000:8000"', '+      - "3000:3000"', "+        VITE_API_URL: http://localhost:8000"]
STARTED = [
    "-      - db",
    "+      db:",
    "+        condition: service_healthy",
    '-      test: ["CMD", "curl", "-f", "http://localhost:8000/health"]',
]
DATABASE = "+      DATABASE_URL: mysql+pymysql://aegis:${MYSQL_PASSWORD}@db:3306/aegis"


@pytest.fixture(scope="module")
def told() -> Told:
    """What stackfix says of the system as it is."""
    return findings(ROOT)


def text(finding: dict[str, Any]) -> str:
    """The line of a finding, without white space at its ends."""
    name, number = finding["file"], finding["line"]
    assert isinstance(name, str)
    assert isinstance(number, int)
    return (ROOT / name).read_text("utf-8").splitlines()[number - 1].strip()


def changed(root: Path, name: str) -> list[str]:
    """Removed and added lines of a file of a repaired copy."""
    before, after = ((folder / name).read_text("utf-8").splitlines() for folder in (ROOT, root))
    lines = difflib.unified_diff(before, after, n=0, lineterm="")
    return [one for one in list(lines)[2:] if not one.startswith("@@")]


def test_the_faults_that_it_knows_are_found(told: Told) -> None:
    own = {(f["rule"], f["severity"], f["fix"] and f["fix"]["applicability"], f["file"], f["line"]) for f in told}
    assert own >= FOUND


def test_nothing_is_found_that_the_report_does_not_name(told: Told) -> None:
    places = {(rule, file, line) for rule, _, _, file, line in FOUND}
    besides = [f for f in told if (f["rule"], f["file"], f["line"]) not in places]
    assert {(f["rule"], f["file"], text(f)) for f in besides} <= NAMED


def test_every_place_of_a_port_is_told(told: Told) -> None:
    (moved,) = (f for f in told if f["rule"] == "port-policy" and f["file"] == "backend/Dockerfile")
    assert {(e["file"], text(e)) for e in moved["evidence"]} == {
        ("stackfix.toml", 'backend = "8000:8000"'),
        ("backend/Dockerfile", "EXPOSE 30641"),
        (COMPOSE, '- "30641:30641"'),
        (COMPOSE, "VITE_API_URL: http://localhost:30641"),
        ("docker/monitoring/prometheus.yml", '- targets: ["backend:30641"]'),
    }


def test_the_connection_is_told_with_both_ends(told: Told) -> None:
    (finding,) = (f for f in told if f["rule"] == "database-scheme")
    assert text(finding) == URL
    assert {(e["file"], text(e)) for e in finding["evidence"]} == {
        (COMPOSE, "image: mysql:8.0"),
        ("backend/requirements.txt", "psycopg2-binary==2.9.9"),
    }


def test_what_waits_for_the_ports_stays(safe: After) -> None:
    root = safe("aegis").root
    assert "server backend:8000;" in (root / NGINX).read_text("utf-8")
    assert "http://localhost:8000/health" in (root / COMPOSE).read_text("utf-8")


def test_apply_makes_the_safe_repairs(safe: After) -> None:
    root = safe("aegis").root
    assert {name: changed(root, name) for name in PORTS} == PORTS
    lines = changed(root, COMPOSE)
    assert [line for line in PUBLISHED if line not in lines] == []
    assert any(line.startswith("+      CORS_ORIGINS: ") and "http://localhost:3000" in line for line in lines)
    assert not any("30641" in line or "58533" in line for line in lines if line.startswith("+"))
    assert [line for line in STARTED if line not in lines] == []
    assert DATABASE not in lines
    assert changed(root, "backend/requirements.txt") == []


def test_unsafe_fixes_connect_to_the_database_that_runs(everything: After) -> None:
    root = everything("aegis").root
    assert DATABASE in changed(root, COMPOSE)
    assert changed(root, "backend/requirements.txt") == ["+PyMySQL[rsa]>=1.1"]
    assert {name: changed(root, name) for name in PORTS} == PORTS


def test_a_second_run_changes_nothing(everything: After) -> None:
    root = everything("aegis").root
    own = {(rule, file) for rule, _, grade, file, _ in FOUND if grade in {"safe", "unsafe"}}
    again = json.loads(stackfix(root, "--output-format", "json").out)["findings"]
    assert {(f["rule"], f["file"]) for f in again}.isdisjoint(own)
    assert stackfix(root, "--dry-run", "--unsafe-fixes").out == b""


def test_git_makes_the_same_of_the_patch(safe: After, tmp_path: Path) -> None:
    root = copy("aegis", tmp_path)
    made = stackfix(root, "--dry-run").out
    subprocess.run(["git", "apply", "-"], cwd=root, input=made, check=True, env=ENVIRONMENT)
    for name in (*PORTS, COMPOSE):
        assert (root / name).read_bytes() == (safe("aegis").root / name).read_bytes()
