"""Which values of an environment must reach something, and where they are evaluated."""

from __future__ import annotations

import pytest

from stackfix.graph import references
from stackfix.graph.model import Place, Writing
from stackfix.text import Text
from tests.graph.compose_world import graph, service, spelled

FOUND: dict[str, tuple[str, str, list[tuple[str, int | None]]]] = {
    "a URL": ("API_URL", "http://api:8000/v1", [("api", 8000)]),
    "a URL whatever the variable": ("WHATEVER", "redis://cache", [("cache", None)]),
    "a URL of no known scheme": ("IMAGE", "oci://registry/x", []),
    "a pair": ("UPSTREAM", "api:8000", [("api", 8000)]),
    "a list of pairs": ("BROKERS", "one:9092,two:9093", [("one", 9092), ("two", 9093)]),
    "a list with blanks": ("BROKERS", "one:9092, two:9093", [("one", 9092), ("two", 9093)]),
    "a list of URLs": ("NODES", "http://a:1,http://b:2", [("a", 1), ("b", 2)]),
    "a path after a pair": ("UPSTREAM", "api:8000/health", []),
    "an image with a tag": ("IMAGE", "registry/app:8000", []),
    "a mapping of ports": ("PORTS", "8080:80", []),
    "a bare host": ("DB_HOST", "db", [("db", None)]),
    "a bare host in another word": ("DBHOST", "db", [("db", None)]),
    "a bare address": ("REDIS_ADDR", "cache", [("cache", None)]),
    "a bare name elsewhere": ("DB_NAME", "db", []),
    "many bare names": ("DB_HOST", "one,two", []),
    "every address": ("BIND_HOST", "0.0.0.0", []),
    "a star": ("ALLOWED_HOST", "*", []),
    "nothing": ("DB_HOST", "", []),
    "words": ("DB_HOST", "the host", []),
}


@pytest.mark.parametrize(("name", "value", "expected"), FOUND.values(), ids=FOUND.keys())
def test_addresses_in_a_value(name: str, value: str, expected: list[tuple[str, int | None]]) -> None:
    found = references.addresses(name, Text.of_file("f", value.encode()))
    assert [(a.host.value, a.port) for _, a in found] == expected


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("API_URL", Place.CONTAINER),
        ("VITE_API_URL", Place.BROWSER),
        ("next_public_api", Place.BROWSER),
        ("REACT_APP_WS", Place.BROWSER),
        ("CORS_ORIGINS", Place.UNKNOWN),
        ("ALLOWED_HOSTS", Place.UNKNOWN),
        ("FRONTEND_URL", Place.UNKNOWN),
        ("PUBLIC_URL", Place.BROWSER),
        ("EXTERNAL_URL", Place.UNKNOWN),
        ("KAFKA_ADVERTISED_LISTENERS", Place.UNKNOWN),
        ("NO_PROXY", Place.UNKNOWN),
        ("HOST", Place.UNKNOWN),
        ("DB_HOST", Place.CONTAINER),
        ("GIT_TAG", Place.UNKNOWN),
    ],
)
def test_where_a_variable_is_evaluated(name: str, place: Place) -> None:
    assert references.place_of(name, service("image: x")) is place


def test_a_scheme_makes_an_address_of_what_else_is_a_name_and_a_tag() -> None:
    assert references.place_of("WORK_QUEUE", service("image: x"), "amqp") is Place.CONTAINER
    assert references.place_of("WORK_QUEUE", service("image: x")) is Place.UNKNOWN


def test_in_a_pod_it_is_evaluated_in_a_pod() -> None:
    world = graph(
        {
            "k8s/web.yaml": """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web}
                spec:
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec:
                      containers:
                        - name: web
                          image: example/web:1
                          env:
                            - {name: API_URL, value: "http://api:8000"}
                """
        }
    )
    (found,) = world.references
    assert (found.place, found.address.host.value, found.writing) == (Place.POD, "api", Writing.ENVIRONMENT)


def test_a_host_and_a_port_travel_apart() -> None:
    world = graph(
        {
            "compose.yaml": """
                services:
                  web:
                    image: x
                    environment:
                      DB_HOST: db
                      DB_PORT: "5432"
                      CACHE_HOST: cache
                      QUEUE_HOST: queue
                      QUEUE_PORT: amqp
                      API_URL: http://api
                      API_URL_PORT: "1"
                """
        }
    )
    found = {r.variable: r.address for r in world.references}
    assert {name: a.port for name, a in found.items()} == {
        "DB_HOST": 5432,
        "CACHE_HOST": None,
        "QUEUE_HOST": None,
        "API_URL": None,
    }
    assert spelled(world.library, found["DB_HOST"].port_text) == b"5432"


def test_unknown_values_refer_to_nothing() -> None:
    world = graph(
        {"compose.yaml": "services:\n  web:\n    image: x\n    environment: [API_URL, 'DB_URL=http://${HOST}']\n"}
    )
    assert world.references == ()


def test_a_value_that_comes_from_elsewhere_points_there() -> None:
    world = graph(
        {
            "compose.yaml": "services:\n  web:\n    image: x\n    environment: {API_URL: 'http://${API:-api}:80'}\n    env_file: a.env\n",
            ".env": "API=server\n",
            "a.env": "CACHE_URL=redis://cache:6379\n",
        }
    )
    found = {r.variable: r for r in world.references}
    assert spelled(world.library, found["API_URL"].address.host) == b"server"
    assert found["API_URL"].address.host.place is not None
    assert found["API_URL"].address.host.place[0] == ".env"
    assert found["CACHE_URL"].location.path == "a.env"
