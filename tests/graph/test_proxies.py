"""Which nginx configuration a workload runs, and what it binds by it."""

from __future__ import annotations

import pytest

from tests.graph.compose_world import graph, named

SITE = "server {\n    listen 8080;\n    location / { proxy_pass http://api:80; }\n}\n"
MAIN = "events {}\nhttp {\n    server { listen 9090; }\n}\n"


def seen(service: str, **files: str) -> tuple[list[str], list[int] | None]:
    """The files that are read, and the ports that are surely bound (None: nobody can tell)."""
    names = {"dockerfile": "proxy/Dockerfile", "site": "proxy/site.conf", "main": "proxy/nginx.conf"}
    texts = {names.get(name, name): text for name, text in files.items()}
    world = graph({"compose.yaml": f"services:\n  proxy: {service}\n", **texts})
    proxy = named(world, "proxy")
    listening = world.listening(proxy)
    read = [path for facts in world.proxies(proxy) for path in facts.files]
    return sorted(read), sorted(e.port for e in listening.endpoints if e.sure) if listening.known else None


MOUNT = "{image: 'nginx:1.27', volumes: ['./proxy/%s:%s:ro']}"
BUILD = "{build: ./proxy}"
CASES: dict[str, tuple[str, dict[str, str], list[str], list[int] | None]] = {
    "mounted over the default": (
        MOUNT % ("site.conf", "/etc/nginx/conf.d/default.conf"), {"site": SITE}, ["proxy/site.conf"], [8080],
    ),
    "mounted beside the default": (
        MOUNT % ("site.conf", "/etc/nginx/conf.d/site.conf"), {"site": SITE}, ["proxy/site.conf"], [80, 8080],
    ),
    "the whole configuration": (
        MOUNT % ("nginx.conf", "/etc/nginx/nginx.conf"), {"main": MAIN}, ["proxy/nginx.conf"], [9090],
    ),
    "a template": (
        MOUNT % ("site.conf", "/etc/nginx/templates/default.conf.template"), {"site": SITE}, ["proxy/site.conf"], [8080],
    ),
    "no configuration of its own": ("{image: 'nginx:1.27'}", {}, [], [80]),
    "mounted where nobody looks": (MOUNT % ("site.conf", "/srv/site.conf"), {"site": SITE}, [], [80]),
    "copied over the default": (
        BUILD, {"dockerfile": "FROM nginx:1.27\nCOPY site.conf /etc/nginx/conf.d/default.conf\n", "site": SITE},
        ["proxy/site.conf"], [8080],
    ),
    "copied beside the default": (
        BUILD, {"dockerfile": "FROM nginx:1.27\nCOPY site.conf /etc/nginx/conf.d/\n", "site": SITE},
        ["proxy/site.conf"], [80, 8080],
    ),
    "the default removed": (
        BUILD,
        {"dockerfile": "FROM nginx:1.27\nRUN rm /etc/nginx/conf.d/default.conf\nCOPY site.conf /etc/nginx/conf.d/\n",
         "site": SITE},
        ["proxy/site.conf"], [8080],
    ),
    "copied as a whole": (
        BUILD, {"dockerfile": "FROM nginx:1.27-alpine\nCOPY nginx.conf /etc/nginx/nginx.conf\n", "main": MAIN},
        ["proxy/nginx.conf"], [9090],
    ),
    "edited by a step": (
        BUILD, {"dockerfile": "FROM nginx:1.27\nRUN sed -i s/80/81/ /etc/nginx/conf.d/default.conf\n"}, [], None,
    ),
    "copied from what isn't there": (
        BUILD, {"dockerfile": "FROM nginx:1.27\nCOPY gone.conf /etc/nginx/conf.d/\n"}, [], None,
    ),
    "another command": ("{image: 'nginx:1.27', command: 'sleep 1'}", {}, [], []),
    "another image": ("{image: 'example.org/nginx-like:1'}", {}, [], None),
}  # fmt: skip


@pytest.mark.parametrize(("service", "files", "read", "ports"), CASES.values(), ids=CASES.keys())
def test_configurations(service: str, files: dict[str, str], read: list[str], ports: list[int] | None) -> None:
    assert seen(service, **files) == (read, ports)
