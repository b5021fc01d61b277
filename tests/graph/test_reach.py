"""What a name resolves to on Compose networks."""

from __future__ import annotations

import pytest

from stackfix.graph.reach import By, Reached
from tests.graph.compose_world import graph, named

STACK = """
    services:
      web:
        image: x
        networks: [front, back]
        extra_hosts: ["legacy:10.0.0.1"]
        links: ["db:sql"]
      api:
        image: x
        hostname: api-host
        container_name: shop-api
        networks:
          back: {aliases: [backend, api.test]}
      db:
        image: x
        networks: [data]
      helper:
        image: x
        network_mode: service:api
      host:
        image: x
        network_mode: host
    networks: {front: , back: , data: }
    """

NAMES: dict[str, tuple[str, str, Reached, list[str], By | None]] = {
    "a service": ("web", "api", Reached.MET, ["api"], By.SERVICE),
    "itself": ("web", "web", Reached.MET, ["web"], By.SERVICE),
    "a container": ("web", "shop-api", Reached.MET, ["api"], By.CONTAINER),
    "an alias": ("web", "backend", Reached.MET, ["api"], By.ALIAS),
    "an alias with a dot": ("web", "api.test", Reached.MET, ["api"], By.ALIAS),
    "a host name": ("web", "api-host", Reached.MET, ["api"], By.HOSTNAME),
    "a link": ("web", "sql", Reached.MET, ["db"], By.LINK),
    "the loopback": ("web", "localhost", Reached.SELF, ["web"], None),
    "another network": ("api", "db", Reached.NO_NETWORK, ["db"], None),
    "a stranger": ("web", "billing", Reached.MISSING, [], None),
    "a host by hand": ("web", "legacy", Reached.UNKNOWN, [], None),
    "a host by hand, for others": ("api", "legacy", Reached.MISSING, [], None),
    "a public name": ("web", "example.org", Reached.UNKNOWN, [], None),
    "the host": ("web", "host.docker.internal", Reached.UNKNOWN, [], None),
    "by another's network": ("helper", "web", Reached.MET, ["web"], By.SERVICE),
    "the host's network": ("host", "api", Reached.UNKNOWN, [], None),
    "who is on the host's network": ("web", "host", Reached.NO_NETWORK, ["host"], None),
}


@pytest.mark.parametrize(("asker", "host", "reached", "met", "by"), NAMES.values(), ids=NAMES.keys())
def test_names(asker: str, host: str, reached: Reached, met: list[str], by: By | None) -> None:
    world = graph({"compose.yaml": STACK})
    found = world.names.resolve(host, named(world, asker))
    assert (found.reached, [w.name for w in found.workloads], found.by) == (reached, met, by)


def test_projects_meet_on_the_network_that_one_owns_and_the_other_joins() -> None:
    world = graph(
        {
            "infra/compose.yaml": "services:\n  db: {image: x, networks: [edge]}\n  hidden: {image: y}\nnetworks: {edge: }\n",
            "shop/compose.yaml": """
                services:
                  web: {image: x, networks: [net]}
                networks: {net: {external: true, name: infra_edge}}
                """,
        }
    )
    web = named(world, "web")
    assert world.names.resolve("db", web).reached is Reached.MET
    assert world.names.resolve("hidden", web).reached is Reached.UNKNOWN
    assert world.names.resolve("nowhere", web).reached is Reached.MISSING
    assert [w.name for w in world.names.neighbours(web)] == ["web", "db"]


def test_on_a_network_of_strangers_nothing_is_missing() -> None:
    for entry in ("{external: true}", "{external: true, name: somebodys}"):
        world = graph(
            {"compose.yaml": f"services:\n  web: {{image: x, networks: [net]}}\nnetworks: {{net: {entry}}}\n"}
        )
        assert world.names.resolve("nowhere", named(world, "web")).reached is Reached.UNKNOWN


def test_a_network_of_a_fixed_name_is_shared_by_who_names_it() -> None:
    world = graph(
        {
            "a/compose.yaml": "services:\n  one: {image: x, networks: [n]}\nnetworks: {n: {name: shared}}\n",
            "b/compose.yaml": "services:\n  two: {image: x, networks: [m]}\nnetworks: {m: {name: shared, external: true}}\n",
        }
    )
    assert world.names.resolve("one", named(world, "two")).reached is Reached.MET
    assert world.names.resolve("two", named(world, "one")).reached is Reached.MET
    assert world.names.resolve("three", named(world, "two")).reached is Reached.MISSING


def test_a_name_that_some_fragment_gives_is_not_missing() -> None:
    world = graph(
        {
            "compose.yaml": "services:\n  web: {image: x}\n",
            "tools.yml": "services:\n  mailer: {ports: ['1:1'], container_name: shop-mail}\n",
        }
    )
    web = named(world, "web")
    assert world.names.resolve("mailer", web).reached is Reached.UNKNOWN
    assert world.names.resolve("shop-mail", web).reached is Reached.UNKNOWN


def test_the_askers_own_deployment_comes_first() -> None:
    world = graph(
        {
            "a/compose.yaml": "services:\n  web: {image: x, networks: [n]}\n  db: {image: x, networks: [n]}\nnetworks: {n: {name: s}}\n",
            "b/compose.yaml": "services:\n  db: {image: x, networks: [n]}\nnetworks: {n: {name: s}}\n",
        }
    )
    found = world.names.resolve("db", named(world, "web"))
    assert [w.deployment.name for w in found.workloads] == ["a/compose.yaml"]
