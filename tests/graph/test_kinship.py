"""Which names were written for the same component."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackfix.graph import kinship

AKIN = [
    ("api", "api"),
    ("API", "api"),
    ("order_service", "order-service"),
    ("order.service", "order-service"),
    ("api", "shop-api"),
    ("api", "api-server"),
    ("shop_api", "api"),
    ("postgres", "postgress"),
    ("backend", "bakend"),
    ("backend", "bcakend"),
    ("backend", "backent"),
    ("db", "db-main"),
]
APART = [
    ("api", "app"),
    ("api", "apis"),
    ("db", "cache"),
    ("backend", "frontend"),
    ("web", "webhook"),
    ("a", "a-b"),
    ("worker", "walker"),
    ("service1", "service23"),
]


@pytest.mark.parametrize(("one", "other"), AKIN)
def test_names_that_are_akin(one: str, other: str) -> None:
    assert kinship.akin(one, other)
    assert kinship.akin(other, one)


@pytest.mark.parametrize(("one", "other"), APART)
def test_names_that_are_not(one: str, other: str) -> None:
    assert not kinship.akin(one, other)
    assert not kinship.akin(other, one)


NAMES = st.text("ab-_.", max_size=7)


@given(NAMES, NAMES)
def test_kinship_goes_both_ways(one: str, other: str) -> None:
    assert kinship.akin(one, other) is kinship.akin(other, one)
    if kinship.same(one, other):
        assert kinship.akin(one, other)


def test_all_akin_names_are_found() -> None:
    assert kinship.nearest("api", ["web", "shop-api", "api-v2", "db"]) == ("shop-api", "api-v2")


def test_the_same_but_for_case_and_separators() -> None:
    assert kinship.same("Order_Service", "order-service")
    assert not kinship.same("order", "order-service")


@pytest.mark.parametrize(
    ("scheme", "engine"),
    [
        ("postgresql+asyncpg", "postgres"),
        ("postgres", "postgres"),
        ("mariadb", "mysql"),
        ("rediss", "redis"),
        ("amqps", "amqp"),
        ("http", None),
        ("tcp", None),
        ("", None),
        (None, None),
    ],
)
def test_the_engine_of_a_scheme(scheme: str | None, engine: str | None) -> None:
    assert kinship.protocol(scheme) == engine


@pytest.mark.parametrize(
    ("image", "engine"),
    [
        ("postgres:16-alpine", "postgres"),
        ("docker.io/library/postgres", "postgres"),
        ("timescale/timescaledb:latest-pg16", "postgres"),
        ("supabase/postgres:15", "postgres"),
        ("redis@sha256:00", "redis"),
        ("mongo", "mongodb"),
        ("example.org:5000/team/rabbitmq:3", "amqp"),
        ("nginx", None),
        ("mypostgres", None),
        ("mcr.microsoft.com/mssql/server:2022-latest", "mssql"),
        ("bitnami/postgresql-repmgr:16", "postgres"),
        ("clickhouse/clickhouse-server", "clickhouse"),
        ("redis/redis-stack-server", "redis"),
        ("memcached:1.6", "memcached"),
        ("mongo-express:1", None),
        ("prometheuscommunity/postgres-exporter", None),
        ("postgrest/postgrest", None),
        ("redis/redisinsight:latest", None),
        ("prodrigestivill/postgres-backup-local", None),
        ("", None),
        (None, None),
    ],
)
def test_the_engine_of_an_image(image: str | None, engine: str | None) -> None:
    assert kinship.engine(image) == engine
