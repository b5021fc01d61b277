"""Repositories on a stand-in for a forge, and what work on them is done with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stackfix.bot import working
from stackfix.fleet.clones import Clones
from tests.bot.serving import Nursery

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.forge.server import Server

COMPOSE = b"""\
services:
  web:
    image: nginx:1.27
    ports: ["80:80"]
    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]
    depends_on: [api]
  api:
    build: .
"""
NGINX = b"""\
events {}
http {
  server {
    listen 80;
    location / {
      proxy_pass http://api:%d;
    }
  }
}
"""
DOCKERFILE = b"""\
FROM python:3.13-slim
COPY main.py .
RUN pip install uvicorn fastapi
EXPOSE %d
CMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "%d"]
"""
MAIN = b"from fastapi import FastAPI\n\napp = FastAPI()\n"
GOOD = {"compose.yaml": COMPOSE, "nginx.conf": NGINX % 8000, "Dockerfile": DOCKERFILE % (8000, 8000), "main.py": MAIN}


@pytest.fixture
def desk(github_server: Server, tmp_path: Path) -> working.Desk:
    return working.Desk(Clones(tmp_path / "clones"), github_server.environment)


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()
