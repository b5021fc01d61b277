"""A made-up corpus of the shape of real ones: the same seed writes the same files.

Each folder is one small system: a Compose file, Dockerfiles, manifests, a proxy, an application in several modules.
Everything in it meets, so that a run finds nothing and its whole cost is reading, linking and judging.
"""

from __future__ import annotations

import random
from textwrap import indent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {"dockerfiles": "Dockerfile", "yaml": ".yaml", "nginx": ".conf", "python": ".py"}
"""What a part of the corpus is called, and how its files' names end."""

_WORDS = (
    "order", "cart", "price", "stock", "mail", "search", "media", "review", "ledger", "quote", "route", "parcel",
    "billing", "account", "session", "report",
)  # fmt: skip
_MODULES = 6
_ROUTES = 8


def write(root: Path, systems: int, seed: int = 7) -> None:
    """Write that many systems below a folder."""
    chance = random.Random(seed)
    for number in range(systems):
        name = f"{chance.choice(_WORDS)}-{number}"
        port = chance.randrange(8000, 8990)
        for path, text in _system(name, port, chance).items():
            file = root / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")


def _system(name: str, port: int, chance: random.Random) -> dict[str, str]:
    files = {
        "compose.yaml": _compose(name, port),
        "api/Dockerfile": _dockerfile(port),
        "api/requirements.txt": "fastapi==0.115.0\nuvicorn==0.32.0\nhttpx==0.27.0\nredis==5.0.0\n",
        "api/app/__init__.py": "",
        "api/app/main.py": _main(port),
        "worker/Dockerfile": _worker(),
        "worker/requirements.txt": "redis==5.0.0\n",
        "worker/worker.py": _loop(),
        "proxy/Dockerfile": "FROM nginx:1.27-alpine\nCOPY nginx.conf /etc/nginx/nginx.conf\nEXPOSE 80\n",
        "proxy/nginx.conf": _nginx(port),
        "k8s/api.yaml": _manifests(name, port),
        "k8s/config.yaml": _config(name, chance),
        "README.md": f"# {name}\n\nStart it with `docker compose up`.\n",
    }
    files |= {f"api/app/part_{i}.py": _module(i, chance) for i in range(_MODULES)}
    return files


def _compose(name: str, port: int) -> str:
    return f"""\
# {name}: everything that runs
services:
  api:
    build: ./api
    restart: unless-stopped
    environment:
      PORT: "{port}"
      REDIS_URL: redis://cache:6379/0
      DATABASE_URL: postgresql://app:${{DB_PASSWORD:-change-me}}@db:5432/{name}
    ports:
      - "127.0.0.1:{port}:{port}"
    networks: [back]
  worker:
    build:
      context: ./worker
    environment:
      - REDIS_URL=redis://cache:6379/0
      - API_URL=http://api:{port}
    networks:
      - back
  proxy:
    build: ./proxy
    ports:
      - "8080:80"
    networks:
      - back
  db:
    image: postgres:16-alpine
    environment:
      POSTGRES_USER: app
      POSTGRES_PASSWORD: ${{DB_PASSWORD:-change-me}}
      POSTGRES_DB: {name}
    volumes:
      - data:/var/lib/postgresql/data
    networks:
      - back
  cache:
    image: redis:7-alpine
    networks:
      - back

networks:
  back:

volumes:
  data:
"""


def _dockerfile(port: int) -> str:
    return f"""\
# syntax=docker/dockerfile:1
FROM python:3.12-slim AS build
WORKDIR /src
RUN apt-get update \\
    && apt-get install -y --no-install-recommends \\
        # needed to compile
        build-essential \\
    && rm -rf /var/lib/apt/lists/*
COPY requirements.txt .
RUN pip wheel --no-cache-dir --wheel-dir /wheels -r requirements.txt

FROM python:3.12-slim
ENV PYTHONUNBUFFERED=1 \\
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv
COPY requirements.txt .
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir --no-index --find-links=/wheels -r requirements.txt
COPY app ./app
RUN useradd --system app
USER app
EXPOSE {port}
CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "{port}"]
"""


def _worker() -> str:
    return """\
FROM python:3.12-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY worker.py .
USER nobody
CMD ["python", "worker.py"]
"""


def _main(port: int) -> str:
    imports = "".join(f"from app import part_{i}\n" for i in range(_MODULES))
    routers = "".join(f"app.include_router(part_{i}.router)\n" for i in range(_MODULES))
    return f"""\
import os

from fastapi import FastAPI

{imports}
PORT = int(os.getenv("PORT", "{port}"))
app = FastAPI()
{routers}

@app.get("/health")
def health() -> dict[str, str]:
    return {{"status": "ok"}}
"""


def _loop() -> str:
    return """\
import os
import time

import redis

queue = redis.Redis.from_url(os.environ["REDIS_URL"])


def run() -> None:
    while True:
        task = queue.blpop("tasks", timeout=5)
        if task is None:
            time.sleep(1)


if __name__ == "__main__":
    run()
"""


def _module(number: int, chance: random.Random) -> str:
    """A module as most are: some routes, and more code that has nothing to do with wiring."""
    head = "import logging\n\nfrom fastapi import APIRouter\n\nlog = logging.getLogger()\nrouter = APIRouter()\n"
    parts = [head]
    for index in range(_ROUTES):
        word = chance.choice(_WORDS)
        steps = "\n".join(
            f'total += {chance.randrange(100)} if "{chance.choice(_WORDS)}" in names else -{chance.randrange(9)}'
            for _ in range(chance.randrange(10, 30))
        )
        parts.append(
            f'\n\n@router.get("/{word}/{number}/{index}")\ndef {word}_{index}(names: list[str]) -> int:\n'
            f'    """Add up what the {word} asks for."""\n    total = 0\n{indent(steps, "    ")}\n'
            f'    log.info("%s asked for", total)\n    return total\n'
        )
    return "".join(parts)


def _nginx(port: int) -> str:
    return f"""\
worker_processes auto;
events {{
    worker_connections 1024;
}}
http {{
    include /etc/nginx/mime.types;
    upstream api {{
        server api:{port};
        keepalive 16;
    }}
    server {{
        listen 80;
        server_name _;
        client_max_body_size 8m;
        location /static/ {{
            root /usr/share/nginx/html;
            expires 1d;
        }}
        location / {{
            proxy_pass http://api;
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
        }}
    }}
}}
"""


def _manifests(name: str, port: int) -> str:
    return f"""\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}-api
  labels:
    app: {name}-api
spec:
  replicas: 2
  selector:
    matchLabels:
      app: {name}-api
  template:
    metadata:
      labels:
        app: {name}-api
    spec:
      containers:
        - name: api
          image: registry.example.org/{name}/api:1.4.2
          ports:
            - name: http
              containerPort: {port}
          env:
            - name: PORT
              value: "{port}"
            - name: LEVEL
              valueFrom:
                configMapKeyRef:
                  name: {name}-settings
                  key: level
          readinessProbe:
            httpGet:
              path: /health
              port: http
          resources:
            requests: {{cpu: 100m, memory: 128Mi}}
            limits: {{memory: 256Mi}}
---
apiVersion: v1
kind: Service
metadata:
  name: {name}-api
spec:
  selector:
    app: {name}-api
  ports:
    - name: http
      port: 80
      targetPort: http
"""


def _config(name: str, chance: random.Random) -> str:
    keys = "".join(f'  {chance.choice(_WORDS)}_{i}: "{chance.randrange(1000)}"\n' for i in range(12))
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}-settings\ndata:\n  level: info\n{keys}"
