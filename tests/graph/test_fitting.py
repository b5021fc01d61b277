"""Which component a name that resolves to nothing was meant for."""

from __future__ import annotations

import pytest

from stackfix.findings import Location
from stackfix.graph.fitting import fit
from stackfix.policy import Policy, Setting
from stackfix.spans import Span
from tests.graph.compose_world import graph, reference

STACK = """
    services:
      web:
        image: example/web:1
        environment:
          URL: %s
      orders-api:
        image: example/orders:1
        expose: ["8000"]
      database:
        image: postgres:16
        environment: {POSTGRES_PASSWORD: x}
      cache:
        image: redis:7
    """


def candidates(value: str, stack: str = STACK) -> tuple[list[tuple[str, int | None]], bool]:
    """Names and ports of the candidates, and whether the first is certain."""
    world = graph({"compose.yaml": stack % value})
    found = fit(world, reference(world, "URL"))
    return [(c.name, c.port) for c in found.candidates], found.certain


FITS: dict[str, tuple[str, list[tuple[str, int | None]], bool]] = {
    "a part of the name": ("http://orders:8000", [("orders-api", None)], True),
    "another separator": ("http://orders_api", [("orders-api", None)], True),
    "the only one of its protocol": ("postgres://a@sql:5432/x", [("database", None)], True),
    "the only one of its protocol, with a driver": ("postgresql+asyncpg://sql/x", [("database", None)], True),
    "the only one on its port": ("tcp://store:6379", [("cache", None)], True),
    "a name that is akin, another protocol": ("mysql://database:3306/x", [], False),
    "a web address for a database": ("http://databas:5432", [], False),
    "a name that is akin, another port": ("redis://cach:7000", [], False),
    "nothing in common": ("http://billing:9999", [], False),
    "a port of anyone": ("http://billing:8080", [], False),
}


@pytest.mark.parametrize(("value", "expected", "certain"), FITS.values(), ids=FITS.keys())
def test_who_was_meant(value: str, expected: list[tuple[str, int | None]], certain: bool) -> None:
    assert candidates(value) == (expected, certain)


def test_several_that_are_akin_are_uncertain() -> None:
    stack = STACK + "  orders-worker:\n        image: example/worker:1\n"
    found, certain = candidates("http://orders:8000", stack)
    assert sorted(found) == [("orders-api", None), ("orders-worker", None)]
    assert not certain


def test_the_same_name_but_for_case_wins_over_longer_ones() -> None:
    stack = """
        services:
          web: {image: x, environment: {URL: "%s"}}
          Orders-Api: {image: y}
          orders-api-worker: {image: z}
        """
    assert candidates("http://orders_api", stack) == ([("Orders-Api", None)], True)


def test_two_of_one_protocol_are_uncertain() -> None:
    stack = STACK + "  archive:\n        image: postgres:15\n        environment: {POSTGRES_PASSWORD: x}\n"
    found, certain = candidates("postgres://a@sql:5432/x", stack)
    assert sorted(found) == [("archive", None), ("database", None)]
    assert not certain


def test_a_published_port_is_taken_back_to_the_one_behind_it() -> None:
    stack = """
        services:
          web: {image: x, environment: {URL: "%s"}}
          database: {image: "postgres:16", ports: ["5433:5432"], environment: {POSTGRES_PASSWORD: x}}
        """
    assert candidates("postgres://a@db_base:5433/x", stack) == ([("database", 5432)], True)
    assert candidates("postgres://a@databse:5433/x", stack) == ([("database", 5432)], True)


def test_a_neighbour_on_another_network_is_no_candidate() -> None:
    stack = """
        services:
          web: {image: x, networks: [front], environment: {URL: "%s"}}
          orders-api: {image: y, networks: [back]}
        networks: {front: , back: }
        """
    assert candidates("http://orders:80", stack) == ([], False)


def test_the_configuration_decides_before_everything() -> None:
    place = Location("stackfix.toml", Span(0, 5))
    policy = Policy(names={"billing": Setting("orders-api", place)})
    world = graph({"compose.yaml": STACK % "http://billing:8000"}, policy)
    found = fit(world, reference(world, "URL"))
    assert [c.name for c in found.candidates] == ["orders-api"]
    assert (found.certain, found.policy) == (True, place)
    gone = graph({"compose.yaml": STACK % "http://billing:8000"}, Policy(names={"billing": Setting("gone", place)}))
    assert fit(gone, reference(gone, "URL")).candidates == ()


POD = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: %(name)s}
    spec:
      selector: {matchLabels: {app: %(name)s}}
      template:
        metadata: {labels: {app: %(name)s}}
        spec:
          containers:
            - name: %(name)s
              image: example/%(name)s:1
              env: [{name: URL, value: "%(url)s"}]
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: %(name)s-svc}
    spec:
      selector: {app: %(name)s}
      ports: [{port: %(port)d, targetPort: 8000}]
    """


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://orders", [("orders-svc", None)]),
        ("http://orders_svc:80", [("orders-svc", None)]),
        ("http://orders:8000", [("orders-svc", 80)]),
        ("http://web:80", []),
        ("http://billing:80", []),
        ("http://orders.shop:80", []),
    ],
)
def test_in_a_cluster_it_is_a_service(url: str, expected: list[tuple[str, int | None]]) -> None:
    world = graph(
        {
            "k8s/web.yaml": POD % {"name": "web", "url": url, "port": 80},
            "k8s/orders.yaml": POD % {"name": "orders", "url": "none", "port": 80},
        }
    )
    found = fit(world, reference(world, "URL", "web"))
    assert [(c.name, c.port) for c in found.candidates] == expected
    assert found.certain is bool(expected)
