"""Compose projects: which files run together, and what comes of each service."""

from __future__ import annotations

from textwrap import dedent

import pytest

from stackfix.findings import Anchor
from stackfix.graph import compose, compose_file
from stackfix.graph.model import Declaration, Says
from stackfix.policy import Policy
from tests.graph.compose_world import graph, library, named, only, projects, said, service, spelled, values

PLAIN = """
    services:
      web:
        image: nginx:1.27
    """


def ports(found: tuple[Declaration, ...]) -> list[tuple[str | None, int | None, int, str]]:
    """Host address, host port, container port and protocol of each."""
    return [(d.host_ip, d.published, d.port, d.protocol) for d in found]


# --- what a Compose file is ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "apiVersion: v1\nkind: Service\nservices:\n  web:\n    image: x\n",
        "jobs:\n  test:\n    services:\n      db:\n        image: postgres\n",
        "services:\n  - web\n",
        "services:\n  web:\n    colour: red\n",
        "services: {}\n",
        "- services\n",
        PLAIN + "---\na: 1\n",
        "",
    ],
    ids=["a manifest", "a workflow", "a list", "other keys", "empty", "a sequence", "two documents", "nothing"],
)
def test_other_yaml_is_no_compose_file(source: str) -> None:
    assert not projects({"stack.yml": dedent(source)})


def test_a_file_of_any_name_is_known_by_its_services() -> None:
    assert set(projects({"deploy/stack.yml": PLAIN})) == {"deploy/stack.yml"}


def test_copies_and_unreadable_files_are_passed_over() -> None:
    files = {"compose.yaml": PLAIN, "backup/compose.yaml": PLAIN, "bad.yml": "services:\n  a: [\n"}
    books = library(files, copies=("backup/compose.yaml",))
    assert [d.name for d in compose.deployments(books, Policy())] == ["compose.yaml"]
    assert set(books.problems) == {"bad.yml"}
    assert compose.service_names(books) == {"web"}


def test_the_names_of_services_and_containers_are_spoken() -> None:
    books = library({"part.yml": "services:\n  db:\n    container_name: shop-db\n  x: {ports: ['1:1']}\n"})
    assert compose.service_names(books) == {"db", "shop-db", "x"}


def test_carriage_returns_and_a_mark_at_the_start_change_nothing() -> None:
    crlf = "\ufeffservices:\r\n  web:\r\n    image: nginx\r\n    ports:\r\n      - 81:80\r\n"
    (web,) = only({"compose.yml": crlf}).values()
    assert ports(web.declarations) == [(None, 81, 80, "tcp")]


# --- which files run together ----------------------------------------------------------------------------------------


def test_the_first_of_the_canonical_names_is_the_project() -> None:
    assert set(projects({"docker-compose.yml": PLAIN, "compose.yaml": PLAIN})) == {"compose.yaml"}


@pytest.mark.parametrize(
    ("base", "override"),
    [
        ("compose.yaml", "compose.override.yaml"),
        ("compose.yaml", "compose.override.yml"),
        ("docker-compose.yml", "docker-compose.override.yml"),
        ("docker-compose.yml", "compose.override.yaml"),
    ],
)
def test_the_override_beside_it_is_merged(base: str, override: str) -> None:
    files = {
        f"shop/{base}": PLAIN,
        f"shop/{override}": "services:\n  web:\n    image: nginx:1.28\n    ports: ['8080:80']\n",
    }
    (deployment,) = graph(files).projects
    assert deployment.paths == (f"shop/{base}", f"shop/{override}")
    assert deployment.name == f"shop/{base}+shop/{override}"
    (web,) = deployment.workloads
    assert said(web.image) == "nginx:1.28"
    assert ports(web.declarations) == [(None, 8080, 80, "tcp")]


def test_only_the_first_override_counts() -> None:
    files = {
        "compose.yaml": PLAIN,
        "compose.override.yml": "services:\n  web: {restart: always}\n",
        "docker-compose.override.yml": "services:\n  web: {restart: unless-stopped}\n",
    }
    (web,) = only(files).values()
    assert web.restart == "always"


FRAGMENT = "services:\n  web:\n    environment: {MODE: live}\n"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("run.sh", "docker compose -f compose.yaml -f prod.yml up -d\n"),
        ("run.sh", "docker-compose \\\n  -f compose.yaml \\\n  --file=prod.yml \\\n  up\n"),
        ("Makefile", "up:\n\tdocker compose -f ./compose.yaml --file ./prod.yml up -d\n"),
        ("README.md", "Run `docker compose -f compose.yaml -f prod.yml up` to start.\n"),
        ("scripts/run.sh", 'cd "$(dirname "$0")/.."\ndocker compose -f compose.yaml -f "prod.yml" up\n'),
        ("package.json", '{"scripts": {"up": "docker compose -f compose.yaml -f prod.yml up"}}\n'),
        (
            ".github/workflows/ci.yml",
            "jobs:\n  a:\n    steps:\n      - run: docker compose -f compose.yaml -f prod.yml up\n",
        ),
        (".env", "COMPOSE_FILE=compose.yaml:prod.yml\n"),
    ],
)
def test_files_that_people_start_together_are_one_project(path: str, text: str) -> None:
    found = projects({"compose.yaml": PLAIN, "prod.yml": FRAGMENT, path: text})
    assert set(found) == {"compose.yaml", "compose.yaml+prod.yml"}
    assert values(found["compose.yaml+prod.yml"].workloads[0]) == {"MODE": "live"}
    assert values(found["compose.yaml"].workloads[0]) == {}


def test_the_order_of_the_files_decides() -> None:
    files = {
        "a.yml": "services:\n  web:\n    image: one\n    environment: [MODE=a]\n",
        "b.yml": "services:\n  web:\n    image: two\n    environment: {MODE: b}\n",
        "run.sh": "docker compose -f b.yml -f a.yml up\n",
    }
    found = projects(files)
    assert set(found) == {"b.yml", "b.yml+a.yml"}
    assert said(found["b.yml+a.yml"].workloads[0].image) == "one"
    assert values(found["b.yml+a.yml"].workloads[0]) == {"MODE": "a"}


def test_files_of_another_folder_are_read_as_from_the_first() -> None:
    files = {
        "compose.yaml": "services:\n  web:\n    build: ./web\n",
        "deploy/prod.yml": "services:\n  web:\n    env_file: ./web.env\n",
        "web.env": "MODE=live\n",
        "deploy/web.env": "MODE=wrong\n",
        "run.sh": "docker compose -f compose.yaml -f deploy/prod.yml up\n",
    }
    found = projects(files)["compose.yaml+deploy/prod.yml"]
    assert values(found.workloads[0]) == {"MODE": "live"}


@pytest.mark.parametrize(
    "text",
    [
        "docker compose -f compose.yaml -f $WHICH.yml up\n",
        "docker compose -f compose.yaml -f gone.yml up\n",
        "docker compose -f compose.yaml up; cat -f prod.yml\n",
        "echo -f compose.yaml -f prod.yml\n",
    ],
)
def test_what_nobody_starts_together_stays_apart(text: str) -> None:
    assert set(projects({"compose.yaml": PLAIN, "prod.yml": FRAGMENT, "run.sh": text})) == {"compose.yaml"}


def test_a_fragment_alone_is_never_judged() -> None:
    assert not projects({"compose.prod.yml": FRAGMENT})


def test_a_whole_file_beside_the_canonical_one_stands_alone() -> None:
    found = projects({"compose.yaml": PLAIN, "compose.prod.yml": PLAIN})
    assert set(found) == {"compose.yaml", "compose.prod.yml"}
    assert [found[name].production for name in ("compose.yaml", "compose.prod.yml")] == [False, True]


# --- include ---------------------------------------------------------------------------------------------------------


def test_included_files_are_part_of_the_project_with_their_own_folder() -> None:
    files = {
        "compose.yaml": """
            include:
              - infra/compose.yaml
            services:
              web:
                build: .
                environment: {PORT: '${PORT:-1}'}
            """,
        "infra/compose.yaml": """
            services:
              db:
                build: ./db
                env_file: db.env
                environment: {PORT: '${PORT:-2}', NAME: '${NAME:-none}'}
                volumes: ['./data:/data']
            """,
        "infra/.env": "PORT=5433\nNAME=infra\n",
        "infra/db.env": "USER=app\n",
    }
    found = projects(files)["infra/compose.yaml+compose.yaml"]
    assert found.paths == ("infra/compose.yaml", "compose.yaml")
    services = {w.name: w for w in found.workloads}
    built = services["db"].build
    assert built is not None
    assert (built.context, built.dockerfile) == ("infra/db", "infra/db/Dockerfile")
    assert values(services["db"]) == {"USER": "app", "PORT": "5433", "NAME": "infra"}
    assert values(services["web"]) == {"PORT": "1"}
    assert services["db"].mounts[0].source == "infra/data"


def test_the_project_itself_is_stronger_than_what_an_included_file_is_given() -> None:
    files = {
        "compose.yaml": "include: [infra/compose.yaml]\nservices:\n  web: {image: a}\n",
        ".env": "PORT=1\n",
        "infra/compose.yaml": "services:\n  db:\n    image: b\n    environment: {PORT: '${PORT}', NAME: '${NAME}'}\n",
        "infra/.env": "PORT=2\nNAME=infra\n",
    }
    assert values(named(graph(files), "db", "infra/compose.yaml+compose.yaml")) == {"PORT": "1", "NAME": "infra"}


def test_the_long_form_of_include_names_folder_and_env_files() -> None:
    files = {
        "compose.yaml": """
            include:
              - path: [infra/base.yml, infra/more.yml]
                project_directory: .
                env_file: infra/settings.env
            """,
        "infra/base.yml": "services:\n  db:\n    build: db\n    environment: {PORT: '${PORT}'}\n",
        "infra/more.yml": "services:\n  db:\n    restart: always\n",
        "infra/settings.env": "PORT=7\n",
    }
    db = named(graph(files), "db", "infra/more.yml+infra/base.yml+compose.yaml")
    assert db.build is not None
    assert (db.build.context, db.restart, values(db)) == ("db", "always", {"PORT": "7"})


def test_a_project_that_includes_what_nobody_sees_is_not_judged() -> None:
    for name in ("gone.yml", "https://example.org/stack.git", "${WHICH}.yml"):
        assert not projects({"compose.yaml": f"include: ['{name}']\nservices:\n  web: {{image: a}}\n"})


def test_files_that_include_each_other_are_read_once() -> None:
    files = {
        "compose.yaml": "include: [other.yml]\nservices:\n  web: {image: a}\n",
        "other.yml": "include: [compose.yaml]\nservices:\n  db: {image: b}\n",
    }
    found = projects(files)["other.yml+compose.yaml"]
    assert sorted(w.name for w in found.workloads) == ["db", "web"]


# --- extends and merges ----------------------------------------------------------------------------------------------


def test_a_service_extends_another_of_the_same_file() -> None:
    found = only(
        {
            "compose.yaml": """
                services:
                  base:
                    image: app
                    environment: {MODE: base, LEVEL: info}
                    ports: ['81:80']
                  web:
                    extends: base
                    environment: [MODE=web]
                    ports: ['82:82']
                """
        }
    )
    assert said(found["web"].image) == "app"
    assert values(found["web"]) == {"MODE": "web", "LEVEL": "info"}
    assert ports(found["web"].declarations) == [(None, 81, 80, "tcp"), (None, 82, 82, "tcp")]


def test_a_service_of_another_folder_keeps_its_paths() -> None:
    files = {
        "shop/compose.yaml": """
            services:
              web:
                extends: {file: ../common/base.yml, service: app}
                env_file: own.env
            """,
        "common/base.yml": "services:\n  app:\n    build: ./src\n    env_file: app.env\n    volumes: ['./conf:/conf:ro']\n",
        "common/app.env": "MODE=common\n",
        "shop/own.env": "LEVEL=debug\n",
    }
    web = named(graph(files), "web")
    assert web.build is not None
    assert web.build.context == "common/src"
    assert values(web) == {"MODE": "common", "LEVEL": "debug"}
    assert [(m.source, m.target) for m in web.mounts] == [("common/conf", "/conf")]


def test_what_extends_an_unseen_file_is_not_judged_and_a_circle_ends() -> None:
    assert not projects({"compose.yaml": "services:\n  web:\n    extends: {file: gone.yml, service: a}\n"})
    found = only({"compose.yaml": "services:\n  a: {extends: b, image: x}\n  b: {extends: a}\n"})
    assert said(found["b"].image) == "x"


def test_anchors_aliases_and_merge_keys_are_followed() -> None:
    found = only(
        {
            "compose.yaml": """
                x-env: &env
                  MODE: shared
                  LEVEL: info
                x-service: &service
                  restart: always
                  networks: [back]
                services:
                  web:
                    <<: *service
                    image: web
                    environment:
                      <<: *env
                      LEVEL: debug
                  worker:
                    <<: *service
                    image: worker
                    restart: 'no'
                    environment: *env
                networks:
                  back:
                """
        }
    )
    assert values(found["web"]) == {"LEVEL": "debug", "MODE": "shared"}
    assert values(found["worker"]) == {"MODE": "shared", "LEVEL": "info"}
    assert (found["web"].restart, found["worker"].restart) == ("always", "no")
    assert (found["web"].runs_once, found["worker"].runs_once) == (False, True)
    assert [use.key for use in found["web"].networks] == ["back"]


def test_reset_and_override_empty_what_stands_below() -> None:
    files = {
        "compose.yaml": "services:\n  web:\n    image: a\n    ports: ['1:1']\n    expose: ['2']\n    command: run\n",
        "compose.override.yaml": "services:\n  web:\n    ports: !override ['3:3']\n    expose: !reset []\n    command: !reset null\n",
    }
    (web,) = only(files).values()
    assert ports(web.declarations) == [(None, 3, 3, "tcp")]
    assert web.command is None


def test_lists_add_up_and_scalars_are_replaced() -> None:
    files = {
        "compose.yaml": "services:\n  web:\n    image: a\n    command: [run, one]\n    ports: ['1:1']\n    networks: [x]\n",
        "compose.override.yaml": "services:\n  web:\n    command: two\n    ports: ['2:2']\n    networks: {y: {aliases: [z]}}\n",
    }
    (web,) = only(files).values()
    assert ports(web.declarations) == [(None, 1, 1, "tcp"), (None, 2, 2, "tcp")]
    assert [(use.key, [said(a) for a in use.aliases]) for use in web.networks] == [("x", []), ("y", ["z"])]
    assert web.command is not None
    assert web.command.shell
    assert [said(word.text) for word in web.command.words] == ["two"]


# --- one service -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "image: a\nenvironment:\n  HOST: db\n  PORT: '5432'\n  EMPTY: ''",
        "image: a\nenvironment:\n  - HOST=db\n  - PORT=5432\n  - EMPTY=",
        "image: a\nenvironment: {HOST: db, PORT: 5432, EMPTY: ''}",
        "image: a\nenvironment: [HOST=db, 'PORT=5432', \"EMPTY=\"]",
    ],
    ids=["mapping", "list", "flow mapping", "flow list"],
)
def test_both_forms_of_environment_say_the_same(body: str) -> None:
    assert values(service(body)) == {"HOST": "db", "PORT": "5432", "EMPTY": ""}


def test_each_variable_knows_its_value_and_its_address() -> None:
    books = library({"compose.yaml": "services:\n  web:\n    image: a\n    environment:\n      - HOST=db:80\n"})
    (deployment,) = compose.deployments(books, Policy())
    variable = deployment.workloads[0].environment.variables["HOST"]
    assert spelled(books, variable.value) == b"db:80"
    assert variable.anchor == Anchor("compose.yaml", "yaml", (0, "services", "web", "environment", 0))


def test_a_name_without_a_value_is_passed_through() -> None:
    given = {".env": "MODE=live\n"}
    for body in ("image: a\nenvironment: [MODE, OTHER]", "image: a\nenvironment: {MODE: , OTHER: ~}"):
        assert values(service(body, **given)) == {"MODE": "live", "OTHER": None}


def test_secrets_are_marked() -> None:
    found = service(
        "image: a\nenvironment: {DB_PASSWORD: hunter2, MODE: live}\nenv_file: x.env", **{"x.env": "API_KEY=abc\n"}
    )
    secret = {name: variable.secret for name, variable in found.environment.variables.items()}
    assert secret == {"DB_PASSWORD": True, "MODE": False, "API_KEY": True}
    listed = service("image: a\nenvironment: [DB_PASSWORD=hunter2, MODE=live]")
    assert {n: v.secret for n, v in listed.environment.variables.items()} == {"DB_PASSWORD": True, "MODE": False}


@pytest.mark.parametrize(
    ("body", "complete", "given"),
    [
        ("env_file: a.env", True, {"MODE": "a"}),
        ("env_file: [a.env, b.env]", True, {"MODE": "b", "MORE": "1"}),
        ("env_file:\n  - path: b.env\n  - path: ./a.env\n    required: true", True, {"MODE": "a", "MORE": "1"}),
        ("env_file: gone.env", False, {}),
        ("env_file:\n  - path: gone.env\n    required: false\n  - a.env", True, {"MODE": "a"}),
        ("env_file: a.env\nenvironment: [MODE=own]", True, {"MODE": "own"}),
    ],
)
def test_env_files_come_before_environment(body: str, complete: bool, given: dict[str, str]) -> None:
    found = service("image: x\n" + body, **{"a.env": "MODE=a\n", "b.env": "MODE=b\nMORE=1\n"})
    assert values(found) == given
    assert found.environment.complete is complete


@pytest.mark.parametrize(
    ("files", "port"),
    [
        ({}, "8000"),
        ({".env": "PORT=81\n"}, "81"),
        ({".env": "PORT=\n"}, "8000"),
        ({".env.example": "PORT=82\n"}, "82"),
        ({".env": "OTHER=1\n", ".env.example": "PORT=82\n"}, "8000"),
        ({".env.example": "PORT=82\n", ".env.sample": "PORT=83\n"}, "8000"),
    ],
    ids=["default", "given", "empty", "example", "env without it", "two examples"],
)
def test_variables_come_from_the_env_file_beside_or_its_example(files: dict[str, str], port: str) -> None:
    found = service("image: x\nenvironment: {PORT: '${PORT:-8000}'}\nports: ['${PORT:-8000}:80']", **files)
    assert values(found) == {"PORT": port}
    assert ports(found.declarations) == [(None, int(port), 80, "tcp")]


def test_an_unknown_variable_makes_the_value_unknown() -> None:
    found = service("image: x:${TAG}\ncontainer_name: ${NAME}\nenvironment: {URL: 'http://${HOST}:80'}")
    assert (found.image, found.container_name, values(found)) == (None, None, {"URL": None})


SHORT: dict[str, tuple[str, tuple[str | None, int | None, int, str] | None]] = {
    "container alone": ("'80'", (None, None, 80, "tcp")),
    "a number": ("3000", (None, None, 3000, "tcp")),
    "both": ("'8080:80'", (None, 8080, 80, "tcp")),
    "unquoted": ("8080:80", (None, 8080, 80, "tcp")),
    "with an address": ("'127.0.0.1:8080:80'", ("127.0.0.1", 8080, 80, "tcp")),
    "with an address of version 6": ("'[::1]:8080:80'", ("[::1]", 8080, 80, "tcp")),
    "an address and any port": ("'127.0.0.1::80'", ("127.0.0.1", None, 80, "tcp")),
    "another protocol": ("'53:5353/udp'", (None, 53, 5353, "udp")),
    "a default": ("'${P:-8080}:80'", (None, 8080, 80, "tcp")),
    "an unknown host port": ("'${P}:80'", (None, None, 80, "tcp")),
    "an unknown address": ("'${IP:?set it}:8080:80/tcp'", (None, None, 80, "tcp")),
    "an unknown container port": ("'8080:${P}'", None),
    "a range": ("'8000-8010:8000-8010'", None),
    "a range of hosts": ("'8000-8010:80'", None),
}


@pytest.mark.parametrize(("entry", "expected"), SHORT.values(), ids=SHORT.keys())
def test_short_ports(entry: str, expected: tuple[str | None, int | None, int, str] | None) -> None:
    found = service(f"image: x\nports:\n  - {entry}")
    assert ports(found.declarations) == ([expected] if expected else [])


LONG: dict[str, tuple[str, tuple[str | None, int | None, int, str] | None]] = {
    "whole": (
        "{target: 80, published: '8080', host_ip: 127.0.0.1, protocol: udp, mode: host}",
        ("127.0.0.1", 8080, 80, "udp"),
    ),
    "target alone": ("{target: 80}", (None, None, 80, "tcp")),
    "a range of hosts": ("{target: 80, published: 8080-8090}", (None, None, 80, "tcp")),
    "a variable": ("{target: '${T:-81}', published: '${P}'}", (None, None, 81, "tcp")),
    "no target": ("{published: 8080}", None),
    "an unknown target": ("{target: '${T}', published: 8080}", None),
}


@pytest.mark.parametrize(("entry", "expected"), LONG.values(), ids=LONG.keys())
def test_long_ports(entry: str, expected: tuple[str | None, int | None, int, str] | None) -> None:
    found = service(f"image: x\nports:\n  - {entry}")
    assert ports(found.declarations) == ([expected] if expected else [])


def test_each_side_of_a_port_has_its_own_place() -> None:
    books = library(
        {"compose.yaml": 'services:\n  web:\n    image: a\n    ports:\n      - "127.0.0.1:8080:80/tcp" # c\n'}
    )
    (deployment,) = compose.deployments(books, Policy())
    (found,) = deployment.workloads[0].declarations
    assert spelled(books, found.port_text) == b"80"
    assert spelled(books, found.published_text) == b"8080"
    assert found.says is Says.PUBLISHED
    assert found.anchor.steps == (0, "services", "web", "ports", 0)


def test_exposed_ports_are_declared_too() -> None:
    found = service(
        "image: x\nexpose:\n  - 3000\n  - '53/udp'\n  - '${P:-81}'\n  - 9000-9010\n  - '${UNKNOWN}'\nports: ['1:2']"
    )
    assert ports(found.declarations) == [
        (None, 1, 2, "tcp"),
        (None, None, 3000, "tcp"),
        (None, None, 53, "udp"),
        (None, None, 81, "tcp"),
    ]
    assert [d.says for d in found.declarations[:2]] == [Says.PUBLISHED, Says.COMPOSE_EXPOSE]


BUILDS: dict[str, tuple[str, tuple[str, str, str | None] | None]] = {
    "a folder": ("build: ./api", ("shop/api", "shop/api/Dockerfile", None)),
    "its own folder": ("build: .", ("shop", "shop/Dockerfile", None)),
    "above": ("build: {context: .., dockerfile: shop/web.Dockerfile}", ("", "shop/web.Dockerfile", None)),
    "a stage": ("build:\n  context: api\n  target: prod", ("shop/api", "shop/api/Dockerfile", "prod")),
    "no context": ("build: {dockerfile: web.Dockerfile}", ("shop", "shop/web.Dockerfile", None)),
    "a default": ("build: '${DIR:-web}'", ("shop/web", "shop/web/Dockerfile", None)),
    "elsewhere": ("build: https://github.com/some/one.git", None),
    "by ssh": ("build: {context: 'git@example.org:some/one.git'}", None),
    "unknown": ("build: '${DIR}'", None),
    "an unknown context": ("build: {context: '${DIR}'}", None),
    "an unknown Dockerfile": ("build: {context: ., dockerfile: '${FILE}'}", None),
    "inline": ("build: {context: ., dockerfile_inline: 'FROM scratch'}", None),
    "none": ("image: x", None),
}


@pytest.mark.parametrize(("body", "expected"), BUILDS.values(), ids=BUILDS.keys())
def test_builds(body: str, expected: tuple[str, str, str | None] | None) -> None:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    (web,) = only({"shop/compose.yaml": "services:\n  web:\n" + lines + "    restart: always\n"}).values()
    found = web.build
    assert (None if found is None else (found.context, found.dockerfile, found.target)) == expected


def test_a_build_outside_of_what_is_seen_is_unknown() -> None:
    books = library(
        {"compose.yaml": "services:\n  a: {build: ../other}\n  b: {build: sub/b}\n  c: {build: c}\n"}, unknown=("sub",)
    )
    (deployment,) = compose.deployments(books, Policy())
    assert [w.build.known for w in deployment.workloads if w.build] == [False, False, True]


def test_build_arguments_in_both_forms() -> None:
    for args in ("{MODE: '${MODE:-live}', N: 1}", "['MODE=${MODE:-live}', 'N=1']"):
        built = service(f"build:\n  context: .\n  args: {args}").build
        assert built is not None
        assert [(a.name, said(a.value)) for a in built.arguments] == [("MODE", "live"), ("N", "1")]


def test_commands_in_both_forms() -> None:
    exec_form = service('image: x\ncommand: ["run", "--port", "${PORT:-80}"]\nentrypoint: ["/start"]')
    assert exec_form.command is not None
    assert not exec_form.command.shell
    assert [said(w.text) for w in exec_form.command.words] == ["run", "--port", "80"]
    assert exec_form.entrypoint is not None
    assert [said(w.text) for w in exec_form.entrypoint.words] == ["/start"]
    one = service("image: x\ncommand: run --port $$PORT ${UNKNOWN}")
    assert one.command is not None
    assert one.command.shell
    assert one.command.words[0].text is None
    assert [hole.name for hole in one.command.words[0].holes] == ["UNKNOWN"]


def test_where_a_service_waits() -> None:
    listed = service("image: x\ndepends_on: [db, cache]")
    assert [(said(w.name), w.condition, w.required) for w in listed.waits] == [
        ("db", None, True),
        ("cache", None, True),
    ]
    mapped = service("image: x\ndepends_on:\n  db:\n    condition: service_healthy\n  cache: {required: false}")
    assert [(said(w.name), w.condition, w.required) for w in mapped.waits] == [
        ("db", "service_healthy", True),
        ("cache", None, False),
    ]


def test_mounts() -> None:
    found = service(
        """
        image: x
        volumes:
          - ./nginx/site.conf:/etc/nginx/conf.d/default.conf:ro
          - data:/var/lib/data
          - /var/run/docker.sock:/var/run/docker.sock
          - {type: bind, source: ../shared, target: /shared/}
          - /anonymous
        """
    )
    assert [(m.target, m.source) for m in found.mounts] == [
        ("/etc/nginx/conf.d/default.conf", "nginx/site.conf"),
        ("/var/lib/data", None),
        ("/var/run/docker.sock", "/var/run/docker.sock"),
        ("/shared", "../shared"),
    ]


@pytest.mark.parametrize(
    ("body", "port", "path"),
    [
        ("test: ['CMD', 'curl', '-f', 'http://localhost:8080/health']", 8080, "/health"),
        ("test: ['CMD-SHELL', 'curl -f http://localhost:8080/health || exit 1']", 8080, "/health"),
        ("test: curl -f http://localhost:${P:-81}/", 81, "/"),
        ("test: ['NONE']", None, None),
        ("test: ['CMD', 'curl', '${URL}']", None, None),
        ("disable: true", None, None),
    ],
)
def test_health_checks(body: str, port: int | None, path: str | None) -> None:
    found = service(f"image: x\nhealthcheck:\n  {body}")
    assert [(p.port, said(p.path_text)) for p in found.probes] == ([] if port is None else [(port, path)])
    assert found.healthcheck_disabled is (body == "disable: true")


def test_the_rest_of_a_service() -> None:
    found = service(
        """
        image: x
        container_name: shop-web
        hostname: web.internal
        working_dir: /srv
        links: ['db:database', cache]
        external_links: [legacy:old]
        extra_hosts: ['api.test:10.0.0.1', 'v6=::1']
        profiles: [debug, '${P:-extra}']
        deploy: {replicas: 0}
        """
    )
    assert (said(found.container_name), found.hostname, found.working_dir) == ("shop-web", "web.internal", "/srv")
    assert found.links == (("db", "database"), ("cache", "cache"), ("legacy", "old"))
    assert found.extra_hosts == {"api.test", "v6"}
    assert found.profiles == {"debug", "extra"}
    assert found.scaled_to_zero
    assert service("image: x\nextra_hosts: {api.test: 10.0.0.1}").extra_hosts == {"api.test"}


# --- networks --------------------------------------------------------------------------------------------------------


def test_a_service_is_on_the_default_network_unless_it_says_otherwise() -> None:
    found = only(
        {
            "shop/compose.yaml": """
                services:
                  a: {image: x}
                  b: {image: x, networks: [back]}
                  c: {image: x, networks: {back: , default: {aliases: [see]}}}
                  d: {image: x, network_mode: host}
                networks: {back: }
                """
        }
    )
    uses = {name: [(use.network, use.key) for use in w.networks] for name, w in found.items()}
    assert uses == {
        "a": [("shop:default", "default")],
        "b": [("shop:back", "back")],
        "c": [("shop:back", "back"), ("shop:default", "default")],
        "d": [],
    }
    assert found["d"].network_mode == "host"


def network(files: dict[str, str], project: str, key: str) -> str:
    """The identity of a project's network, as its service `a` uses it."""
    services = {w.name: w for w in projects(files)[project].workloads}
    (found,) = (use.network for use in services["a"].networks if use.key == key)
    return found


OWNER = "services:\n  z: {image: x, networks: [edge]}\nnetworks: {edge: }\n"


@pytest.mark.parametrize(
    ("owner", "entry", "shared"),
    [
        ({"infra/compose.yaml": OWNER}, "{external: true, name: infra_edge}", "infra:edge"),
        ({"infra/compose.yaml": OWNER}, "{external: {name: infra_edge}}", "infra:edge"),
        ({"infra/compose.yaml": "name: core\n" + OWNER}, "{external: true, name: core_edge}", "infra:edge"),
        ({"infra/compose.yaml": OWNER}, "{external: true, name: infra_default}", "infra:default"),
        ({"compose.yaml": OWNER}, "{external: true, name: anything_edge}", ":edge"),
        ({"infra/compose.yaml": OWNER}, "{external: true, name: other_edge}", "name:other_edge"),
        ({"infra/compose.yaml": OWNER.replace("{edge: }", "{edge: {name: shared}}")}, "{external: true, name: shared}", "name:shared"),
        ({}, "{external: true}", "name:net"),
        ({}, "{name: fixed}", "name:fixed"),
        ({}, "{external: false}", "shop:net"),
        ({}, "{driver: bridge}", "shop:net"),
    ],
    ids=[
        "by folder", "old form", "by name", "its default", "the root's", "a stranger's", "a fixed name", "external key",
        "own fixed name", "not external", "own",
    ],
)  # fmt: skip
def test_networks_are_told_apart_by_their_real_names(owner: dict[str, str], entry: str, shared: str) -> None:
    files = {
        "shop/compose.yaml": f"services:\n  a: {{image: x, networks: [net]}}\nnetworks: {{net: {entry}}}\n",
        **owner,
    }
    assert network(files, "shop/compose.yaml", "net") == shared


def test_a_file_says_what_its_top_level_holds() -> None:
    books = library({"compose.yaml": "name: shop\nservices:\n  a: {image: x}\nnetworks: {n: {external: true}, m: }\n"})
    found = books.get("compose.yaml", compose_file.facts)
    assert found is not None
    assert (found.name, found.whole) == ("shop", True)
    assert [(n.key, n.external, n.real_name) for n in found.networks] == [("n", True, None), ("m", False, None)]
