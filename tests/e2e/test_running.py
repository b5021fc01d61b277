"""Real processes behind a real nginx, on the wiring as it was and as stackfix left it."""

from __future__ import annotations

import json
import re
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.checkouts import write
from tests.e2e.command import EXAMPLES, Repaired, stackfix
from tests.e2e.network import UVICORN, Network

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    After = Callable[[str], Repaired]

BACKEND, FRONTEND = 10, 20
SITE = "app.sophia-intel.ai"
"""What a cluster's DNS says: a name for each Service, and the site's own."""
CLUSTER = {"sophia-backend-service": BACKEND, "sophia-frontend-service": FRONTEND, SITE: FRONTEND}


@pytest.fixture
def network(tmp_path: Path) -> Network:
    """The example's cluster, with nothing running."""
    return Network(tmp_path / "network", CLUSTER)


def container(root: Path) -> dict[str, Any]:
    """The backend's container in the manifest."""
    documents = yaml.safe_load_all((root / "k8s/production/sophia-deployment.yaml").read_text("utf-8"))
    pod = next(d for d in documents if d["metadata"]["name"] == "sophia-backend")
    found: dict[str, Any] = pod["spec"]["template"]["spec"]["containers"][0]
    return found


def command(root: Path) -> list[str]:
    """What the image runs: its CMD, with this interpreter."""
    line = next(x for x in (root / "Dockerfile.backend").read_text("utf-8").splitlines() if x.startswith("CMD"))
    program, *words = json.loads(line.removeprefix("CMD"))
    assert program == "python"
    return [sys.executable, *words]


def given(root: Path) -> dict[str, str]:
    """The environment that the manifest gives."""
    return {one["name"]: one["value"] for one in container(root)["env"]}


@contextmanager
def pod(network: Network, root: Path, env: dict[str, str]) -> Iterator[None]:
    """The backend as the cluster starts it, in an environment."""
    with network.running(BACKEND, command(root), UVICORN, root, **env):
        yield


def test_the_image_starts_and_its_probe_is_answered(network: Network, safe: After) -> None:
    broken, root = EXAMPLES / "sophia", safe("sophia").root
    died = network.ended(BACKEND, command(broken), broken)
    assert died.code != 0
    assert "unified_chat_backend.py" in died.said
    probe = container(root)["livenessProbe"]["httpGet"]
    with pod(network, root, given(root)):
        answer = network.get(f"http://sophia-backend-service:{probe['port']}{probe['path']}")
    assert answer.status == 200
    assert json.loads(answer.said)["status"] == "healthy"


def test_the_proxy_answers_502_until_the_pod_binds_what_it_declares(network: Network, safe: After) -> None:
    root = safe("sophia").root
    with network.nginx(FRONTEND, root / "frontend/nginx.conf"):
        with pod(network, root, given(EXAMPLES / "sophia")):
            assert network.get(f"http://{SITE}/api/health").status == 502
        with pod(network, root, given(root)):
            assert network.get(f"http://{SITE}/api/health").status == 200


def test_the_websocket_opens_only_after_the_repair(network: Network, safe: After, tmp_path: Path) -> None:
    root = safe("sophia").root
    was = (EXAMPLES / "sophia/frontend/nginx.conf").read_text("utf-8")
    write(tmp_path, {"nginx.conf": was.replace("//backend:8000/", "//sophia-backend-service:8000/")})
    with pod(network, root, given(root)):
        with network.nginx(FRONTEND, tmp_path / "nginx.conf"):
            assert network.get(f"http://{SITE}/api/health").status == 200
            assert network.socket(f"ws://{SITE}/ws").status != 101
        with network.nginx(FRONTEND, root / "frontend/nginx.conf"):
            opened = network.socket(f"ws://{SITE}/ws")
            assert opened.status == 101, opened.said
            assert json.loads(opened.said)["reply"]["content"] == "You said: hello"
            assert network.get(f"http://{SITE}/api/health").status == 200, "plain requests come through as before"


def test_nginx_takes_every_repaired_file_of_the_examples(network: Network, everything: After) -> None:
    files = sorted(path.relative_to(EXAMPLES) for path in EXAMPLES.rglob("nginx*.conf"))
    assert files
    for path in files:
        conf = everything(path.parts[0]).root.parent / path
        whole = re.search(r"(?m)^events\b", conf.read_text("utf-8"))
        judged = network.tested_whole(conf, ("backend", "frontend")) if whole else network.tested(conf)
        assert judged.code == 0, judged.said


def test_nginx_does_not_start_with_the_name_that_nobody_has(network: Network) -> None:
    judged = network.tested(EXAMPLES / "sophia/frontend/nginx.conf")
    assert judged.code != 0
    assert 'host not found in upstream "backend"' in judged.said


# --- Compose ---------------------------------------------------------------------------------------------------------

SERVE = [sys.executable, "-m", "uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]
CALL = "from services.backend_client_fixed import BackendClient; print(BackendClient().check_health()['status'])"
API = """\
from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "healthy"}
"""


def test_the_front_end_reaches_the_platform_with_the_repaired_url(tmp_path: Path, safe: After) -> None:
    network = Network(tmp_path / "network", {"backend": 40, "sutazai-backend": 40})
    write(tmp_path / "api", {"main.py": API})

    def status(root: Path, *unset: str) -> str:
        compose = yaml.safe_load((root / "docker-compose-frontend.yml").read_text("utf-8"))
        env = compose["services"]["jarvis-frontend"]["environment"]
        env = {name: value for name, value in env.items() if name not in unset}
        said = network.ended(31, [sys.executable, "-c", CALL], root / "frontend", **env).said
        return said.strip().splitlines()[-1]

    with network.running(40, SERVE, UVICORN, tmp_path / "api"):
        assert status(EXAMPLES / "sutazai") == "unreachable"
        assert status(safe("sutazai").root) == "healthy"
        assert status(safe("sutazai").root, "BACKEND_URL") == "healthy", "the default leads there too"


STOCK = {
    "compose.yml": (
        "services:\n"
        "  stock:\n"
        "    build: ./stock\n"
        '    ports: ["9100:8000"]\n'
        "  shop:\n"
        "    build: ./shop\n"
        "  edge:\n"
        "    image: nginx:1.27\n"
        '    ports: ["80:80"]\n'
        "    volumes:\n"
        "      - ./edge.conf:/etc/nginx/conf.d/default.conf:ro\n"
    ),
    "edge.conf": (
        "server {\n    listen 80;\n    location /stock/ {\n        proxy_pass http://stock:9100/; # the way in\n    }\n}\n"
    ),
    "stock/Dockerfile": (
        "FROM python:3.12-slim\nRUN pip install fastapi uvicorn\nCOPY main.py .\n"
        'CMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]\n'
    ),
    "stock/main.py": API,
    "shop/Dockerfile": 'FROM python:3.12-slim\nRUN pip install httpx\nCOPY shop.py .\nCMD ["python", "shop.py"]\n',
    "shop/shop.py": (
        "import os\n\nimport httpx\n\n"
        'STOCK_URL = os.environ.get("STOCK_URL", "http://stock:9100")\n\n'
        'if __name__ == "__main__":\n'
        '    print(httpx.get(f"{STOCK_URL}/health").json()["status"])\n'
    ),
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A Compose project that uses a published port inside its network, in a Python default and in nginx."""
    return write(tmp_path / "shop", {**STOCK})


def test_a_repaired_python_default_makes_the_client_reach_the_server(shop: Path, tmp_path: Path) -> None:
    network = Network(tmp_path / "network", {"stock": 5})
    client = [sys.executable, "shop.py"]
    with network.running(5, SERVE, UVICORN, shop / "stock"):
        refused = network.ended(6, client, shop / "shop")
        assert refused.code != 0
        assert "httpx.ConnectError" in refused.said
        stackfix(shop, "--apply")
        answered = network.ended(6, client, shop / "shop")
    assert (answered.code, answered.said.strip()) == (0, "healthy")


def test_a_repaired_proxy_answers_200_where_it_answered_502(shop: Path, tmp_path: Path) -> None:
    network = Network(tmp_path / "network", {"stock": 5, "edge": 7})
    conf = shop / "edge.conf"
    with network.running(5, SERVE, UVICORN, shop / "stock"):
        with network.nginx(7, conf):
            assert network.get("http://edge/stock/health").status == 502
        stackfix(shop, "--apply")
        assert "http://stock:8000/; # the way in" in conf.read_text("utf-8")
        with network.nginx(7, conf):
            assert network.get("http://edge/stock/health").status == 200
