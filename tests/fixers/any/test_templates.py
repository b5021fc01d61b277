"""What missing-dockerfile makes, before the real tools: hadolint, nginx, shellcheck, and the start script as it runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stackfix.edits import Create, Refused
from stackfix.fixers.any import create_from_template
from stackfix.graph import undockered
from stackfix.repairs.create_from_template import CreateFromTemplate
from tests import cases
from tests.graph.compose_world import graph, library

if TYPE_CHECKING:
    from collections.abc import Mapping

TOOLS = Path(sys.executable).parent
FRONT = {
    "web/package.json": '{"scripts": {"build": "vite build"}, "devDependencies": {"vite": "^5"}}',
    "web/pnpm-lock.yaml": "lockfileVersion: '9.0'",
    "web/src/main.js": 'fetch("http://localhost:3000/api/v1/towns");\nnew WebSocket("ws://localhost:3000/ws");\n',
    "web/src/settings.js": "export const key = import.meta.env.VITE_MAP_KEY;\n",
}
BACKS = {
    "go": {
        "server/go.mod": "module example.com/server\n\ngo 1.22\n",
        "server/main.go": 'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.ListenAndServe(":3000", nil)\n}\n',
    },
    "node": {
        "server/package.json": '{"main": "server.js", "dependencies": {"express": "^4"}}',
        "server/server.js": 'require("express")().listen(process.env.PORT || 3000);\n',
    },
    "python": {
        "server/requirements.txt": "fastapi\n",
        "server/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
    },
}
ALONE = {
    "uv without a lock": {
        "pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndependencies = ["fastapi", "uvicorn"]\n',
        "main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
    },
    "pnpm": {
        "package.json": '{"scripts": {"start": "next start", "build": "next build"}, "dependencies": {"next": "15"}}',
        "pnpm-lock.yaml": "lockfileVersion: '9.0'",
    },
}


def made(files: Mapping[str, str]) -> dict[str, str]:
    """The files that are made for a Compose service that is built from the root."""
    compose = 'services:\n  site:\n    build: .\n    ports: ["8080:80"]\n'
    (found,) = undockered.undockered(graph({"compose.yaml": compose, **files}))
    edits = [edit for file in found.files for edit in create_from_template.edits(file, library(files))]
    return {edit.path: edit.content.decode() for edit in edits if isinstance(edit, Create)}


def every_file() -> dict[str, str]:
    """All that is made in the cases and here, by a name of its own."""
    found = {
        f"both-{name}/{path}": text for name, back in BACKS.items() for path, text in made({**FRONT, **back}).items()
    }
    found |= {f"{name}/{path}": text for name, files in ALONE.items() for path, text in made(files).items()}
    for case in cases.every():
        if case.rule == "missing-dockerfile" and case.after is not None:
            new = case.after.contents.keys() - case.before.contents.keys()
            found |= {f"{case.name}/{path}": case.after.contents[path].decode() for path in new}
    return found


FILES = every_file()


def test_every_template_is_made_by_something() -> None:
    folder = Path(create_from_template.__file__).parent.parent / "templates"
    used = {path.name for path in folder.iterdir() if path.suffix == ".Dockerfile"}
    firsts = {line for text in FILES.values() for line in text.splitlines()[:1]}
    assert len(used) == 12
    assert {"FROM python:3.12-slim AS build", "FROM node:22-slim AS frontend", "FROM node:22-slim AS build"} <= firsts
    for name in ("go", "node", "python"):
        assert "3000" in FILES[f"both-{name}/nginx.conf"] or "8000" in FILES[f"both-{name}/nginx.conf"]


@pytest.mark.parametrize("name", sorted(n for n in FILES if n.endswith("Dockerfile")))
def test_hadolint_takes_every_dockerfile(name: str) -> None:
    done = subprocess.run([TOOLS / "hadolint", "-"], input=FILES[name], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("name", sorted(n for n in FILES if n.endswith(".conf")))
def test_nginx_takes_every_configuration(name: str, tmp_path: Path) -> None:
    own = FILES[name].replace("//tide:", "//127.0.0.1:").replace("listen 80;", "listen 8080;")
    (tmp_path / "own.conf").write_text(own)
    temporary = "".join(
        f"{part}_temp_path {tmp_path}/{part};" for part in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; {temporary} include {tmp_path}/own.conf; }}"
    (tmp_path / "nginx.conf").write_text(whole)
    done = subprocess.run(
        ["nginx", "-t", "-c", tmp_path / "nginx.conf"], capture_output=True, text=True, check=False, env=_searched()
    )
    assert done.returncode == 0, done.stderr


def _searched() -> dict[str, str]:
    return {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"}


@pytest.mark.parametrize("name", sorted(n for n in FILES if n.endswith(".sh")))
def test_shellcheck_takes_every_script(name: str, tmp_path: Path) -> None:
    (tmp_path / "start.sh").write_text(FILES[name])
    done = subprocess.run([TOOLS / "shellcheck", tmp_path / "start.sh"], capture_output=True, text=True, check=False)
    assert done.stdout == ""


def test_a_second_front_end_variable_is_an_argument_of_the_build() -> None:
    assert "ARG VITE_MAP_KEY\nENV VITE_MAP_KEY=$VITE_MAP_KEY\nRUN pnpm run build" in FILES["both-go/Dockerfile"]


def test_a_port_from_the_environment_is_given_by_the_start_script() -> None:
    assert "cd /backend\nPORT=3000 node server.js &" in FILES["both-node/start.sh"]
    assert "uvicorn main:app --host 127.0.0.1 --port 8000 &" in FILES["both-python/start.sh"]


def test_a_name_without_a_value_is_refused() -> None:
    with pytest.raises(Refused, match="needs PORT"):
        create_from_template.edits(CreateFromTemplate("x", "nginx.conf", (("MAP", ""),)), library({}))


# --- the start script as it runs -------------------------------------------------------------------------------------


def started(folder: Path, backend: str, nginx: str) -> subprocess.Popen[bytes]:
    """The start script between two programs of these texts."""
    (folder / "nginx").write_text(f"#!/bin/sh\n{nginx}\n")
    (folder / "backend").write_text(f"#!/bin/sh\n{backend}\n")
    for name in ("nginx", "backend"):
        (folder / name).chmod(0o755)
    text = create_from_template.rendered("start.sh", {"COMMAND": f"{folder}/backend", "FOLDER": ""})
    (folder / "start.sh").write_text(text)
    return subprocess.Popen(["sh", folder / "start.sh"], env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"})


def stays(note: Path) -> str:
    """A program that runs on until it is told to end, and leaves a note then."""
    return f"trap 'echo ended > {note}; exit 0' TERM\nwhile :; do sleep 0.1; done"


def test_when_the_back_end_ends_so_does_the_container(tmp_path: Path) -> None:
    running = started(tmp_path, "sleep 0.3; exit 7", stays(tmp_path / "note"))
    assert running.wait(timeout=15) == 7
    assert (tmp_path / "note").read_text() == "ended\n"


def test_when_nginx_ends_so_does_the_container(tmp_path: Path) -> None:
    running = started(tmp_path, stays(tmp_path / "note"), "sleep 0.3; exit 3")
    assert running.wait(timeout=15) == 3
    assert (tmp_path / "note").read_text() == "ended\n"


def test_a_signal_goes_to_both(tmp_path: Path) -> None:
    running = started(tmp_path, stays(tmp_path / "back"), stays(tmp_path / "front"))
    time.sleep(0.5)
    running.send_signal(signal.SIGTERM)
    running.wait(timeout=15)
    assert (tmp_path / "back").exists()
    assert (tmp_path / "front").exists()
