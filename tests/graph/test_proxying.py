from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stackfix.graph import front_doors, link, proxied_routes, proxying
from stackfix.graph.model import Writing
from stackfix.graph.python_requests import Asked, asking
from stackfix.graph.reach import Reached
from stackfix.policy import Policy
from stackfix.text import Text
from tests.graph.application_world import library

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Reference

COMPOSE = """\
services:
  menu:
    build: ./menu
  gate:
    image: nginx:1.27
    environment:
      MENU_HOST: menu
    ports: ["80:80"]
    volumes: ["./gate.conf:%s:ro"]
"""
PLAIN = "/etc/nginx/conf.d/default.conf"
TEMPLATE = "/etc/nginx/templates/default.conf.template"
APP = """\
from fastapi import FastAPI
app = FastAPI()
@app.get("/dishes/{name}")
def dish(name): ...
@app.websocket("/orders")
async def orders(socket): ...
"""
DOCKERFILE = 'FROM python:3.12\nWORKDIR /a\nCOPY . .\nCMD ["uvicorn", "m:app", "--host", "0.0.0.0", "--port", "8000"]\n'


def graph(conf: str, target: str = PLAIN, more: Mapping[str, str] | None = None) -> Graph:
    files = {
        "compose.yaml": COMPOSE % target,
        "gate.conf": conf,
        "menu/m.py": APP,
        "menu/Dockerfile": DOCKERFILE,
        **(more or {}),
    }
    return link.build(library(files), Policy())


def references(made: Graph) -> list[Reference]:
    return [r for r in made.references if r.writing is Writing.PROXY]


def passing(words: str, location: str = "/") -> str:
    return f"server {{ listen 80; location {location} {{ {words} }} }}\n"


@pytest.mark.parametrize(
    ("conf", "host", "port"),
    [
        (passing("proxy_pass http://menu:8000/x;"), "menu", 8000),
        (passing("proxy_pass http://menu;"), "menu", None),
        (passing("uwsgi_pass menu:3031;"), "menu", 3031),
        ("upstream u { server menu:8000 weight=2; }\n" + passing("proxy_pass http://u;"), "menu", 8000),
        (passing("set $to menu; proxy_pass http://$to:8000;"), "menu", 8000),
    ],
)
def test_each_written_address_is_a_reference_of_the_one_who_reads_it(conf: str, host: str, port: int | None) -> None:
    (found,) = references(graph(conf))
    assert (found.address.host.value, found.address.port) == (host, port)
    assert found.workload is not None
    assert found.workload.name == "gate"
    assert found.location.path == "gate.conf"


def test_a_server_of_an_upstream_without_a_port_is_asked_on_80() -> None:
    (found,) = references(graph("upstream u { server menu; }\n" + passing("proxy_pass http://u;")))
    assert found.address.default_port == 80


@pytest.mark.parametrize(
    "words", ["proxy_pass http://unix:/run/a.sock;", "proxy_pass http://$host:8000;", "return 204;"]
)
def test_what_a_variable_or_a_socket_hides_is_none(words: str) -> None:
    assert references(graph(passing(words))) == []


def test_a_variable_of_the_environment_is_filled_and_only_what_the_file_says_is_its_own() -> None:
    made = graph(passing("proxy_pass http://${MENU_HOST}:8000;"), TEMPLATE)
    (found,) = references(made)
    assert made.resolve(found).reached is Reached.MET
    text = made.library.text("gate.conf")
    assert text is not None
    assert text.value.encode()[found.location.span.start : found.location.span.end] == b"8000"
    assert references(graph(passing("proxy_pass http://${MENU_HOST};"), TEMPLATE)) == []


def test_two_workloads_that_read_one_line_are_told_of_each_other() -> None:
    second = {"k8s.yaml": "kind: none\n", "other/compose.yaml": COMPOSE.replace("./", "../") % PLAIN}
    made = graph(passing("proxy_pass http://menu:8000;"), more=second)
    first, other = references(made)
    assert [w.deployment.name for w in proxying.readers(made, first, lambda _: False).workloads] == [
        other.workload.deployment.name if other.workload else ""
    ]
    assert proxying.readers(made, first, lambda _: True).workloads == ()
    assert "read" in proxying.readers(made, first, lambda _: False).told


@pytest.mark.parametrize(
    ("location", "words", "sockets", "plain"),
    [
        ("/", "proxy_pass http://menu:8000;", ["/orders"], ["/dishes/{name}"]),
        ("/api/", "proxy_pass http://menu:8000/;", ["/api/orders"], ["/dishes/{name}"]),
        ("/api/", "proxy_pass http://menu:8000;", [], []),
        ("= /orders", "proxy_pass http://menu:8000;", ["/orders"], []),
        ("~ ^/(?:orders|none)$", "proxy_pass http://menu:8000;", ["/orders"], []),
        ("/v1/", "rewrite ^/v1/(.*)$ /$1 break; proxy_pass http://menu:8000;", ["/v1/orders"], ["/dishes/{name}"]),
    ],
)
def test_the_routes_that_come_through_a_location(
    location: str, words: str, sockets: list[str], plain: list[str]
) -> None:
    (found,) = proxied_routes.passages(graph(passing(words, location)))
    assert [path for _, path in found.sockets] == sockets
    assert [route.path for route in found.plain] == plain


@pytest.mark.parametrize(("location", "dedicated"), [("= /orders", True), ("/orders", True), ("/", False)])
def test_a_location_is_dedicated_where_nothing_else_comes_through(location: str, dedicated: bool) -> None:
    (found,) = proxied_routes.passages(graph(passing("proxy_pass http://menu:8000;", location)))
    assert found.dedicated is dedicated


PAGE = {
    "web/package.json": '{"devDependencies": {"vite": "5"}}\n',
    "web/src/a.ts": "new WebSocket(`wss://${window.location.host}/orders`);\n",
    "web/Dockerfile": f"FROM nginx:1.27\nCOPY n.conf {PLAIN}\n",
    "web/n.conf": "server { listen 80; location / { root /a; } }\n",
    "compose.yaml": "services:\n  web:\n    build: ./web\n    ports: ['80:80']\n",
}


@pytest.mark.parametrize(("ports", "opened"), [("\n    ports: ['80:80']", ["/orders"]), ("", [])])
def test_a_page_opens_its_sockets_where_browsers_come_to(ports: str, opened: list[str]) -> None:
    files = {**PAGE, "compose.yaml": PAGE["compose.yaml"].replace("\n    ports: ['80:80']", ports)}
    made = link.build(library(files), Policy())
    (proxied,) = proxying.proxied(made)
    (server,) = proxied.facts.servers
    assert [path.path for path in front_doors.opened(made, proxied, server)] == opened


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("request.client.host", [Asked.CLIENT]),
        ("self.request.remote_addr", [Asked.CLIENT]),
        ('request.headers.get("X-Real-IP", "")', [Asked.CLIENT]),
        ('request.META["HTTP_X_FORWARDED_FOR"]', [Asked.CLIENT]),
        ('request.url_for("home")', [Asked.HOST]),
        ('url_for("home", _external=True)', [Asked.HOST]),
        ('url_for("home")', []),
        ("response.base_url", []),
        ('request.headers.get("Accept")', []),
    ],
)
def test_what_an_application_asks_of_a_request(code: str, asked: list[Asked]) -> None:
    assert [one.asked for one in asking(Text.of_file("a.py", code.encode()))] == asked
