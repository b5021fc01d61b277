"""Components that depart from their configured ports, and what moves with them."""

from __future__ import annotations

import pytest

from stackfix.graph import port_policy
from stackfix.policy import Policy, Setting
from stackfix.repairs.add_variable import AddVariable
from stackfix.repairs.set_text import SetText
from tests.graph import compose_world

DOCKERFILE = """
    FROM python:3.12-slim
    WORKDIR /srv
    COPY . .
    {}
    CMD {}
    """
LITERAL = '["uvicorn", "app:app", "--host", "0.0.0.0", "--port", "7001"]'
BY_NAME = "uvicorn app:app --host 0.0.0.0 --port ${PORT:-7001}"


def departures(  # noqa: PLR0913 - each is a part of the stack that a test varies
    compose: str,
    ports: dict[str, int],
    published: dict[str, int] | None = None,
    *,
    lines: str = "",
    cmd: str = LITERAL,
    source: str = "from fastapi import FastAPI\n\napp = FastAPI()\n",
) -> tuple[port_policy.Departure, ...]:
    policy = Policy(
        ports={k: Setting(v) for k, v in ports.items()},
        published={k: Setting(v) for k, v in (published or {}).items()},
    )
    files = {
        "compose.yaml": compose,
        "api/Dockerfile": DOCKERFILE.replace("{}", lines or "# none", 1).replace("{}", cmd),
        "api/app.py": source,
        "prometheus.yml": "scrape_configs:\n  - static_configs:\n      - targets: ['api:7001', 'other:7001']\n",
    }
    return tuple(port_policy.departures(compose_world.graph(files, policy)))


def texts(departure: port_policy.Departure) -> list[str]:
    """Each repair as the file, the old and the new characters."""
    assert departure.repairs is not None
    found = []
    for repair in departure.repairs:
        if isinstance(repair, SetText):
            found.append(f"{repair.path}: {repair.text.value} -> {repair.new}")
        else:
            assert isinstance(repair, AddVariable)
            found.append(f"{repair.path}: + {repair.name}={repair.value}")
    return sorted(found)


ONE = """
    services:
      api:
        build: ./api
        ports: ["7001:7001"]
    """


def test_the_container_s_side_moves_and_the_host_s_stays() -> None:
    (found,) = departures(ONE, {"api": 8000}, lines="EXPOSE 7001")
    assert (found.old, found.new, found.published) == (7001, 8000, ())
    assert texts(found) == [
        "api/Dockerfile: 7001 -> 8000",
        "api/Dockerfile: 7001 -> 8000",
        "compose.yaml: 7001 -> 8000",
    ]


def test_a_pair_moves_the_published_port_alone_where_the_container_is_right() -> None:
    (found,) = departures(ONE, {"api": 7001}, {"api": 9000})
    assert (found.old, found.published) == (None, ((7001, 9000),))
    assert texts(found) == ["compose.yaml: 7001 -> 9000"]


def test_addresses_and_scrape_targets_of_this_component_alone_move() -> None:
    compose = (
        ONE
        + """
      caller:
        image: example.org/caller:1
        environment: {API: "http://api:7001/x", OTHER: "http://other:7001/x"}
      prometheus:
        image: prom/prometheus:v2
        volumes: ["./prometheus.yml:/etc/prometheus/prometheus.yml"]
    """
    )
    (found,) = departures(compose, {"api": 8000})
    assert texts(found).count("compose.yaml: 7001 -> 8000") == 2
    assert texts(found).count("prometheus.yml: 7001 -> 8000") == 1


def test_a_default_written_in_the_command_moves() -> None:
    (found,) = departures(ONE, {"api": 8000}, cmd=BY_NAME)
    assert texts(found) == ["api/Dockerfile: 7001 -> 8000", "compose.yaml: 7001 -> 8000"]


def test_a_variable_of_the_source_is_set_by_the_deployment() -> None:
    source = """
        import os

        import uvicorn
        from fastapi import FastAPI

        app = FastAPI()

        if __name__ == "__main__":
            uvicorn.run(app, host="0.0.0.0", port=int(os.getenv("PORT", "7001")))
        """
    (found,) = departures(ONE, {"api": 8000}, cmd='["python", "app.py"]', source=source)
    assert texts(found) == ["compose.yaml: + PORT=8000", "compose.yaml: 7001 -> 8000"]


def test_one_number_for_both_sides_of_a_port_is_left_to_a_person() -> None:
    compose = """
        services:
          api:
            build: ./api
            command: uvicorn app:app --host 0.0.0.0 --port ${WEB:-7001}
            ports: ["${WEB:-7001}:${WEB:-7001}"]
        """
    for published in ({}, {"api": 9000}):
        (found,) = departures(compose, {"api": 8000}, published)
        assert found.repairs is None
        assert "both sides" in found.stuck


@pytest.mark.parametrize(
    ("compose", "ports"),
    [
        (ONE, {"api": 7001}),
        (ONE, {"other": 8000}),
        (ONE, {}),
        (ONE.replace("build: ./api", "image: example.org/api:1"), {"api": 8000}),
        (ONE.replace("ports:", "network_mode: host\n        ports:"), {"api": 8000}),
        (ONE.replace("ports:", "command: ./mystery\n        ports:"), {"api": 8000}),
    ],
)
def test_silent(compose: str, ports: dict[str, int]) -> None:
    assert departures(compose, ports) == ()


def test_a_command_that_two_components_share_is_left_to_a_person() -> None:
    compose = (
        ONE
        + """
      twin:
        build: ./api
    """
    )
    (found,) = departures(compose, {"api": 8000})
    assert found.repairs is None
    assert "7001" in found.stuck
