"""What Node, Vite, Go and Rust programs bind, by their source and what their deployment gives."""

from __future__ import annotations

import pytest

from stackfix.graph import node_sources
from tests.graph import compose_world

NODE = """
    FROM node:20-alpine
    WORKDIR /srv
    COPY . .
    CMD ["node", "server.js"]
    """
EXPRESS = """
    const express = require("express");
    const app = express();
    app.listen({});
    """
PACKAGE = '{"name": "x", "main": "server.js", "scripts": {"start": "node server.js"}, "dependencies": {"express": "4"}}'

Bound = list[tuple[int, str | None]]


def bound(files: dict[str, str], *, environment: str = "", dockerfile: str = NODE, command: str = "") -> Bound | None:
    """Ports and hosts that the one service binds; None where nobody can tell."""
    lines = ["services:", "  web:", "    build: ./web"]
    lines += [f"    environment: {environment}"] if environment else []
    lines += [f"    command: {command}"] if command else []
    world = compose_world.graph(
        {
            "compose.yaml": "\n".join(lines) + "\n",
            "web/Dockerfile": dockerfile,
            **{f"web/{name}": text for name, text in files.items()},
        }
    )
    (workload,) = world.workloads
    found = world.listening(workload)
    return [(e.port, e.host) for e in found.endpoints] if found.known else None


def express(argument: str, **files: str) -> dict[str, str]:
    return {"package.json": PACKAGE, "server.js": EXPRESS.format(argument), **files}


@pytest.mark.parametrize(
    ("argument", "environment", "expected"),
    [
        ("4100", "", [(4100, None)]),
        ('4100, "127.0.0.1"', "", [(4100, "127.0.0.1")]),
        ("4100, () => {}", "", [(4100, None)]),
        ("process.env.PORT || 4100", "", [(4100, None)]),
        ("process.env.PORT || 4100", '{PORT: "9090"}', [(9090, None)]),
        ("Number(process.env.PORT ?? 4100)", "", [(4100, None)]),
        ("process.env.PORT", "", None),
        ("process.env.PORT", '{PORT: "9090"}', [(9090, None)]),
        ("process.env.PORT || 4100", "[PORT]", None),
        ("choose()", "", None),
    ],
)
def test_a_call_that_binds(argument: str, environment: str, expected: Bound | None) -> None:
    assert bound(express(argument), environment=environment) == expected


@pytest.mark.parametrize(
    "command", ["npm start", "yarn start", "node ./server.js", "nodemon server.js", "npm run start"]
)
def test_a_script_of_package_json_is_followed(command: str) -> None:
    assert bound(express("4100"), command=command) == [(4100, None)]


def test_a_debugger_binds_as_well() -> None:
    found = bound(express("4100"), command="node --inspect=0.0.0.0:9229 server.js")
    assert found is not None
    assert sorted(port for port, _ in found) == [4100, 9229]


def test_fastify_keeps_to_itself_where_no_host_is_given() -> None:
    fastify = 'const app = require("fastify")();\napp.listen({ port: 4100 });\n'
    package = PACKAGE.replace("express", "fastify")
    assert bound({"package.json": package, "server.js": fastify}) == [(4100, "localhost")]
    open_ = fastify.replace("4100", '4100, host: "0.0.0.0"')
    assert bound({"package.json": package, "server.js": open_}) == [(4100, None)]


@pytest.mark.parametrize(
    "source",
    [
        "if (process.argv.length > 5) {\n  app.listen(4100);\n}",
        "function later() {\n  app.listen(4100);\n}",
        'require("./missing");\napp.listen(4100);',
        "app.listen(0);",
        "",
    ],
)
def test_what_is_not_certain_is_not_known(source: str) -> None:
    head = 'const express = require("express");\nconst app = express();\n'
    assert bound({"package.json": PACKAGE, "server.js": head + source + "\n"}) is None


def test_compiled_output_is_followed_to_its_source_by_tsconfig() -> None:
    files = {
        "package.json": PACKAGE,
        "tsconfig.json": '{"compilerOptions": {"outDir": "dist", "rootDir": "src"}}',
        "src/main.ts": 'import express from "express";\nconst app = express();\napp.listen(4200);\n',
    }
    dockerfile = """
        FROM node:20 AS build
        WORKDIR /srv
        COPY package.json tsconfig.json ./
        COPY src ./src
        RUN npm install && npx tsc

        FROM node:20-slim
        WORKDIR /srv
        COPY package.json ./
        COPY --from=build /srv/dist ./dist
        CMD ["node", "dist/main.js"]
        """
    assert bound(files, dockerfile=dockerfile) == [(4200, None)]
    del files["tsconfig.json"]
    assert bound(files, dockerfile=dockerfile.replace(" tsconfig.json", "")) is None


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({".env": "PORT=5151\n"}, [(5151, None)]),
        ({".env": "COLOUR=red\n"}, [(4100, None)]),
        ({}, [(4100, None)]),
    ],
)
def test_a_dotenv_file_that_the_program_loads(files: dict[str, str], expected: Bound) -> None:
    source = 'require("dotenv").config();\n' + EXPRESS.format("process.env.PORT || 4100").replace("    ", "")
    assert bound({"package.json": PACKAGE, "server.js": source, **files}) == expected


STANDALONE = """
    FROM node:20 AS build
    WORKDIR /srv
    COPY . .
    RUN npm run build

    FROM node:20-slim
    WORKDIR /srv
    COPY --from=build /srv/.next/standalone ./
    CMD ["node", "server.js"]
    """


@pytest.mark.parametrize(
    ("environment", "expected"),
    [("", [(3000, None)]), ('{PORT: "80"}', [(80, None)]), ("{HOSTNAME: 127.0.0.1}", [(3000, "127.0.0.1")])],
)
def test_next_makes_a_server_of_its_own(environment: str, expected: Bound) -> None:
    files = {"package.json": '{"scripts": {"build": "next build"}, "dependencies": {"next": "14"}}'}
    assert bound(files, environment=environment, dockerfile=STANDALONE) == expected


@pytest.mark.parametrize(
    ("config", "command", "expected"),
    [
        ("server: { host: true, port: 8700 }", "npx vite", [(8700, None)]),
        ("server: { host: true }", "npx vite", [(5173, None)]),
        ("server: { port: 8700 }", "npx vite --port 9700", [(9700, "localhost")]),
        ("server: { port: pick() }", "npx vite", None),
        ("preview: { port: 8700 }", "npx vite preview", [(8700, "localhost")]),
    ],
)
def test_vite_by_its_configuration(config: str, command: str, expected: Bound | None) -> None:
    files = {
        "package.json": '{"devDependencies": {"vite": "5"}}',
        "vite.config.ts": f'import {{ defineConfig }} from "vite";\nexport default defineConfig({{ {config} }});\n',
    }
    assert bound(files, command=command) == expected


GO = """
    FROM golang:1.22 AS build
    WORKDIR /src
    COPY . .
    RUN go build -o /out/tide .

    FROM gcr.io/distroless/static
    COPY --from=build /out/tide /tide
    ENTRYPOINT ["/tide"]
    """
MAIN = 'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.ListenAndServe(":7070", nil)\n}\n'


def test_a_go_program_that_writes_its_port_out() -> None:
    files = {"go.mod": "module tide\n", "main.go": MAIN}
    assert bound(files, dockerfile=GO) == [(7070, None)]
    assert bound(files, dockerfile=GO.replace('"/tide"]', '"/tide", "-addr", ":1"]')) is None, "arguments may change it"
    assert bound(files, dockerfile=GO.replace("/out/tide .", "/out/other .")) is None, "another program is built"
    both = {**files, "admin.go": MAIN.replace("main()", "admin()").replace("7070", "7071")}
    assert sorted(bound(both, dockerfile=GO) or []) == [(7070, None), (7071, None)], "two that may listen"


def test_a_rust_program_that_writes_its_port_out() -> None:
    files = {
        "Cargo.toml": '[package]\nname = "tide"\n',
        "src/main.rs": 'fn main() {\n    let l = TcpListener::bind("0.0.0.0:7171").await;\n}\n',
    }
    dockerfile = GO.replace("golang:1.22", "rust:1.78").replace("go build -o /out/tide .", "cargo build --release")
    dockerfile = dockerfile.replace("/out/tide /tide", "/src/target/release/tide /tide")
    assert bound(files, dockerfile=dockerfile) == [(7171, None)]


def test_routes_of_a_node_program_are_known() -> None:
    source = EXPRESS.format("4100").replace("    ", "") + 'app.get("/tides", (q, r) => r.json([]));\n'
    world = compose_world.graph(
        {
            "compose.yaml": "services:\n  web:\n    build: ./web\n",
            "web/Dockerfile": NODE,
            "web/package.json": PACKAGE,
            "web/server.js": source,
        }
    )
    (program,) = node_sources.programs(world, world.workloads[0])
    assert [route.path for route in program.routes] == ["/tides"]
