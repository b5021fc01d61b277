"""What servers bind that are told so by a file of their own, by their image, or by nobody."""

from __future__ import annotations

import pytest

from stackfix.graph import known_images
from stackfix.graph.value import Environment
from tests.graph.compose_world import graph, named
from tests.graph.test_image import argument

Ends = list[tuple[int, str | None]] | None


def env(**values: str) -> Environment:
    return Environment({name: argument(name, value) for name, value in values.items()})


def bound(service: str, **files: str) -> Ends:
    """Port and host of each sure listener; None where they aren't known. Names have `__` for `/`."""
    placed = {f"api/{path.replace('__', '/')}": text for path, text in files.items()}
    world = graph({"compose.yaml": f"services:\n  api: {service}\n", **placed})
    found = world.listening(named(world, "api"))
    return [(e.port, e.host) for e in found.endpoints if e.sure] if found.known else None


def built(dockerfile: str, environment: str = "{}", **files: str) -> Ends:
    return bound(f"{{build: ./api, environment: {environment}}}", Dockerfile=dockerfile, **files)


CADDY = "FROM caddy:2\nCOPY Caddyfile /etc/caddy/Caddyfile\n"
CADDYFILES: dict[str, tuple[str, Ends]] = {
    "a port": (":8080 {\n\trespond 1\n}\n", [(8080, None)]),
    "a file of one site": ("http://shop.example:8081\nreverse_proxy {\n\tto web:80\n}\n", [(8081, None)]),
    "several": (":80 :3170 {\n}\nhttp://a.example, b.example:99 {\n}\n", [(80, None), (3170, None), (99, None)]),
    "a host": ("shop.example {\n}\n", [(80, None), (443, None)]),
    "options": ("{\n\thttp_port 8000\n}\nhttp://shop.example {\n}\n", [(8000, None)]),
    "a default": (":{$PORT:8082} {\n}\n", [(8082, None)]),
    "no default": (":{$PORT} {\n}\n", None),
    "hosts without https": ("{\n\tauto_https off\n}\nshop.example {\n}\n", None),
    "an address of its own": (":8080 {\n\tbind 127.0.0.1\n}\n", None),
    "another file": (":8080 {\n}\nimport sites/*.caddy\n", None),
    "a snippet": ("(common) {\n\tencode gzip\n}\n:8083 {\n\timport common\n}\n", [(8083, None)]),
    "no end": (":8080 {\n\trespond 1\n", None),
}


@pytest.mark.parametrize(("text", "expected"), CADDYFILES.values(), ids=CADDYFILES.keys())
def test_a_caddyfile(text: str, expected: Ends) -> None:
    assert built(CADDY, Caddyfile=text) == expected


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("{image: 'caddy:2'}", [(80, None)]),
        ("{image: 'caddy:2', volumes: ['./api:/etc/caddy']}", [(8080, None)]),
        ("{image: 'caddy:2', volumes: ['settings:/etc/caddy']}", None),
        ("{image: 'php:8.3-apache', volumes: ['./api:/var/www/html']}", [(80, None)]),
        ("{image: 'php:8.3-fpm'}", [(9000, None)]),
        ("{image: 'php:8.3-fpm', ports: ['8080:80']}", None),
        ("{image: 'php:8.3', command: php -S 0.0.0.0:8000}", [(8000, None)]),
        ("{image: 'php:8.3', command: php -S localhost:8000 -t public}", [(8000, "localhost")]),
        (
            "{image: 'httpd:2.4', volumes: ['./api/httpd.conf:/usr/local/apache2/conf/httpd.conf']}",
            [(8181, "10.0.0.1")],
        ),
    ],
)
def test_a_public_image_with_its_settings_over_it(service: str, expected: Ends) -> None:
    assert bound(service, Caddyfile=":8080\n", **{"httpd.conf": "Listen 10.0.0.1:8181\n"}) == expected


PUMA: dict[str, tuple[str, Ends]] = {
    "fetched with a block": ('port ENV.fetch("PORT") { 3001 }\n', [(3001, "localhost")]),
    "fetched": ("port ENV.fetch('PORT', '3002')\n", [(3002, "localhost")]),
    "or": ('port(ENV["PORT"] || 3003)\n', [(3003, "localhost")]),
    "a number": ("port 3004 # here\n", [(3004, "localhost")]),
    "an address": ('bind "tcp://0.0.0.0:3005"\n', [(3005, None)]),
    "a socket": ('bind "unix:///tmp/puma.sock"\n', None),
    "two": ("port 3006\nbind 'tcp://0.0.0.0:3007'\n", None),
}


@pytest.mark.parametrize(("text", "expected"), PUMA.values(), ids=PUMA.keys())
def test_rails_with_pumas_configuration(text: str, expected: Ends) -> None:
    dockerfile = 'FROM ruby:3.3\nWORKDIR /a\nCOPY . .\nCMD ["bundle", "exec", "rails", "s"]\n'
    assert built(dockerfile, **{"config/puma.rb": text}) == expected


VITE: dict[str, tuple[str, str, Ends]] = {
    "nothing": ("vite", "export default {}\n", [(5173, "localhost")]),
    "a host": ("vite", "export default {server: {host: true, port: 3000}}\n", [(3000, None)]),
    "a host that is none": ("vite", "export default {server: {host: false}}\n", [(5173, "localhost")]),
    "the command line": ("vite --host", "export default {server: {port: 3001}}\n", [(3001, None)]),
    "preview after serve": ("vite preview", "export default {server: {host: '0.0.0.0', port: 3002}}\n", [(4173, None)]),
    "preview": ("vite preview", "export default {preview: {port: 3003}}\n", [(3003, "localhost")]),
    "what is spread": ("vite", "export default {...base}\n", None),
    "a server that is spread": ("vite", "export default {server: {...base}}\n", None),
}


@pytest.mark.parametrize(("command", "text", "expected"), VITE.values(), ids=VITE.keys())
def test_vite_by_its_configuration(command: str, text: str, expected: Ends) -> None:
    dockerfile = f"FROM node:22\nWORKDIR /a\nCOPY . .\nRUN npm i\nCMD npx {command}\n"
    assert built(dockerfile, **{"package.json": "{}", "vite.config.mjs": text}) == expected


@pytest.mark.parametrize(
    ("package", "command", "expected"),
    [
        ('{"dependencies": {"astro": "^4.0.0"}}', "astro dev", [(4321, "localhost")]),
        ('{"dependencies": {"astro": "^2.10.0"}}', "astro dev", None),
        ('{"dependencies": {"nuxt": "^3.0.0"}}', "nuxt dev", [(3000, None)]),
        ('{"dependencies": {"nuxt": "~2.15"}}', "nuxt dev", None),
        ("{}", "json-server db.json -p 3100", [(3100, "localhost")]),
        ("{}", "remix-serve build/index.js", [(3000, None)]),
    ],
)
def test_servers_of_packages(package: str, command: str, expected: Ends) -> None:
    dockerfile = f"FROM node:22\nWORKDIR /a\nCOPY . .\nRUN npm i\nCMD npx {command}\n"
    assert built(dockerfile, **{"package.json": package}) == expected


NODE: dict[str, tuple[str, str, Ends]] = {
    "hono": ("node", "import {serve} from '@hono/node-server'\nserve(app)\n", [(3000, None)]),
    "hono with options": (
        "node",
        "import {serve} from '@hono/node-server'\nserve({fetch, port: 8787})\n",
        [(8787, None)],
    ),
    "hapi": (
        "node",
        "import Hapi from '@hapi/hapi'\nconst s = Hapi.server({port: 1, host: 'localhost'})\n",
        [(1, "localhost")],
    ),
    "bun": ("bun", "Bun.serve({fetch() {}})\n", [(3000, None)]),
    "bun at a socket": ("bun", "Bun.serve({unix: '/tmp/s', fetch() {}})\n", None),
    "an export that Bun serves": ("bun", "export default {port: 3400, fetch() {}}\n", [(3400, None)]),
    "an export that Node doesn't serve": ("node", "export default {port: 3400, fetch() {}}\n", None),
}


@pytest.mark.parametrize(("program", "text", "expected"), NODE.values(), ids=NODE.keys())
def test_programs_of_node_and_bun(program: str, text: str, expected: Ends) -> None:
    dockerfile = (
        f"FROM {'oven/bun:1' if program == 'bun' else 'node:22'}\nWORKDIR /a\nCOPY . .\nCMD {program} main.mjs\n"
    )
    assert built(dockerfile, **{"package.json": "{}", "main.mjs": text}) == expected


PYTHON: dict[str, tuple[str, Ends]] = {
    "nicegui": ("from nicegui import ui\nui.run(port=8099)\n", [(8099, None)]),
    "robyn": ("from robyn import Robyn\napp = Robyn(__file__)\napp.start()\n", [(8080, "127.0.0.1")]),
    "cherrypy": ("import cherrypy\ncherrypy.quickstart(App())\n", [(8080, "127.0.0.1")]),
    "cherrypy with its configuration": (
        ("import cherrypy\ncherrypy.config.update({'server.socket_host': '0.0.0.0', 'server.socket_port': 90})\n"
         "cherrypy.quickstart(App())\n"),
        [(90, None)],
    ),
    "cherrypy with a file": ("import cherrypy\ncherrypy.quickstart(App(), '/', 'app.conf')\n", None),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PYTHON.values(), ids=PYTHON.keys())
def test_programs_of_python(text: str, expected: Ends) -> None:
    assert built("FROM python:3.12\nWORKDIR /a\nCOPY . .\nCMD python main.py\n", **{"main.py": text}) == expected


RUST: dict[str, tuple[str, str, Ends]] = {
    "warp": ("fn main() {\n warp::serve(r).run(([0, 0, 0, 0], 3030)).await;\n}\n", "", [(3030, None)]),
    "rocket": ("#[launch]\nfn rocket() -> _ { rocket::build() }\n", "", [(8000, "127.0.0.1")]),
    "rocket with a file": (
        "#[launch]\nfn rocket() -> _ { rocket::build() }\n", '[release]\naddress = "0.0.0.0"\nport = 9\n', [(9, None)],
    ),
    "rocket with profiles": ("#[launch]\nfn rocket() -> _ { rocket::build() }\n", "[staging]\nport = 9\n", None),
    "salvo": ('fn main() {\n let a = TcpListener::new("0.0.0.0:5800").bind().await;\n}\n', "", [(5800, None)]),
    "actix twice": (
        'fn main() {\n HttpServer::new(f).bind(("0.0.0.0", 8080))?.bind("127.0.0.1:8081")?.run().await\n}\n', "",
        [(8080, None), (8081, "127.0.0.1")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "settings", "expected"), RUST.values(), ids=RUST.keys())
def test_programs_of_rust(text: str, settings: str, expected: Ends) -> None:
    dockerfile = (
        "FROM rust:1 AS b\nWORKDIR /s\nCOPY . .\nRUN cargo build --release\nFROM debian:12\nWORKDIR /a\n"
        f"COPY --from=b /s/target/release/api .\n{'COPY Rocket.toml .' if settings else ''}\nCMD ./api\n"
    )
    files = {
        "Cargo.toml": '[package]\nname = "api"\n',
        "src/main.rs": text,
        **({"Rocket.toml": settings} if settings else {}),
    }
    assert built(dockerfile, **files) == expected


@pytest.mark.parametrize(
    ("image", "environment", "command", "expected"),
    [
        ("confluentinc/cp-schema-registry:7", env(SCHEMA_REGISTRY_LISTENERS="http://0.0.0.0:8085"), (), 8085),
        ("confluentinc/cp-schema-registry:7", env(SCHEMA_REGISTRY_LISTENERS="http://localhost:8085"), (), None),
        ("prom/prometheus", env(), ("--web.listen-address=:9091",), 9091),
        ("prom/prometheus", env(), ("--web.listen-address=127.0.0.1:9091",), None),
        ("metabase/metabase", env(MB_JETTY_PORT="3001"), (), 3001),
        ("grafana/grafana", env(GF_SERVER_PROTOCOL="socket"), (), None),
        ("nextcloud:29-fpm-alpine", env(), (), None),
        ("nextcloud:29", env(), (), 80),
        ("wordpress:cli", env(), (), None),
        ("n8nio/n8n", env(), ("worker",), None),
        ("apache/superset", env(), ("/app/docker/docker-bootstrap.sh", "app"), None),
    ],
)
def test_the_main_port_of_a_public_image(
    image: str, environment: Environment, command: tuple[str, ...], expected: int | None
) -> None:
    found = known_images.ports(image, environment, command)
    assert (None if found is None else found.certain[0]) == expected


@pytest.mark.parametrize(
    ("image", "environment", "command", "port", "possible"),
    [
        ("n8nio/n8n", env(), (), 5679, False),
        ("n8nio/n8n", env(N8N_RUNNERS_ENABLED="true"), (), 5679, True),
        ("hashicorp/vault", env(), (), 8201, False),
        ("hashicorp/vault", env(), ("server", "-dev"), 8201, True),
        ("confluentinc/cp-kafka-connect", env(KAFKA_JMX_PORT="9999"), (), 9999, True),
    ],
)
def test_further_ports_of_a_public_image(
    image: str, environment: Environment, command: tuple[str, ...], port: int, *, possible: bool
) -> None:
    found = known_images.ports(image, environment, command)
    assert found is not None
    assert (port in found.possible) is possible
