"""Connections in parts, and what stores are created with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stackfix.graph import connections, engines
from stackfix.graph.connections import Form
from tests.graph.compose_world import graph, said, spelled

if TYPE_CHECKING:
    from stackfix.graph.connections import Connection
    from stackfix.graph.link import Graph


def project(environment: str, server: str = "image: postgres:16", files: dict[str, str] | None = None) -> Graph:
    """An application that is given variables, and a store called `store`."""
    app = "".join(f"      {line}\n" for line in environment.splitlines())
    store = "".join(f"    {line}\n" for line in server.splitlines())
    text = f"services:\n  app:\n    image: example/app\n    environment:\n{app}  store:\n{store}"
    return graph({"compose.yaml": text, **(files or {})})


def connection(environment: str, server: str = "image: postgres:16") -> Connection:
    """The one connection of an application."""
    (found,) = project(environment, server).connections
    return found


def parts(found: Connection) -> tuple[str | None, ...]:
    """User, password and database."""
    return tuple(said(part) for part in (found.user, found.password, found.database))


@pytest.mark.parametrize(
    ("value", "form", "speaks"),
    [
        ("postgresql+asyncpg://ann:s3cr%40t@store:5432/shop?ssl=true", Form.URL, "postgres"),
        ("postgres://ann:s3cr%40t@store/shop", Form.URL, "postgres"),
        ("psql://ann:s3cr%40t@store:5432/shop", Form.URL, "postgres"),
        ("host=store port=5432 user=ann password=s3cr%40t dbname=shop sslmode=disable", Form.KEYWORDS, "postgres"),
        ("Server=store;Port=3306;Database=shop;Uid=ann;Pwd=s3cr%40t;", Form.KEYWORDS, None),
        ("mysql+aiomysql://ann:s3cr%40t@store:3306/shop", Form.URL, "mysql"),
        ("mariadb+mariadbconnector://ann:s3cr%40t@store:3306/shop", Form.URL, "mysql"),
        ("ann:s3cr%40t@tcp(store:3306)/shop?parseTime=true", Form.GO, "mysql"),
        ("mongodb://ann:s3cr%40t@store:27017/shop", Form.URL, "mongodb"),
    ],
)
def test_a_string_is_read_in_parts(value: str, form: Form, speaks: str | None) -> None:
    found = connection(f"STORE: {value}")
    assert (found.form, found.speaks) == (form, speaks)
    assert parts(found) == ("ann", "s3cr%40t", "shop")


def test_java_takes_the_user_from_the_variables_beside_it() -> None:
    found = connection(
        "SPRING_DATASOURCE_URL: jdbc:mysql://store:3306/shop\n"
        "SPRING_DATASOURCE_USERNAME: ann\nSPRING_DATASOURCE_PASSWORD: pass"
    )
    assert (found.form, found.speaks, parts(found)) == (Form.JDBC, "mysql", ("ann", "pass", "shop"))


@pytest.mark.parametrize(
    "names",
    [("DB_HOST", "DB_USER", "DB_PASSWORD", "DB_NAME"), ("PGHOST", "PGUSER", "PGPASSWORD", "PGDATABASE"),
     ("APP_DATABASE_HOSTNAME", "APP_DATABASE_USERNAME", "APP_DATABASE_PASS", "APP_DATABASE_NAME")],
)  # fmt: skip
def test_variables_side_by_side_make_one(names: tuple[str, ...]) -> None:
    values = ("store", "ann", "pass", "shop")
    found = connection("\n".join(f"{n}: {v}" for n, v in zip(names, values, strict=True)))
    assert (found.form, found.speaks, parts(found)) == (Form.SPLIT, None, ("ann", "pass", "shop"))


def test_the_engine_beside_a_host_is_read() -> None:
    found = connection("DB_HOST: store\nDB_ENGINE: django.db.backends.mysql")
    assert (found.speaks, found.runs, found.engine_variable) == ("mysql", "postgres", "DB_ENGINE")


def test_what_is_unknown_leaves_the_rest_known() -> None:
    world = project("STORE_URL: postgres://${NAME}:${PASS}@store:3306/shop")
    (found,) = world.connections
    assert said(found.database) == "shop"
    assert found.user is not None
    assert not connections.plain(found.user).isascii(), "the unknown part is marked"
    assert spelled(world.library, found.reference.address.port_text) == b"3306"


@pytest.mark.parametrize("value", ["postgres://ann@store.example.org/shop", "postgres://ann@${HOST}/shop", "store"])
def test_what_reaches_no_store_is_none(value: str) -> None:
    assert project(f"STORE_URL: {value}").connections == ()


# --- stores ----------------------------------------------------------------------------------------------------------


def made(server: str, files: dict[str, str] | None = None) -> engines.Store | None:
    """What a store is created with."""
    world = project("A: b", server, files)
    (workload,) = (w for w in world.workloads if w.name == "store")
    return engines.store(world, workload)


@pytest.mark.parametrize(
    ("image", "engine"),
    [
        ("postgis/postgis:16-3.4", "postgres"),
        ("registry.example.org/base/mysql:8", "mysql"),
        ("docker.io/bitnami/mariadb@sha256:abc", "mysql"),
        ("example/mysql-api:2", None),
        ("prom/mysqld-exporter", None),
        ("postgrest/postgrest", None),
    ],
)
def test_an_image_tells_its_engine(image: str, engine: str | None) -> None:
    world = project("A: b", f"image: {image}")
    (workload,) = (w for w in world.workloads if w.name == "store")
    assert engines.engine(world, workload) == engine


@pytest.mark.parametrize(
    ("server", "users", "databases"),
    [
        ("image: postgres\nenvironment: [POSTGRES_PASSWORD=a]", ["postgres"], ["postgres"]),
        ("image: postgres\nenvironment: [POSTGRES_USER=ann]", ["ann"], ["ann"]),
        ("image: postgres\nenvironment: [POSTGRES_USER=ann, POSTGRES_DB=shop]", ["ann"], ["shop"]),
        ("image: bitnami/postgresql\nenvironment: [POSTGRESQL_USERNAME=ann]", ["ann", "postgres"], ["postgres"]),
        ("image: mysql\nenvironment: [MYSQL_USER=ann, MYSQL_DATABASE=shop]", ["ann", "root"], ["shop"]),
        ("image: mariadb\nenvironment: [MARIADB_USER=ann, MYSQL_DATABASE=shop]", ["ann", "root"], ["shop"]),
    ],
)
def test_variables_make_users_and_databases(server: str, users: list[str], databases: list[str]) -> None:
    found = made(server)
    assert found is not None
    assert [a.user.value for a in found.accounts] == users
    assert [d.value for d in found.databases or ()][:1] == databases


@pytest.mark.parametrize(
    "server",
    [
        "image: postgres\nenvironment: [POSTGRES_USER_FILE=/run/secrets/user]",
        "image: postgres\nenv_file: missing.env",
        "image: postgres\nvolumes: ['scripts:/docker-entrypoint-initdb.d']",
        "image: postgres\nvolumes: ['./pg_hba.conf:/etc/pg_hba.conf']",
        "image: postgres\ncommand: sleep infinity",
        "image: supabase/postgres",
        "image: mongo",
    ],
)
def test_what_anything_may_change_is_unknown(server: str) -> None:
    assert made(server) is None


def test_a_queue_has_a_guest_unless_it_is_told_otherwise() -> None:
    guest, told = made("image: rabbitmq:3"), made("image: rabbitmq:3\nenvironment: [RABBITMQ_DEFAULT_USER=ann]")
    assert guest is not None
    assert told is not None
    assert [(a.user.value, said(a.password), a.named) for a in guest.accounts] == [("guest", "guest", False)]
    assert [a.user.value for a in told.accounts] == ["ann"]
    assert told.lacks_user("guest")
