from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stackfix.findings import Applicability
from stackfix.graph import authority, declaring, lacking, link, loopback, voices
from stackfix.graph.authority import Decides
from stackfix.graph.model import Says
from stackfix.policy import Policy, Setting
from tests.graph.application_world import library

if TYPE_CHECKING:
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload

READS_PORT = """\
import os
from flask import Flask
app = Flask(__name__)
if __name__ == "__main__":
    app.run(host="0.0.0.0", port=int(os.getenv("PORT", "7000")))
"""
PYTHON = 'FROM python:3.12\nWORKDIR /a\nCOPY m.py .\nCMD ["python", "m.py"]\n'
FLAG = 'FROM python:3.12\nWORKDIR /a\nCOPY m.py .\n%sCMD ["uvicorn", "m:app", "--host", "0.0.0.0", "--port", "9000"]\n'
FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"


def world(service: str, dockerfile: str = PYTHON, source: str = READS_PORT, policy: Policy | None = None) -> Graph:
    compose = f"services:\n  app:\n    build: ./app\n{service}"
    files = {"compose.yaml": compose, "app/Dockerfile": dockerfile, "app/m.py": source}
    return link.build(library(files), policy or Policy())


def app(graph: Graph) -> Workload:
    return next(w for w in graph.workloads if w.name == "app")


def chosen(graph: Graph) -> tuple[str, int, Decides] | None:
    found = authority.choice(graph, app(graph))
    return None if found is None else (found.variable, found.port, found.by)


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ('    ports: ["80:8000"]\n', ("PORT", 8000, Decides.MAJORITY)),
        ('    expose: ["8000"]\n', ("PORT", 8000, Decides.MAJORITY)),
        ('    ports: ["80:8000"]\n    expose: ["8000", "8001"]\n', ("PORT", 8000, Decides.MAJORITY)),
        ('    ports: ["8001:8001"]\n    expose: ["8000"]\n', ("PORT", 8001, Decides.PUBLISHED)),
        ('    ports: ["80:8001"]\n    expose: ["8000"]\n', None),
        ('    ports: ["80:7000", "81:8000"]\n', None),
        ('    ports: ["80:8000"]\n    environment: {PORT: 7000}\n', None),
        ('    ports: ["80:8000/udp"]\n', None),
        ("", None),
    ],
    ids=["published", "exposed", "most", "published-of-equals", "nobody", "default-declared", "set", "udp", "nothing"],
)
def test_a_deployment_chooses_what_it_declares(service: str, expected: tuple[str, int, Decides] | None) -> None:
    assert chosen(world(service)) == expected


@pytest.mark.parametrize(
    ("port", "expected"),
    [(8001, ("PORT", 8001, Decides.POLICY)), (5000, None), (7000, None)],
    ids=["one-of-two-said", "said-by-nobody-yet", "bound-already"],
)
def test_the_configuration_decides_before_everybody(port: int, expected: tuple[str, int, Decides] | None) -> None:
    policy = Policy(ports={"app": Setting(port)})
    assert chosen(world('    ports: ["80:8000"]\n    expose: ["8001"]\n', policy=policy)) == expected


def test_a_literal_is_nobodys_to_choose() -> None:
    graph = world('    ports: ["80:8000"]\n', FLAG % "", FASTAPI)
    assert chosen(graph) is None
    assert graph.settled(app(graph)).ports == {9000}


def test_what_is_chosen_settles_the_listener() -> None:
    graph = world('    ports: ["80:8000"]\n')
    assert graph.listening(app(graph)).ports == {7000}
    assert graph.settled(app(graph)).ports == {8000}
    assert authority.right(graph, app(graph), 8000) is None
    right = authority.right(graph, app(graph), 7000)
    assert right is not None
    assert (right.port, right.chosen) == (8000, True)


def test_three_kinds_of_voices_against_one_literal_leave_it_to_a_person() -> None:
    check = '    healthcheck: {test: ["CMD", "curl", "http://localhost:8000/"]}\n'
    graph = world(f'    ports: ["80:8000"]\n{check}', FLAG % "EXPOSE 8000\n", FASTAPI)
    right = authority.right(graph, app(graph), 8000)
    assert right is not None
    assert {v.kind for v in right.doubted} == {Says.PUBLISHED.value, voices.PROBE, Says.IMAGE_EXPOSE.value}
    declared = app(graph).declarations[0]
    remedy = declaring.remedy(graph, right, declared.port_text, declared.location)
    assert remedy is not None
    assert remedy.applicability is Applicability.UNSAFE
    assert [c.description for c in remedy.choices] == ["use 9000 here", "let the process bind 8000"]


@pytest.mark.parametrize("expose", ["", "EXPOSE 9000\n"], ids=["two-kinds", "one-for-the-listener"])
def test_fewer_or_divided_voices_leave_the_listener_right(expose: str) -> None:
    graph = world('    ports: ["80:8000"]\n    expose: ["8000"]\n', FLAG % expose, FASTAPI)
    right = authority.right(graph, app(graph), 8000)
    assert right is not None
    assert right.doubted == ()


def test_of_several_listeners_the_one_not_said_is_meant() -> None:
    both = READS_PORT.replace("from flask", "from prometheus_client import start_http_server\nfrom flask").replace(
        "    app.run", "    start_http_server(9100)\n    app.run"
    )
    graph = world('    ports: ["80:7000", "81:9999"]\n', source=both)
    found = list(declaring.departures(graph, app(graph), {Says.PUBLISHED}))
    assert [(d.declaration.port, d.right.port) for d in found] == [(9999, 9100)]


def test_a_guest_shares_its_hosts_network() -> None:
    graph = world('    ports: ["80:8000"]\n  guest:\n    image: x/y\n    network_mode: service:app\n')
    group = voices.sharing(app(graph))
    assert group is not None
    assert {w.name for w in group} == {"app", "guest"}
    assert authority.right(graph, app(graph), 12345) is None, "the guest may bind it"


@pytest.mark.parametrize("mode", ["host", "container:other"])
def test_nobody_knows_who_shares_a_strangers_network(mode: str) -> None:
    graph = world(f'    network_mode: "{mode}"\n')
    assert voices.sharing(app(graph)) is None
    assert authority.right(graph, app(graph), 1) is None


def test_a_number_from_a_default_is_reported_and_left() -> None:
    graph = world('    ports: ["80:${P:-8000}"]\n', FLAG % "", FASTAPI)
    departure = next(declaring.departures(graph, app(graph), {Says.PUBLISHED}))
    said = departure.declaration
    assert departure.right.port == 9000
    assert declaring.remedy(graph, departure.right, said.port_text, said.location) is None


# --- hosts -----------------------------------------------------------------------------------------------------------


def test_a_host_variable_is_lacking_only_where_somebody_asks() -> None:
    source = READS_PORT.replace('"0.0.0.0"', 'os.getenv("HOST", "127.0.0.1")')
    asked = world('    ports: ["80:7000"]\n', source=source)
    assert [lack.variable for lack in lacking.lacks(asked, app(asked))] == ["HOST"]
    alone = world("", source=source)
    assert list(lacking.lacks(alone, app(alone))) == []


@pytest.mark.parametrize(
    ("command", "repairs"),
    [
        ('CMD ["uvicorn", "m:app"]', 1),
        ("CMD uvicorn m:app --port ${PORT:-8000}", 1),
        ("CMD sh -c 'uvicorn m:app'", 1),
        ("CMD uvicorn 'm:app'", 0),
    ],
    ids=["exec", "shell", "text-in-a-text", "quoted"],
)
def test_a_command_is_given_a_host_where_that_can_be_written(command: str, repairs: int) -> None:
    dockerfile = f"FROM python:3.12\nWORKDIR /a\nCOPY m.py .\n{command}\n"
    graph = world('    ports: ["80:8000"]\n', dockerfile, FASTAPI)
    found = list(loopback.closed(graph, app(graph)))
    assert [(one.endpoint.port, len(one.repairs)) for one in found] == [(8000, repairs)]


def test_the_own_command_of_an_image_that_is_deployed_is_not_judged_again() -> None:
    graph = world("", 'FROM python:3.12\nWORKDIR /a\nCOPY m.py .\nEXPOSE 8000\nCMD ["uvicorn", "m:app"]\n', FASTAPI)
    assert [list(loopback.closed(graph, own)) for own in graph.own_commands] == [[]]
