"""Which files describe production."""

from __future__ import annotations

import pytest

from stackfix.graph.production import in_production, is_production
from stackfix.policy import Policy
from tests.graph.compose_world import graph, named


@pytest.mark.parametrize(
    ("name", "production"),
    [
        ("compose.prod.yml", True),
        ("docker-compose.production.yaml", True),
        ("deploy/prod/compose.yaml", True),
        ("k8s/overlays/Production/web.yaml", True),
        ("prod", True),
        ("shop-prod", True),
        ("compose.yaml", False),
        ("products/compose.yaml", False),
        ("reproduction.yml", False),
        ("compose.staging.yml", False),
        ("", False),
    ],
)
def test_by_its_name(name: str, production: bool) -> None:
    assert is_production([name], Policy()) is production


@pytest.mark.parametrize(
    ("glob", "name", "production"),
    [
        ("deploy/live", "deploy/live/compose.yaml", True),
        ("deploy/live/", "deploy/live/compose.yaml", True),
        ("deploy/live", "deploy/lively/compose.yaml", False),
        ("*.live.yml", "compose.live.yml", True),
        ("live", "live", True),
        ("live", "compose.prod.yml", False),
    ],
)
def test_what_is_configured_counts_alone(glob: str, name: str, production: bool) -> None:
    assert is_production([name], Policy(production=(glob,))) is production


def test_a_workload_is_in_production_by_any_of_its_files() -> None:
    files = {
        "compose.yaml": "services:\n  web: {image: x}\n",
        "compose.prod.yml": "services:\n  web: {restart: always}\n",
        "run.sh": "docker compose -f compose.yaml -f compose.prod.yml up\n",
    }
    world = graph(files)
    assert in_production(named(world, "web", "compose.yaml+compose.prod.yml"), Policy())
    assert not in_production(named(world, "web", "compose.yaml"), Policy())
