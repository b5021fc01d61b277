"""Data stores by their public images: the programs that a health check can run there, and the check that fits.

Sources: the images' own pages and Dockerfiles; mariadb 11 has no `mysqladmin` any more, mongo 6 no `mongo`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from stackfix.graph import known_images
from stackfix.graph.known_images import parse


@dataclass(frozen=True, slots=True)
class Store:
    """A data store: `tools` are certainly in its image; `check` is a Compose check for a shell, if one fits."""

    tools: frozenset[str]
    check: str | None = None


_SHELL = frozenset({"sh", "bash", "test", "exit", "["})
_POSTGRES = Store(frozenset({"pg_isready", "psql"}) | _SHELL, "pg_isready -U $${POSTGRES_USER:-postgres}")
# `localhost` is the socket, which already answers while the image makes its database.
_MYSQL = Store(frozenset({"mysqladmin", "mysql"}) | _SHELL, "mysqladmin ping -h 127.0.0.1")
_REDIS = Store(frozenset({"redis-cli", "sh"}), "redis-cli ping")
_RABBIT = Store(frozenset({"rabbitmq-diagnostics", "rabbitmqctl", "sh"}), "rabbitmq-diagnostics -q ping")
_MARIADB_CHECK = "healthcheck.sh --connect --innodb_initialized"
_MONGO_CHECK = "mongosh --quiet --eval \"db.adminCommand('ping').ok\""
_WGET = "wget --no-verbose --tries=1 --spider http://localhost:{} || exit 1"
_STORES = {
    "postgres": _POSTGRES,
    "postgis/postgis": _POSTGRES,
    "pgvector/pgvector": _POSTGRES,
    "timescale/timescaledb": _POSTGRES,
    "bitnami/postgresql": Store(_POSTGRES.tools),
    "mysql": _MYSQL,
    "mysql/mysql-server": _MYSQL,
    "percona": _MYSQL,
    "bitnami/mysql": Store(_MYSQL.tools),
    "redis": _REDIS,
    "redis/redis-stack-server": _REDIS,
    "redis/redis-stack": _REDIS,
    "bitnami/redis": Store(_REDIS.tools),
    "valkey/valkey": Store(frozenset({"valkey-cli", "redis-cli", "sh"}), "valkey-cli ping"),
    "rabbitmq": _RABBIT,
    "neo4j": Store(frozenset({"wget", "cypher-shell"}) | _SHELL, _WGET.format("7474")),
    "clickhouse/clickhouse-server": Store(frozenset({"wget", "clickhouse-client"}) | _SHELL, _WGET.format("8123/ping")),
}
_FIRST_CHECKED = {0: 99, 1: 99, 2: 44, 3: 35, 4: 25, 5: 16, 6: 8, 7: 4, 8: 3}
_LAST_MYSQLADMIN, _FIRST_MONGOSH, _LAST_MONGO = 10, 5, 5


def store(image: str) -> Store | None:
    """The data store that a public image is, None where it is none or its tag leaves open what is in it."""
    name = parse(image)
    found = _STORES.get(name.repository)
    if name.repository == "neo4j" and re.search(r"ubi|red-hat", name.tag or ""):
        return None
    if found is not None or name.repository not in {"mariadb", "mongo"}:
        return found
    major = _major(name.tag)
    if major is None:
        return None
    if name.repository == "mariadb":
        if _is_before_its_check(name.tag):
            return Store(frozenset({"mysqladmin", "mysql", "mariadb"}) | _SHELL, "mysqladmin ping -h 127.0.0.1")
        old = frozenset({"mysqladmin", "mysql"}) if major <= _LAST_MYSQLADMIN else frozenset()
        return Store(frozenset({"healthcheck.sh", "mariadb-admin", "mariadb"}) | old | _SHELL, _MARIADB_CHECK)
    new = frozenset({"mongosh"}) if major >= _FIRST_MONGOSH else frozenset()
    old = frozenset({"mongo"}) if major <= _LAST_MONGO else frozenset()
    return Store(new | old | _SHELL, _MONGO_CHECK if new else None)


def _is_before_its_check(tag: str | None) -> bool:
    """Whether a tag names a release of MariaDB that came out before `healthcheck.sh`, in May 2022."""
    match = re.match(r"10\.(\d+)\.(\d+)(?:-|$)", tag or "")
    return match is not None and int(match[2]) < _FIRST_CHECKED.get(int(match[1]), 0)


_BUSYBOX = frozenset({"wget", "sh", "nc"})
_OTHERS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "prom/prometheus": (_BUSYBOX, frozenset({"curl", "bash"})),
    "quay.io/prometheus/prometheus": (_BUSYBOX, frozenset({"curl", "bash"})),
    "prom/alertmanager": (_BUSYBOX, frozenset({"curl", "bash"})),
    "prom/node-exporter": (_BUSYBOX, frozenset({"curl", "bash"})),
    "prom/pushgateway": (_BUSYBOX, frozenset({"curl", "bash"})),
    "traefik": (_BUSYBOX, frozenset({"curl", "bash"})),
    "ollama/ollama": (frozenset({"sh", "bash", "ollama"}), frozenset({"curl", "wget", "nc", "python", "node"})),
    "qdrant/qdrant": (frozenset({"sh", "bash"}), frozenset({"curl", "wget", "nc", "python", "node"})),
}
_KAFKA_SCRIPTS = frozenset({"kafka-topics.sh", "kafka-broker-api-versions.sh", "kafka-metadata-quorum.sh"})
_LACKING = {
    "redis": frozenset({"curl", "nc"}),
    "postgres": frozenset({"curl", "mysqladmin", "redis-cli"}),
    "confluentinc/cp-kafka": _KAFKA_SCRIPTS,
    "confluentinc/cp-server": _KAFKA_SCRIPTS,
}
"""Programs that no tag of the images has: Confluent's packages take the `.sh` off."""
_HAVING = {
    "confluentinc/cp-kafka": frozenset(name.removesuffix(".sh") for name in _KAFKA_SCRIPTS),
    "confluentinc/cp-server": frozenset(name.removesuffix(".sh") for name in _KAFKA_SCRIPTS),
}


def programs(image: str) -> tuple[frozenset[str], frozenset[str]]:
    """The programs that a pulled image certainly has, and those that it certainly lacks."""
    name = parse(image)
    found = _OTHERS.get(name.repository)
    if found is not None:
        return found
    known = store(image)
    has = known.tools if known is not None else _HAVING.get(name.repository, frozenset())
    lacks = set(_LACKING.get(name.repository, ()))
    if known is not None and name.repository == "mariadb":
        lacks |= {"mysqladmin", "mysql"} - has
    if known is not None and name.repository == "mongo":
        lacks |= {"mongo", "mongosh"} - has
    base = known_images.base(image)
    return (has | base.has, frozenset(lacks | base.lacks)) if base is not None else (has, frozenset(lacks))


def _major(tag: str | None) -> int | None:
    """A tag's major version; the newest for `latest` and none."""
    if tag in {None, "latest", "lts", "noble", "jammy"}:
        return 99
    match = re.match(r"(\d+)(?:[.-]|$)", tag or "")
    return int(match[1]) if match else None
