"""What a workload binds, by the strongest witness that there is."""

from __future__ import annotations

import pytest

from stackfix.graph.model import Witness
from tests.graph.compose_world import graph, named

HEAD = "FROM python:3.12\nWORKDIR /srv\nCOPY . .\n"
SERVE = "import os\nimport uvicorn\nfrom fastapi import FastAPI\n\napp = FastAPI()\nuvicorn.run(app, host='0.0.0.0', port=%s)\n"


def bound(service: str, dockerfile: str = "", source: str = "") -> tuple[list[tuple[int, Witness]], bool]:
    """Each sure port with its witness, and whether they are all known."""
    files = {"compose.yaml": f"services:\n  api: {service}\n"}
    if dockerfile:
        files |= {"api/Dockerfile": HEAD + dockerfile, "api/main.py": source or "app = None\n"}
    world = graph(files)
    found = world.listening(named(world, "api"))
    return [(e.port, e.witness) for e in found.endpoints if e.sure], found.known


UVICORN = 'CMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]\n'
CASES: dict[str, tuple[str, str, str, list[tuple[int, Witness]]]] = {
    "the image's command": ("{build: ./api}", UVICORN, "", [(8000, Witness.COMMAND)]),
    "the deployment's command": (
        "{build: ./api, command: uvicorn main:app --host 0.0.0.0 --port 9000}", UVICORN, "", [(9000, Witness.COMMAND)],
    ),
    "a tool's default": ("{build: ./api}", 'CMD ["uvicorn", "main:app"]\n', "", [(8000, Witness.TOOL)]),
    "the image's ENV": (
        "{build: ./api}", "ENV PORT=8100\nCMD uvicorn main:app --port $PORT\n", "", [(8100, Witness.IMAGE)],
    ),
    "the deployment over the image": (
        "{build: ./api, environment: {PORT: '8200'}}", "ENV PORT=8100\nCMD uvicorn main:app --port $PORT\n", "",
        [(8200, Witness.ENVIRONMENT)],
    ),
    "a shell's default": ("{build: ./api}", "CMD uvicorn main:app --port ${PORT:-8300}\n", "", [(8300, Witness.COMMAND)]),
    "the source": ("{build: ./api}", 'CMD ["python", "main.py"]\n', SERVE % "8400", [(8400, Witness.SOURCE)]),
    "the source's default": (
        "{build: ./api}", 'CMD ["python", "main.py"]\n', SERVE % "int(os.getenv('PORT', '8500'))", [(8500, Witness.SOURCE)],
    ),
    "the deployment over the source's default": (
        "{build: ./api, environment: [PORT=8600]}", 'CMD ["python", "main.py"]\n',
        SERVE % "int(os.getenv('PORT', '8500'))", [(8600, Witness.ENVIRONMENT)],
    ),
    "a known image": ("{image: 'redis:7'}", "", "", [(6379, Witness.KNOWN_IMAGE)]),
    "nginx as it comes": ("{image: 'nginx:1.27'}", "", "", [(80, Witness.TOOL)]),
    "the whole command of an image that nobody sees": (
        "{image: example.org/shop/api, entrypoint: [uvicorn, 'main:app', --host, 0.0.0.0, --port, '8700']}", "", "",
        [(8700, Witness.COMMAND)],
    ),
    "a language image that is told what to run": (
        "{image: 'python:3.12', command: python -m http.server 8800}", "", "", [(8800, Witness.COMMAND)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("service", "dockerfile", "source", "expected"), CASES.values(), ids=CASES.keys())
def test_who_says_the_port(service: str, dockerfile: str, source: str, expected: list[tuple[int, Witness]]) -> None:
    assert bound(service, dockerfile, source) == (expected, True)


UNKNOWN: dict[str, tuple[str, str, str]] = {
    "an image of nobody's": ("{image: example.org/shop/api}", "", ""),
    "an image whose name is hidden": ("{image: '${IMAGE}'}", "", ""),
    "a script that isn't there": ("{build: ./api}", 'CMD ["./start.sh"]\n', ""),
    "arguments of an image that nobody sees": ("{image: example.org/shop/api, command: uvicorn main:app --port 87}", "", ""),
    "a whole command whose port the image's ENV may decide": (
        "{image: example.org/shop/api, entrypoint: 'sh -c \"uvicorn main:app --port $$PORT\"'}", "", "",
    ),
    "a whole command that writes no port": ("{image: example.org/shop/api, entrypoint: [uvicorn, 'main:app']}", "", ""),
    "a port without a value": ("{build: ./api}", "CMD uvicorn main:app --port $PORT\n", ""),
    "a variable that is passed through": (
        "{build: ./api, environment: [PORT]}", "CMD uvicorn main:app --port ${PORT:-80}\n", "",
    ),
    "an env file that isn't there": ("{build: ./api, env_file: gone.env}", "CMD uvicorn main:app --port ${PORT:-80}\n", ""),
    "a computed port": ("{build: ./api}", 'CMD ["python", "main.py"]\n', SERVE % "choose()"),
    "a known image that does something else": ("{image: 'postgres:16', command: [psql, -h, db]}", "", ""),
    "a command with a hole": ("{image: 'redis:7', command: 'redis-server ${ARGS}'}", "", ""),
}  # fmt: skip


@pytest.mark.parametrize(("service", "dockerfile", "source"), UNKNOWN.values(), ids=UNKNOWN.keys())
def test_what_nobody_can_tell(service: str, dockerfile: str, source: str) -> None:
    assert not bound(service, dockerfile, source)[1]


def test_a_host_of_its_own_alone_is_a_loopback() -> None:
    files = {
        "compose.yaml": "services:\n  api: {build: ./api}\n",
        "api/Dockerfile": HEAD + 'CMD ["uvicorn", "main:app", "--host", "127.0.0.1"]\n',
        "api/main.py": "app = None\n",
    }
    world = graph(files)
    (found,) = world.listening(named(world, "api")).endpoints
    assert found.loopback
    assert found.host == "127.0.0.1"
