"""Images: what a Dockerfile makes of a context, and what is certain of it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from stackfix.findings import Anchor, Location
from stackfix.graph import known_images
from stackfix.graph.image import Image, dockerfiles, image
from stackfix.graph.image_files import Found, Why
from stackfix.graph.image_steps import commands
from stackfix.graph.library import Library
from stackfix.graph.model import Build, Words
from stackfix.graph.value import Environment, Variable
from stackfix.spans import Span
from stackfix.text import Text
from stackfix.tree import Entry, Tree

HERE = Location("compose.yaml", Span(0, 0))
ANCHOR = Anchor("compose.yaml", "yaml")


@dataclass(frozen=True)
class Files:
    """A tree in memory; git would ignore what lies below `dist`."""

    files: dict[str, str]

    def read(self, path: str) -> bytes | None:
        text = self.files.get(path)
        return None if text is None else text.encode()

    def would_ignore(self, path: str) -> bool:
        return path.startswith("dist/") or "/dist/" in path


def library(files: dict[str, str], unknown: tuple[str, ...] = ()) -> Library:
    return Library(Tree({p: Entry(p) for p in files}, unknown=unknown), Files(files))


def built(  # noqa: PLR0913 - what a build can be given
    source: str,
    files: dict[str, str] | None = None,
    *,
    target: str | None = None,
    arguments: tuple[Variable, ...] = (),
    unknown: tuple[str, ...] = (),
    known: bool = True,
) -> Image:
    books = library({"app/Dockerfile": source, **(files or {})}, unknown)
    build = Build("app", "app/Dockerfile", HERE, ANCHOR, target=target, arguments=arguments, known=known)
    found = image(books, build)
    assert found is not None
    return found


def argument(name: str, value: str | None) -> Variable:
    return Variable(name, None if value is None else Text.unwritten(value), HERE, ANCHOR)


def said(words: Words | None) -> list[str | None] | None:
    return None if words is None else [t.text.value if t.text else None for t in words.words]


# --- variables -------------------------------------------------------------------------------------------------------


def test_arguments_and_variables_are_followed_to_where_they_are_written() -> None:
    source = (
        "ARG BASE=3.12\nFROM python:${BASE}-slim\nARG P=8000\nENV PORT=$P URL=http://x:${PORT:-1}\nEXPOSE ${PORT}\n"
    )
    found = built(source)
    assert found.base is not None
    assert found.base.family == "python"
    assert [d.port for d in found.exposes] == [8000]
    place = found.exposes[0].port_text.place
    assert place is not None
    assert source[place[1].start : place[1].end] == "8000"
    url = found.environment.get("URL")
    assert url is not None
    assert url.value is not None
    assert url.value.value == "http://x:1", "one ENV sees what was known before it"


def test_what_the_build_gives_wins_over_the_default() -> None:
    source = "FROM node:20\nARG P=8000\nEXPOSE $P\n"
    assert [d.port for d in built(source, arguments=(argument("P", "9000"),)).exposes] == [9000]
    assert built(source, arguments=(argument("P", None),)).exposes == ()


@pytest.mark.parametrize(
    "source",
    [
        "FROM python:3\nEXPOSE $PORT\n",
        "FROM python:3\nARG PORT\nEXPOSE $PORT\n",
        "ARG PORT=8000\nFROM python:3\nEXPOSE $PORT\n",
        "FROM python:3\nEXPOSE 8000-8010\n",
        "FROM mycorp/base\nEXPOSE ${PORT:-8000}\n",
        "FROM python:3\nEXPOSE ${PORT:+8000}\n",
        'FROM python:3\nENV P="\\$X"\nEXPOSE $P\n',
    ],
)
def test_an_uncertain_expose_is_no_fact(source: str) -> None:
    assert built(source).exposes == ()


def test_a_global_argument_reaches_the_stage_that_asks_for_it() -> None:
    found = built("ARG PORT=8000\nFROM python:3\nARG PORT\nEXPOSE $PORT/udp\n")
    assert [(d.port, d.protocol) for d in found.exposes] == [(8000, "udp")]


def test_the_environment_is_complete_only_over_a_public_base() -> None:
    assert built("FROM python:3.12\nENV A=1\n").environment.complete
    assert not built("FROM mycorp/base\nENV A=1\n").environment.complete
    assert not built("FROM $IMAGE\n").environment.complete


# --- stages and commands ---------------------------------------------------------------------------------------------

STAGES = """\
FROM python:3.12-slim AS base
WORKDIR /srv/app
ENV A=1
ENTRYPOINT ["tini", "--"]
CMD ["run", "base"]
FROM base AS dev
CMD run dev
from BASE as prod
ENTRYPOINT ["prod"]
"""


def test_a_later_entrypoint_resets_the_command_below() -> None:
    prod = built(STAGES)
    assert said(prod.entrypoint) == ["prod"]
    assert prod.command is None
    assert not prod.inherits_command
    assert [s.index for s in prod.chain] == [0, 2]
    assert prod.working_dir == "/srv/app"


def test_a_target_stage_is_taken_by_name_or_number() -> None:
    for target in ("dev", "DEV", "1"):
        dev = built(STAGES, target=target)
        assert said(dev.entrypoint) == ["tini", "--"]
        assert said(dev.command) == ["run dev"]
        assert dev.command is not None
        assert dev.command.shell
    assert image(library({"D": STAGES}), Build("", "D", HERE, ANCHOR, target="none")) is None


def test_a_command_in_the_same_stage_stays() -> None:
    found = built('FROM python:3\nCMD ["a"]\nENTRYPOINT ["b"]\n')
    assert (said(found.entrypoint), said(found.command)) == (["b"], ["a"])


def test_without_a_command_the_base_has_its_own() -> None:
    found = built("FROM nginx:alpine\nCOPY x /x\n", {"app/x": ""})
    assert found.command is None
    assert found.inherits_command
    assert found.base is not None
    assert found.base.port == 80


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("WORKDIR app\n", "/app"),
        ("WORKDIR /a\nWORKDIR b/../c\n", "/a/c"),
        ("ENV D=/opt/x\nWORKDIR $D\n", "/opt/x"),
        ("WORKDIR $UNKNOWN\n", None),
        ("WORKDIR $UNKNOWN\nWORKDIR /b\n", "/b"),
    ],
)
def test_the_working_directory(lines: str, expected: str | None) -> None:
    assert built("FROM python:3\n" + lines).working_dir == expected


@pytest.mark.parametrize(
    ("check", "tool", "port", "path"),
    [
        ("CMD curl -f http://localhost:8000/health || exit 1", "curl", 8000, "/health"),
        ('CMD ["wget", "-qO-", "http://127.0.0.1/ready"]', "wget", 80, "/ready"),
        ("CMD python -c \"import urllib.request as u; u.urlopen('http://localhost:5000/')\"", "python", 5000, "/"),
        ("CMD nc -z localhost 6379", "nc", 6379, None),
        ('CMD ["nc", "-z", "db", "5432"]', "nc", 5432, None),
        ("CMD curl http://localhost:$PORT/health", "curl", None, None),
        ("CMD curl -f http://localhost:8000/ || true", "curl", None, None),
        ("CMD pg_isready -U x", "pg_isready", None, None),
    ],
)
def test_a_health_check_is_read_where_it_is_plain(check: str, tool: str, port: int | None, path: str | None) -> None:
    source = f"FROM python:3\nHEALTHCHECK --interval=3s {check}\n"
    found = built(source).healthcheck
    assert found is not None
    assert (found.tool, found.port, found.path) == (tool, port, path)
    if found.port_text is not None:
        assert found.port_text.value == str(port)


def test_no_health_check() -> None:
    found = built("FROM a\nHEALTHCHECK NONE\n")
    assert found.healthcheck_disabled
    assert found.healthcheck is None


# --- files -----------------------------------------------------------------------------------------------------------

TREE = {
    "app/main.py": "",
    "app/pkg/__init__.py": "",
    "app/pkg/mod.py": "",
    "app/requirements.txt": "",
    "app/docs/a.md": "",
}


def where(source: str, path: str, files: dict[str, str] | None = None) -> str | Found:
    return built(source, {**TREE, **(files or {})}).files.lookup(path)


@pytest.mark.parametrize(
    ("copy", "path", "expected"),
    [
        ("COPY . .", "/w/main.py", "app/main.py"),
        ("COPY ./pkg ./pkg", "/w/pkg/mod.py", "app/pkg/mod.py"),
        ("COPY pkg .", "/w/mod.py", "app/pkg/mod.py"),
        ("COPY main.py requirements.txt /x/", "/x/main.py", "app/main.py"),
        ("COPY main.py /x", "/x", "app/main.py"),
        ("COPY main.py /x", "/x/main.py", Found.ABSENT),
        ("COPY main.py /w", "/w/main.py", "app/main.py"),
        ("COPY *.py /x/", "/x/main.py", "app/main.py"),
        ('COPY ["main.py", "/x/y.py"]', "/x/y.py", "app/main.py"),
        ("COPY p*g /x/", "/x/mod.py", "app/pkg/mod.py"),
        ("COPY --parents pkg/mod.py /x/", "/x/pkg/mod.py", "app/pkg/mod.py"),
        ("COPY pkg .", "/w/pkg/mod.py", Found.ABSENT),
        ("ADD https://example.com/a.tgz /x/", "/x/anything", Found.MADE),
        ("ADD a.tar.gz /x", "/x/anything", Found.MADE),
        ("COPY --from=other/image /a /x", "/x/a", Found.MADE),
        ("COPY --from=other/image /a /x", "/y/a", Found.ABSENT),
        ("COPY $UNKNOWN /x/", "/x/a", Found.MADE),
        ("COPY . $UNKNOWN", "/w/nothing", Found.MADE),
        ("COPY <<E /x/f\na\nE", "/x/f", Found.MADE),
        ("RUN pip install -r requirements.txt", "/w/main.py", Found.ABSENT),
        ("RUN make", "/w/main.py", Found.MADE),
        ("RUN echo a > b", "/w/b", Found.MADE),
        ("RUN echo a >/dev/null 2>&1", "/w/b", Found.ABSENT),
        ("RUN mkdir -p x && chown a x", "/w/b", Found.ABSENT),
        ("RUN python -m venv .venv", "/w/.venv/bin/python", Found.MADE),
        ("RUN if [ -f x ]; then cp x main.py; fi", "/w/main.py", Found.MADE),
        ("RUN npm ci", "/w/dist/index.js", Found.MADE),
        ("RUN <<E\nmkdir x\nE", "/w/b", Found.ABSENT),
        ("RUN <<E python\nopen('b','w')\nE", "/w/b", Found.MADE),
    ],
)
def test_where_a_file_of_the_image_comes_from(copy: str, path: str, expected: str | Found) -> None:
    assert where(f"FROM python:3\nWORKDIR /w\n{copy}\n", path) == expected


def test_installing_node_packages_makes_node_modules_unless_a_script_runs() -> None:
    source = "FROM node:20\nWORKDIR /w\nCOPY package.json ./\nRUN npm ci\n"
    plain = {"app/package.json": '{"scripts": {"start": "node x"}}'}
    hooked = {"app/package.json": '{"scripts": {"postinstall": "make"}}'}
    assert where(source, "/w/server.js", plain) is Found.ABSENT
    assert where(source, "/w/node_modules/a/b.js", plain) is Found.MADE
    assert where(source, "/w/server.js", hooked) is Found.MADE


def test_nothing_is_absent_over_an_unknown_base_or_context() -> None:
    assert where("FROM mycorp/base\nCOPY . /w\n", "/w/nothing") is Found.MADE
    found = built("FROM python:3\nCOPY . /w\n", TREE, unknown=("app/vendor",))
    assert found.files.lookup("/w/vendor/x") is Found.MADE
    guessed = built("FROM python:3\nCOPY gone /w/\n", TREE, known=False)
    assert guessed.missing == ()
    assert guessed.files.lookup("/w/gone") is Found.MADE


def test_files_go_through_stages() -> None:
    source = "FROM python:3 AS b\nWORKDIR /b\nCOPY . .\nFROM python:3\nCOPY --from=b /b/pkg /p\nCOPY --from=0 /b/main.py /m/\n"
    found = built(source, TREE)
    assert found.files.lookup("/p/mod.py") == "app/pkg/mod.py"
    assert found.files.lookup("/m/main.py") == "app/main.py"
    assert found.files.lookup("/b/main.py") is Found.ABSENT
    assert found.files.places("app/pkg/mod.py") == ("/p/mod.py",)


def test_what_is_there_before_a_step() -> None:
    found = built("FROM python:3\nWORKDIR /w\nCOPY requirements.txt .\nRUN pip install .\nCOPY . .\n", TREE)
    early = found.files.before(found.runs[0])
    assert early.lookup("/w/requirements.txt") == "app/requirements.txt"
    assert early.lookup("/w/main.py") is Found.ABSENT
    assert found.files.lookup("/w/main.py") == "app/main.py"


def test_missing_sources_are_told_with_their_reason() -> None:
    source = "FROM python:3 AS b\nWORKDIR /b\nFROM python:3\nCOPY gone.txt docs/a.md main.py dist/x no*thing /w/\nCOPY --from=b /b/none /n\n"
    files = {**TREE, "app/.dockerignore": "# notes\n*.txt\ndocs\n"}
    found = built(source, files)
    told = {(m.path, m.why, m.kept_out_of_git) for m in found.missing}
    assert told == {
        ("app/gone.txt", Why.ABSENT, False),
        ("app/docs/a.md", Why.DROPPED, False),
        ("app/dist/x", Why.ABSENT, True),
        ("/b/none", Why.STAGE, False),
    }
    dropped = next(m for m in found.missing if m.why is Why.DROPPED)
    assert dropped.by is not None
    assert dropped.by.path == "app/.dockerignore"
    assert files["app/.dockerignore"][dropped.by.span.start : dropped.by.span.end] == "docs"
    assert dropped.text.value == "docs/a.md"


def test_a_dockerfile_has_an_ignore_file_of_its_own() -> None:
    files = {**TREE, "app/.dockerignore": "main.py\n", "app/Dockerfile.dockerignore": "docs\n"}
    found = built("FROM python:3\nCOPY . /w\n", files)
    assert found.files.lookup("/w/main.py") == "app/main.py"
    assert found.files.lookup("/w/docs/a.md") is Found.ABSENT


# --- tools -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "program", "expected"),
    [
        ("FROM python:3.12-slim\n", "curl", False),
        ("FROM python:3.12\n", "curl", True),
        ("FROM python:3.12-alpine\n", "bash", False),
        ("FROM python:3.12-alpine\n", "wget", True),
        (
            "FROM python:3.12-slim\nRUN apt-get update && apt-get install -y --no-install-recommends curl git\n",
            "curl",
            True,
        ),
        ("FROM alpine\nRUN apk add --no-cache bash=5\n", "bash", True),
        ("FROM python:3.12-slim\nRUN ./install-tools.sh\n", "curl", None),
        ("FROM mycorp/base\n", "curl", None),
        ("FROM python:3.12-slim\nCOPY --from=curlimages/curl /usr/bin/curl /usr/bin/\n", "curl", None),
        ("FROM python:3.12-slim\nRUN pip install flask\n", "curl", False),
        ("FROM scratch\n", "sh", False),
        ("FROM gcr.io/distroless/base\n", "sh", False),
        ("FROM nginx:alpine\n", "curl", None),
        ("FROM node:20-slim\n", "node", True),
    ],
)
def test_which_programs_are_certain(source: str, program: str, expected: bool | None) -> None:
    assert built(source).has_program(program) is expected


def test_packages_are_seen_where_they_are_plain() -> None:
    source = (
        "FROM python:3\nRUN set -e; apt-get -o A=1 install -y \\\n  curl=7 $MORE libpq-dev && "
        "pip install --no-cache-dir -r req/dev.txt 'uvicorn[standard]>=0.3' .\n"
    )
    found = [(i.manager, i.name, i.requirements) for i in built(source).installs]
    assert found == [
        ("apt", "curl", False),
        ("apt", "libpq-dev", False),
        ("pip", "req/dev.txt", True),
        ("pip", "uvicorn", False),
    ]


@pytest.mark.parametrize("text", ["a $(b)", "for x in y; do z; done", "a `b`", "cat <<E", ". ./env"])
def test_shell_that_does_more_than_run_commands_is_unknown(text: str) -> None:
    assert commands(text) is None


# --- public images ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "repository", "tag"),
    [
        ("redis", "redis", None),
        ("docker.io/library/redis:7-alpine", "redis", "7-alpine"),
        ("public.ecr.aws/docker/library/postgres:16@sha256:aa", "postgres", "16"),
        ("localhost:5000/team/app", "localhost:5000/team/app", None),
    ],
)
def test_image_names_are_cut_as_docker_cuts_them(name: str, repository: str, tag: str | None) -> None:
    found = known_images.parse(name)
    assert (found.repository, found.tag) == (repository, tag)


def env(*names: str) -> Environment:
    return Environment({n: argument(n, "1") for n in names})


@pytest.mark.parametrize(
    ("name", "environment", "command", "mounted", "expected"),
    [
        ("postgres:16", env("POSTGRES_USER"), (), (), (5432,)),
        ("postgres:16", env("PGPORT"), (), (), (1,)),
        ("postgres:16", Environment({"PGPORT": argument("PGPORT", None)}), (), (), None),
        ("postgres", env(), ("postgres", "-p", "5433"), (), (5433,)),
        ("postgres", env(), ("-c", "max_connections=200"), (), (5432,)),
        ("redis:7", env(), ("redis-server", "--appendonly", "yes"), (), (6379,)),
        ("redis:7", env(), ("redis-server --port 6380",), (), (6380,)),
        ("redis:7", env(), ("redis-server", "/etc/redis.conf"), (), None),
        ("qdrant/qdrant", env("QDRANT__SERVICE__HTTP_PORT"), (), (), None),
        ("nginx:alpine", env(), (), ("/etc/nginx/conf.d/default.conf",), None),
        ("rabbitmq:3-management", env(), (), (), (5672, 15672)),
        ("unknown/thing", env(), (), (), None),
        ("mongo", Environment(complete=False), (), (), None),
    ],
)
def test_the_ports_of_a_public_image(
    name: str,
    environment: Environment,
    command: tuple[str, ...],
    mounted: tuple[str, ...],
    expected: tuple[int, ...] | None,
) -> None:
    found = known_images.ports(name, environment, command, mounted)
    assert (None if found is None else found.certain) == expected


def test_a_console_port_on_the_command_line_is_possible() -> None:
    found = known_images.ports("minio/minio", env(), ("server", "/data", "--console-address", ":9090"))
    assert found is not None
    assert 9090 in found.possible


def test_dockerfiles_are_found_by_name() -> None:
    names = [
        "Dockerfile",
        "a/Dockerfile.dev",
        "b/web.Dockerfile",
        "Containerfile",
        "Dockerfile.dockerignore",
        "Dockerfile_base",
        "Dockerfile.md",
        "dockerfiles.py",
        "dockerfile",
    ]
    assert dockerfiles(library(dict.fromkeys(names, ""))) == (
        "Containerfile",
        "Dockerfile",
        "Dockerfile_base",
        "a/Dockerfile.dev",
        "b/web.Dockerfile",
        "dockerfile",
    )
