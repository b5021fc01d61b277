"""Real git repositories for tests: made by git itself, without the machine's own configuration."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
}

BROKEN: Mapping[str, str] = {
    "compose.yml": (
        "services:\n"
        "  api:\n"
        "    build: ./api\n"
        '    ports: ["9100:8000"]\n'
        "  web:\n"
        "    image: example/web:1\n"
        "    environment:\n"
        "      API_URL: http://api:9100  # the way in\n"
        "      API_TOKEN: hunter2\n"
    ),
    "api/Dockerfile": 'FROM python:3.12\nCOPY main.py .\nCMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]\n',
    "api/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
}
"""Files in which one wire doesn't meet: a published port is used inside the network."""


def git(folder: Path, *words: str) -> str:
    """What git prints, without white space at the end."""
    done = subprocess.run(
        ["git", "-C", str(folder), *words], capture_output=True, text=True, check=True, env=ENVIRONMENT
    )
    return done.stdout.rstrip()


def attempt(folder: Path, *words: str) -> int:
    """The exit code of a call that may fail."""
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, check=False, env=ENVIRONMENT)
    return done.returncode


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Files with their contents; the folder."""
    for path, contents in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
    return folder


def repository(folder: Path, files: Mapping[str, str | bytes], *options: str) -> Path:
    """A repository on branch main with one commit of these files."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main", *options)
    write(folder, files)
    git(folder, "add", "-f", ".")
    git(folder, "commit", "-q", "-m", "First")
    return folder
