"""What the builds of front ends are given, what is baked in, and how much the code needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stackfix.graph import frontend_builds, frontend_needs
from stackfix.graph.frontend_builds import FrontBuild, Given
from tests.graph import compose_world

if TYPE_CHECKING:
    from stackfix.graph.link import Graph

PACKAGE = '{"scripts": {"build": "vite build"}, "devDependencies": {"vite": "5"}, "dependencies": {"vue": "3"}}'
DOCKERFILE = """
    FROM node:20 AS build
    WORKDIR /app
    COPY . .
    {}
    RUN npm run build

    FROM nginx:1.27
    COPY --from=build /app/dist /usr/share/nginx/html
    """
CODE = "const base = import.meta.env.VITE_API_URL;\nfetch(`${base}/tides`);\n"


def world(
    lines: str = "", code: str = CODE, *, dockerfile: str = DOCKERFILE, args: str = "{}", **files: str
) -> tuple[Graph, FrontBuild | None]:
    """The graph of one front end, and its one build."""
    found = compose_world.graph(
        {
            "compose.yaml": f"services:\n  web:\n    build:\n      context: ./web\n      args: {args}\n",
            "web/Dockerfile": dockerfile.replace("{}", lines or "# nothing"),
            "web/package.json": PACKAGE,
            "web/src/main.ts": code,
            **{f"web/{name}": text for name, text in files.items()},
        }
    )
    built = frontend_builds.builds(found)
    return found, built[0] if built else None


@pytest.mark.parametrize(
    ("lines", "files", "expected"),
    [
        ("", {}, Given.NO),
        ("ARG VITE_API_URL", {}, Given.YES),
        ("ARG VITE_API_URL=", {}, Given.YES),
        ("ENV VITE_API_URL=/api VITE_B=1", {}, Given.YES),
        ("ARG VITE_API_URL_OLD", {}, Given.NO),
        ("RUN export VITE_API_URL=/api", {}, Given.UNKNOWN),
        ("", {".env": "VITE_API_URL=/api\n"}, Given.YES),
        ("", {".env.production": "VITE_API_URL=/api\n"}, Given.YES),
        ("", {".env.development": "VITE_API_URL=/api\n"}, Given.NO),
        ("", {".env": "VITE_API_URL=/api\n", ".dockerignore": ".env\n"}, Given.NO),
        (
            "",
            {"vite.config.ts": 'export default { define: { "import.meta.env.VITE_API_URL": "1" } };\n'},
            Given.UNKNOWN,
        ),
        ("", {"entrypoint.sh": "#!/bin/sh\nsed -i s,__,$VITE_API_URL,\n"}, Given.UNKNOWN),
        ("", {"notes.txt": "VITE_API_URL\n"}, Given.NO),
    ],
)
def test_a_build_is_given(lines: str, files: dict[str, str], expected: Given) -> None:
    graph, found = world(lines, **files)
    assert found is not None
    assert frontend_builds.given(graph, found, "VITE_API_URL") is expected


def test_a_file_that_git_ignores_may_be_copied_unless_development_has_its_own() -> None:
    def given(**files: str) -> Given:
        found = compose_world.graph(
            {
                "compose.yaml": "services:\n  web:\n    build: ./ignored\n",
                "ignored/Dockerfile": DOCKERFILE.replace("{}", "# nothing"),
                "ignored/package.json": PACKAGE,
                "ignored/src/main.ts": CODE,
                **{f"ignored/{name}": text for name, text in files.items()},
            }
        )
        (built,) = frontend_builds.builds(found)
        return frontend_builds.given(found, built, "VITE_API_URL")

    assert given() is Given.UNKNOWN
    assert given(**{".dockerignore": ".env*\n"}) is Given.NO
    assert given(**{".env.development": "VITE_API_URL=http://localhost:8000\n"}) is Given.NO


def test_a_step_that_makes_a_dotenv_file_may_give_anything() -> None:
    graph, found = world(dockerfile=DOCKERFILE.replace("COPY . .", "RUN ./fetch > .env\n    COPY . ."))
    assert found is not None
    assert frontend_builds.given(graph, found, "VITE_API_URL") is Given.UNKNOWN


@pytest.mark.parametrize(
    ("lines", "args", "expected"),
    [
        ("ARG VITE_API_URL", "{}", None),
        ("ARG VITE_API_URL=/a", "{}", "/a"),
        ("ARG VITE_API_URL=/a", "{VITE_API_URL: /b}", "/b"),
        ("ARG VITE_API_URL\n    ENV VITE_API_URL=$VITE_API_URL", "{}", None),
        ("ARG VITE_API_URL\n    ENV VITE_API_URL=$VITE_API_URL", "{VITE_API_URL: /b}", "/b"),
        ("ENV VITE_API_URL=/c", "{VITE_API_URL: /b}", "/c"),
        ("ARG VITE_API_URL", "[VITE_API_URL]", Given.UNKNOWN),
        ("", "{}", None),
    ],
)
def test_what_is_baked_in(lines: str, args: str, expected: str | Given | None) -> None:
    graph, found = world(lines, args=args)
    assert found is not None
    baked = frontend_builds.baked(graph, found, "VITE_API_URL")
    assert (baked if baked is None or isinstance(baked, Given) else baked.value) == expected


@pytest.mark.parametrize(
    "step", ["yarn build", "pnpm run build", "npx vite build", "cd /app && npm run build", "npm run build && ls dist"]
)
def test_steps_that_build(step: str) -> None:
    _, found = world(dockerfile=DOCKERFILE.replace("npm run build", step))
    assert found is not None
    assert found.names == ("VITE_API_URL",)


@pytest.mark.parametrize("step", ["npm ci", "npm run lint", "npm --prefix other run build", "true"])
def test_steps_that_do_not(step: str) -> None:
    _, found = world(dockerfile=DOCKERFILE.replace("npm run build", step))
    assert found is None


def test_a_script_that_loads_variables_itself_is_left_alone() -> None:
    _, found = world(**{"package.json": PACKAGE.replace("vite build", "env-cmd -f x vite build")})
    assert found is None


def test_a_stage_that_the_image_does_not_rest_on_does_not_count() -> None:
    _, found = world(dockerfile=DOCKERFILE.replace("COPY --from=build /app/dist", "COPY ./dist"))
    assert found is None


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (CODE, "required"),
        ("fetch(import.meta.env.VITE_API_URL + '/tides');\n", "required"),
        ("export const config = { api: import.meta.env.VITE_API_URL };\n", "required"),
        ("const a = import.meta.env.VITE_API_URL;\nif (!a) {\n  throw new Error('none');\n}\n", "required"),
        ("const a = import.meta.env.VITE_API_URL || '';\n", "fallback"),
        ("const a = import.meta.env.VITE_API_URL ?? 'http://localhost:8000';\n", "fallback"),
        ("const a = import.meta.env.VITE_API_URL || '/api';\n", None),
        ("const a = import.meta.env.VITE_API_URL || window.location.origin;\n", None),
        ("const a = import.meta.env.VITE_API_URL;\nif (a) {\n  fetch(a);\n}\n", None),
        ("const a = import.meta.env.VITE_API_URL ? 1 : 2;\n", None),
        ("if (import.meta.env.VITE_API_URL === 'x') {\n  run();\n}\n", None),
        ("const a = import.meta.env.VITE_API_URL;\nfetch(a ?? '/api');\n", None),
    ],
)
def test_how_much_the_code_needs_it(code: str, expected: str | None) -> None:
    graph, found = world(code=code)
    assert found is not None
    need = frontend_needs.need(graph, found, "VITE_API_URL")
    told = None if need is None else "required" if need.required else "fallback"
    assert told == expected


@pytest.mark.parametrize("name", ["VITE_MAPS_API_KEY", "VITE_TITLE", "VITE_API_TIMEOUT", "VITE_USE_MOCK_API"])
def test_what_is_no_address_is_not_judged(name: str) -> None:
    graph, found = world(code=f"show(import.meta.env.{name});\n")
    assert found is not None
    assert frontend_needs.need(graph, found, name) is None


def test_a_file_that_nothing_loads_needs_nothing() -> None:
    graph, found = world(code="import './used';\n", **{"src/used.ts": "go();\n", "src/unused.ts": CODE})
    assert found is not None
    assert frontend_needs.need(graph, found, "VITE_API_URL") is None
    graph, found = world(code="import './used';\n", **{"src/used.ts": CODE})
    assert found is not None
    assert frontend_needs.need(graph, found, "VITE_API_URL") is not None
