"""What nginx configurations say, by nginx's own rules of choice, inheritance and replacement."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackfix.findings import Anchor
from stackfix.formats import nginx, yaml
from stackfix.graph import proxy, proxy_files, proxy_matching, proxy_passes, proxy_rendering, proxy_websocket
from stackfix.graph.library import Library
from stackfix.graph.proxy_facts import Modifier, NginxFacts, ProxyLocation
from stackfix.graph.proxy_rendering import Rendering
from stackfix.graph.proxy_websocket import Connection
from stackfix.graph.value import Hole
from stackfix.text import Text
from stackfix.tree import Entry, Tree


@dataclass(frozen=True)
class Memory:
    files: dict[str, bytes]

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def would_ignore(self, path: str) -> bool:
        return path not in self.files


def library(files: dict[str, str]) -> Library:
    return Library(Tree({path: Entry(path) for path in files}), Memory({p: t.encode() for p, t in files.items()}))


def facts(source: str) -> NginxFacts:
    return proxy.facts(Text.of_file("nginx.conf", source.encode()))


def locations(*heads: str) -> tuple[ProxyLocation, ...]:
    body = "".join(
        f"location {head} {{ return 200; }}\n" if "{" not in head else f"location {head}\n" for head in heads
    )
    return facts(f"server {{\n{body}}}\n").servers[0].locations


def chosen(found: tuple[ProxyLocation, ...], path: str) -> str | None:
    one = proxy_matching.matching(found, path)
    return None if one is None else f"{one.modifier.value} {one.path.value}".strip()


# --- servers, upstreams, passes --------------------------------------------------------------------------------------


def test_servers_with_what_they_listen_on() -> None:
    server = facts(
        "server {\n  listen 80 default_server;\n  listen [::]:80;\n  listen 127.0.0.1:8443 ssl http2;\n  listen ${PORT};\n"
        "  listen unix:/run/a.sock;\n  listen localhost;\n  server_name a.example b.example;\n"
        "  ssl_certificate /tls/a.crt;\n  ssl_certificate_key /tls/a.key;\n}\n"
    ).servers[0]
    ports = [(one.host, one.port, one.ssl, one.default) for one in server.listens]
    assert ports == [
        (None, 80, False, True),
        (None, 80, False, False),
        ("127.0.0.1", 8443, True, False),
        (None, None, False, False),
        (None, None, False, False),
        ("localhost", 80, False, False),
    ]
    assert server.ports == {80, 8443}
    assert [name.value for name in server.names] == ["a.example", "b.example"]
    assert [one.value for one in (*server.certificate, *server.certificate_key)] == ["/tls/a.crt", "/tls/a.key"]


def test_a_server_without_listen_has_port_80() -> None:
    assert facts("server { return 200; }").servers[0].ports == {80}


def test_passes_with_each_part_in_its_place() -> None:
    source = "server {\n  location /api/ {\n    proxy_pass http://backend:8000/v1/;\n  }\n}\n"
    found = facts(source).passes[0]
    address = found.address
    assert address is not None
    assert address.port_text is not None
    assert (address.scheme, address.host.value, address.port) == ("http", "backend", 8000)
    place = address.port_text.place
    assert place is not None
    assert source[place[1].start : place[1].end] == "8000"
    assert found.uri is not None
    assert (found.uri.value, found.variable, found.upstream) == ("/v1/", False, None)
    assert found.anchor.steps == (0, 0, 0)


def test_a_pass_to_an_upstream_names_it() -> None:
    found = facts(
        "upstream app { server one:1; server two:2 down; server unix:/a; }\nserver { location / { proxy_pass http://app; } }"
    )
    (handed,) = found.passes
    assert handed.address is None
    assert handed.uri is None
    assert handed.upstream is found.upstreams[0]
    servers = found.upstreams[0].servers
    assert [(s.address and s.address.host.value, s.address and s.address.port, s.down) for s in servers] == [
        ("one", 1, False),
        ("two", 2, True),
        (None, None, False),
    ]


@pytest.mark.parametrize(
    ("keyword", "argument", "host", "port"),
    [
        ("uwsgi_pass", "app:3031", "app", 3031),
        ("fastcgi_pass", "php:9000", "php", 9000),
        ("grpc_pass", "grpc://svc:50051", "svc", 50051),
        ("proxy_pass", "http://api", "api", None),
        ("proxy_pass", "https://api.example.com:443/", "api.example.com", 443),
        ("proxy_pass", "http://api:8000$request_uri", "api", 8000),
    ],
)
def test_reads_every_kind_of_address(keyword: str, argument: str, host: str, port: int | None) -> None:
    (found,) = facts(f"location / {{ {keyword} {argument}; }}").passes
    assert found.address is not None
    assert (found.address.host.value, found.address.port) == (host, port)


@pytest.mark.parametrize(
    "argument", ["http://unix:/run/a.sock", "http://$host", "$target", "http://${BACKEND_HOST}:80"]
)
def test_what_hides_an_address_hides_it(argument: str) -> None:
    (found,) = facts(f"location / {{ proxy_pass {argument}; }}").passes
    assert found.address is None


def test_a_rendered_variable_is_a_hole_and_no_variable_of_nginx() -> None:
    (found,) = facts("location / { proxy_pass http://${API_HOST}:$API_PORT/; }").passes
    assert [part.name for part in found.template.parts if isinstance(part, Hole)] == ["API_HOST", "API_PORT"]
    assert not found.variable


def test_set_variables_are_put_in_with_their_places() -> None:
    source = "server {\n  set $up http://api:9000;\n  location / { proxy_pass $up; }\n}\n"
    (found,) = facts(source).passes
    assert found.variable
    assert found.address is not None
    assert found.address.port_text is not None
    place = found.address.port_text.place
    assert place is not None
    assert source[place[1].start : place[1].end] == "9000"


@pytest.mark.parametrize(
    "source",
    [
        "server { set $u a; if ($x) { set $u b; } location / { proxy_pass http://$u; } }",
        "server { location /a { set $u a; } location / { proxy_pass http://$u; } }",
        "server { set $u a; location / { set $u b; proxy_pass http://$u; } }",
    ],
)
def test_a_variable_that_may_be_set_otherwise_is_unknown(source: str) -> None:
    assert facts(source).passes[0].address is None


def test_a_pass_in_a_condition_is_no_handler() -> None:
    (location,) = locations("/ { if ($x) { proxy_pass http://a; } return 200; }")
    assert [one.conditional for one in location.passes] == [True]
    assert location.handler is None
    assert location.returns is not None


def test_stream_servers_are_apart() -> None:
    found = facts("stream { upstream db { server pg:5432; } server { listen 5432; proxy_pass db; } }")
    assert (found.servers, found.stream, found.http) == ((), True, False)
    assert found.passes[0].stream
    assert found.passes[0].upstream is found.upstreams[0]
    assert found.map_block is None


def test_where_a_map_belongs() -> None:
    assert facts("events {}\nhttp { server { } }").map_block == Anchor("nginx.conf", "nginx", (1,))
    assert facts("server { }").map_block == Anchor("nginx.conf", "nginx", ())
    assert facts("location / { }").map_block is None


def test_locations_outside_a_server_are_loose() -> None:
    found = facts("location /api { proxy_pass http://a; }")
    assert [one.path.value for one in found.loose] == ["/api"]
    assert found.all_locations() == found.loose


def test_root_alias_and_try_files_that_hold() -> None:
    api, files = (
        facts("server { root /srv; try_files $uri =404; location /api { } location /files { alias /data/; } }")
        .servers[0]
        .locations
    )
    assert api.root is not None
    assert files.root is not None
    assert api.try_files is not None
    assert (api.root.values, files.root.values, api.try_files.values) == (("/srv",), ("/data/",), ("$uri", "=404"))


def test_anchors_keep_their_names_when_a_sibling_comes_before() -> None:
    before = facts("server { location /a { } }").servers[0].locations[0].anchor
    after = facts("server { listen 80; location / { } location /a { } }").servers[0].locations[2 - 1].anchor
    assert before.steps != after.steps
    assert before.identity == after.identity


def test_facts_of_a_document_inside_yaml() -> None:
    data = "data:\n  a.conf: |\n    server {\n      location / { proxy_pass http://api:1; }\n    }\n"
    outer = Anchor("cm.yaml", "yaml", (0, "data", "a.conf"))
    scalar = yaml.resolve(yaml.read(Text.of_file("cm.yaml", data.encode())), (0, "data", "a.conf"))
    assert isinstance(scalar, yaml.Scalar)
    found = proxy.facts_within(scalar.text, outer)
    anchor = found.passes[0].anchor
    assert (anchor.syntax, anchor.steps, anchor.inner) == (
        "yaml",
        (0, "data", "a.conf"),
        Anchor("cm.yaml", "nginx", (0, 0, 0)),
    )
    assert nginx.resolve(nginx.read(scalar.text), (0, 0, 0)) is not None
    span = found.passes[0].location.span
    assert data.encode()[span.start : span.end] == b"proxy_pass http://api:1"


# --- which location --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heads", "path", "expected"),
    [
        (("/", "/api/"), "/api/users", "/api/"),
        (("/", "/api/"), "/apiary", "/"),
        (("/", "= /health"), "/health", "= /health"),
        (("/", "= /health"), "/health/", "/"),
        (("/", "~ \\.js$"), "/app.js", "~ \\.js$"),
        (("^~ /static/", "~ \\.js$"), "/static/app.js", "^~ /static/"),
        (("/static/", "~ \\.js$"), "/static/app.js", "~ \\.js$"),
        (("~ ^/a", "~ ^/ab"), "/abc", "~ ^/a"),
        (("~* \\.PNG$", "/"), "/x.png", "~* \\.PNG$"),
        (("~ \\.PNG$", "/"), "/x.png", "/"),
        (("/api",), "/other", None),
        (("@fallback", "/"), "/fallback", "/"),
        (("/", "/a"), "/x/../a?b=1", "/a"),
        (("/", '"/a b"'), "/a%20b", "/a b"),
        (("/", "/a/b"), "//a//b", "/a/b"),
        (("=/x", "/"), "/x", "= /x"),
        (("~^/re", "/"), "/re", "~ ^/re"),
    ],
)
def test_location_choice(heads: tuple[str, ...], path: str, expected: str | None) -> None:
    assert chosen(locations(*heads), path) == expected


def test_a_nested_location_is_chosen_inside_its_parent() -> None:
    found = locations("/api/ { location /api/ws { return 200; } location ~ \\.txt$ { return 200; } }", "~ \\.txt$")
    assert chosen(found, "/api/ws") == "/api/ws"
    assert chosen(found, "/api/a.txt") == "~ \\.txt$"
    assert proxy_matching.matching(found, "/api/a.txt") is found[0].nested[1]
    assert chosen(found, "/api/x") == "/api/"


def test_a_path_without_its_slash_is_redirected() -> None:
    found = locations("/ws/ { proxy_pass http://a; }", "/")
    match = proxy_matching.choose(found, "/ws")
    assert match.location is found[0]
    assert match.redirect
    assert not proxy_matching.choose(locations("/ws/", "/"), "/ws").redirect
    both = locations("/ws/ { proxy_pass http://a; }", "/ws")
    assert chosen(both, "/ws") == "/ws"


@pytest.mark.parametrize("pattern", ["~ ^/(?>a)", '"~ a{2}"', "~ ^/[[:alpha:]]", "~ ^/${PREFIX}"])
def test_a_pattern_that_python_does_not_read_alike_is_unknown(pattern: str) -> None:
    head = pattern if not pattern.startswith('"') else '~ "a++"'
    match = proxy_matching.choose(locations(head, "/"), "/zzz")
    assert match.location is None
    assert not match.known


@given(
    st.lists(st.sampled_from(["/", "/a", "/a/", "/a/b", "/ab"]), unique=True, min_size=1),
    st.from_regex(r"/[ab/]{0,5}", fullmatch=True),
)
def test_the_longest_prefix_wins_whatever_the_order(paths: list[str], request: str) -> None:
    wanted = proxy_matching.normal(request)
    fitting = [path for path in paths if wanted.startswith(path)]
    assert chosen(locations(*paths), request) == max(fitting, key=len, default=None)


# --- which path ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("location", "request_path", "expected"),
    [
        ("/api/ { proxy_pass http://a:1; }", "/api/users", "/api/users"),
        ("/api/ { proxy_pass http://a:1/; }", "/api/users", "/users"),
        ("/api { proxy_pass http://a:1/; }", "/api/users", "//users"),
        ("/api/ { proxy_pass http://a:1/v1/; }", "/api/users?x=1", "/v1/users"),
        ("/api/ { proxy_pass http://a:1/v1; }", "/api/users", "/v1users"),
        ("= /old { proxy_pass http://a:1/new; }", "/old", "/new"),
        ("~ ^/api { proxy_pass http://a:1; }", "/api/x", "/api/x"),
        ("/ { set $u http://a:1; proxy_pass $u; }", "/x", "/x"),
        ("/ { set $u http://a:1; proxy_pass $u/fixed; }", "/x", "/fixed"),
        ("/ { set $u a:1; proxy_pass http://$u$request_uri; }", "/x", "/x"),
        ("/api/ { rewrite ^/api/(.*)$ /$1 break; proxy_pass http://a:1; }", "/api/x", "/x"),
        ("/api/ { rewrite ^/api/(.*)$ /v2/$1 break; proxy_pass http://a:1/ignored; }", "/api/x", "/v2/x"),
        ("/api/ { rewrite ^/none$ /x last; proxy_pass http://a:1; }", "/api/x", "/api/x"),
        ("/api/ { rewrite ^/api/(.*)$ /$1 last; proxy_pass http://a:1; }", "/api/x", None),
        ("/api/ { rewrite ^/api/(.*)$ /$1; proxy_pass http://a:1; }", "/api/x", None),
        ("/ { proxy_pass http://a:1/$1; }", "/x", None),
        ("/ { proxy_pass http://a:1/${PREFIX}/; }", "/x", None),
        ("/ { return 200; }", "/x", None),
        ("/ { include unknown.conf; proxy_pass http://a:1; }", "/x", None),
        ("/ { if ($a) { rewrite ^ /b; } proxy_pass http://a:1; }", "/x", None),
        ("/ { uwsgi_pass a:1; }", "/x", None),
    ],
)
def test_what_the_upstream_sees(location: str, request_path: str, expected: str | None) -> None:
    (found,) = locations(location)
    assert proxy_matching.upstream_path(found, request_path) == expected


def test_a_server_wide_rewrite_makes_the_path_unknown() -> None:
    found = facts("server { rewrite ^/a /b; location / { proxy_pass http://a; } }").servers[0].locations
    assert proxy_matching.upstream_path(found[0], "/x") is None


# --- inheritance and WebSockets --------------------------------------------------------------------------------------

UPGRADE = "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection"
MAP = "map $http_upgrade $conn { default upgrade; '' close; }\n"


def state(source: str) -> proxy_websocket.Handshake:
    found = facts(source)
    return proxy_websocket.handshake(found.all_locations()[-1], found)


def test_headers_are_inherited_only_where_a_block_has_none() -> None:
    source = (
        "server { proxy_set_header Host $host; add_header A 1; location /a { } location /b { proxy_set_header X y; } }"
    )
    first, second = facts(source).servers[0].locations
    inherited = first.block.effective("proxy_set_header")
    own = second.block.effective("proxy_set_header")
    assert ([s.values[0] for s in inherited.said], inherited.own, inherited.certain) == (["Host"], False, True)
    assert ([s.values[0] for s in own.said], own.own) == (["X"], True)
    assert inherited.block is facts(source).servers[0].block or inherited.block is not None
    assert [s.values for s in second.block.effective("add_header").said] == [("A", "1")]


@pytest.mark.parametrize(
    ("body", "connection", "missing"),
    [
        ("", Connection.MISSING, ("proxy_http_version", "Upgrade", "Connection")),
        (f'{UPGRADE} "upgrade";', Connection.CONSTANT, ()),
        (f"{UPGRADE} Upgrade;", Connection.CONSTANT, ()),
        (f"{UPGRADE} $conn;", Connection.MAP, ()),
        (f"{UPGRADE} $http_connection;", Connection.FORWARDED, ()),
        (f'{UPGRADE} "";', Connection.OTHER, ("Connection",)),
        (f"{UPGRADE} keep-alive;", Connection.OTHER, ("Connection",)),
        (
            "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;",
            Connection.CONSTANT,
            ("proxy_http_version",),
        ),
        ("proxy_http_version 1.0;", Connection.MISSING, ("proxy_http_version", "Upgrade", "Connection")),
        ("proxy_http_version 1.1; proxy_set_header connection $conn;", Connection.MAP, ("Upgrade",)),
        (f"{UPGRADE.replace('$', '${DOLLAR}')} ${{DOLLAR}}conn;", Connection.MAP, ()),
    ],
)
def test_handshake_of_a_location(body: str, connection: Connection, missing: tuple[str, ...]) -> None:
    found = state(f"{MAP}server {{ location /ws {{ proxy_pass http://a; {body} }} }}")
    assert (found.connection, found.missing, found.certain) == (connection, missing, True)
    assert found.complete is (not missing)


def test_a_handshake_may_be_inherited_and_lost() -> None:
    assert state(f"server {{ {UPGRADE} upgrade; location / {{ }} }}").complete
    lost = state(f"server {{ {UPGRADE} upgrade; location / {{ proxy_set_header Host $host; }} }}")
    assert lost.missing == ("Upgrade", "Connection")


@pytest.mark.parametrize("body", ["include headers.conf;", f"{UPGRADE} $elsewhere;"])
def test_a_handshake_that_an_unseen_file_may_complete_is_uncertain(body: str) -> None:
    assert not state(f"server {{ location / {{ {body} }} }}").certain


def test_the_map_is_known_by_what_it_does_not_by_its_name() -> None:
    found = facts(MAP + "map $host $b { default x; }")
    assert found.upgrade_map is not None
    assert (found.upgrade_map.variable, found.upgrade_map.entries) == ("conn", (("default", "upgrade"), ("", "close")))
    assert facts("map $http_upgrade $c { default close; }").upgrade_map is None
    assert found.defined == {"conn", "b"}


def test_read_timeout_by_inheritance() -> None:
    found = facts("server { proxy_read_timeout 1h; location / { } }").servers[0].locations[0]
    said, certain = proxy_websocket.read_timeout(found)
    assert said is not None
    assert (said.values, certain) == (("1h",), True)


# --- files and includes ----------------------------------------------------------------------------------------------

MAIN = (
    "events {}\nhttp {\n  include mime.types;\n  proxy_set_header Host $host;\n  include /etc/nginx/conf.d/*.conf;\n}\n"
)
SITE = "server {\n  location / { proxy_pass http://api:8000; include snippets/ws.conf; }\n}\n"
SNIPPET = f"{UPGRADE} upgrade;\n"


def test_files_are_known_by_name_and_structure() -> None:
    found = proxy_files.proxy_files(
        library(
            {
                "nginx.conf": MAIN,
                "web/conf.d/site.conf": SITE,
                "web/sites-available/app": SITE,
                "default.conf.template": "server { listen ${PORT}; }",
                "redis.conf": "port 6379\nmap-like include x\n",
                "nginx/server.crt": "server",
                "README.md": SITE,
                "helm/nginx.conf": "server { listen {{ .port }}; }",
            }
        )
    )
    assert found == ("default.conf.template", "nginx.conf", "web/conf.d/site.conf", "web/sites-available/app")


def test_a_copy_is_no_wiring_and_a_broken_file_is_told() -> None:
    shelf = library({"nginx.conf": "server {"})
    assert proxy_files.proxy_files(shelf) == ()
    assert shelf.problems == {"nginx.conf": "a '{' without its '}' (line 1)"}
    copy = Library(Tree({"nginx.conf": Entry("nginx.conf", wiring=False)}), Memory({"nginx.conf": b"server { }"}))
    assert proxy_files.proxy_files(copy) == ()


def test_includes_are_followed_by_the_end_of_their_path() -> None:
    (found,) = proxy_files.configurations(
        library({"proxy/nginx.conf": MAIN, "proxy/conf.d/site.conf": SITE, "proxy/snippets/ws.conf": SNIPPET})
    )
    assert found.files == ("proxy/nginx.conf", "proxy/conf.d/site.conf", "proxy/snippets/ws.conf")
    assert found.complete
    (location,) = found.all_locations()
    assert location.anchor == Anchor("proxy/conf.d/site.conf", "nginx", (0, 0))
    assert proxy_websocket.handshake(location, found).complete
    assert location.handler is not None
    assert location.handler.location.path == "proxy/conf.d/site.conf"


def test_headers_come_from_the_including_file() -> None:
    site = "server { location / { proxy_pass http://a; } }"
    (found,) = proxy_files.configurations(library({"nginx.conf": MAIN, "conf.d/a.conf": site}))
    effective = found.all_locations()[0].block.effective("proxy_set_header")
    assert [said.values for said in effective.said] == [("Host", "$host")]
    assert effective.said[0].anchor.path == "nginx.conf"


def test_an_image_says_where_its_files_come_from() -> None:
    files = {"a/nginx.conf": MAIN, "b/one.conf": SITE, "c/ws.conf": SNIPPET, "x/conf.d/other.conf": "server { }"}
    placed = {
        "/etc/nginx/nginx.conf": "a/nginx.conf",
        "/etc/nginx/conf.d/site.conf": "b/one.conf",
        "/etc/nginx/snippets/ws.conf": "c/ws.conf",
    }
    found = proxy_files.configuration(library(files), "a/nginx.conf", placed)
    assert found is not None
    assert found.files == ("a/nginx.conf", "b/one.conf", "c/ws.conf")


def test_two_folders_that_fit_an_include_leave_it_unknown() -> None:
    files = {"nginx.conf": MAIN, "a/conf.d/x.conf": SITE, "b/conf.d/y.conf": SITE}
    found = proxy_files.configuration(library(files), "nginx.conf")
    assert found is not None
    assert not found.complete
    assert [include.paths for include in found.includes if not include.stock] == [None]


def test_a_file_that_includes_itself_ends() -> None:
    found = proxy_files.configuration(library({"nginx.conf": "server { include nginx.conf; }"}), "nginx.conf")
    assert found is not None
    assert not found.complete


# --- rendering -------------------------------------------------------------------------------------------------------

TEMPLATE = "server { listen ${PORT}; proxy_set_header Host $host; }"


@pytest.mark.parametrize(
    ("files", "expected", "keeps"),
    [
        ({"nginx.conf": "server { }"}, Rendering.PLAIN, True),
        ({"nginx.conf": TEMPLATE}, Rendering.UNKNOWN, None),
        ({"nginx.conf.template": "server { }"}, Rendering.UNKNOWN, None),
        (
            {
                "default.conf.template": TEMPLATE,
                "Dockerfile": "FROM nginx\nCOPY default.conf.template /etc/nginx/templates/\n",
            },
            Rendering.TEMPLATES_FOLDER,
            True,
        ),
        (
            {
                "a.conf.template": TEMPLATE,
                "compose.yml": "volumes:\n  - ./a.conf.template:/etc/nginx/templates/default.conf.template\n",
            },
            Rendering.TEMPLATES_FOLDER,
            True,
        ),
        (
            {
                "nginx.conf.template": TEMPLATE,
                "run.sh": "envsubst '$PORT' < /etc/nginx.conf.template > /etc/nginx/nginx.conf\n",
            },
            Rendering.LISTED,
            True,
        ),
        (
            {
                "nginx.conf.template": TEMPLATE,
                "run.sh": "envsubst < /etc/nginx.conf.template > /etc/nginx/nginx.conf\n",
            },
            Rendering.BARE,
            False,
        ),
        (
            {
                "nginx.conf": TEMPLATE,
                "Dockerfile": "COPY nginx.conf /tmp/site.tmpl\n",
                "run.sh": "envsubst \\\n  < /tmp/site.tmpl > /x\n",
            },
            Rendering.BARE,
            False,
        ),
        (
            {"nginx.conf.template": TEMPLATE, "run.sh": 'for f in /t/*; do envsubst < "$f" > /o; done\n'},
            Rendering.BARE,
            False,
        ),
        # the name behind `>` is another file; a comment says nothing
        (
            {"nginx.conf": "server { }", "run.sh": "envsubst < x.template > /etc/nginx/nginx.conf\n"},
            Rendering.PLAIN,
            True,
        ),
        ({"nginx.conf": "server { }", "run.sh": "# envsubst < nginx.conf\n"}, Rendering.PLAIN, True),
        ({"nginx.conf": "server { }", "run.sh": "for f in k8s/*; do envsubst < $f; done\n"}, Rendering.PLAIN, True),
    ],
)
def test_how_a_file_is_rendered(files: dict[str, str], expected: Rendering, keeps: bool | None) -> None:
    found = proxy_rendering.rendering(library(files), next(iter(files)))
    assert found is expected
    assert found.keeps_dollars is keeps


def test_a_script_speaks_of_the_file_beside_it() -> None:
    files = {"a/nginx.conf": "server { }", "b/nginx.conf": "server { }", "b/run.sh": "envsubst < nginx.conf > /x\n"}
    assert proxy_rendering.rendering(library(files), "a/nginx.conf") is Rendering.PLAIN
    assert proxy_rendering.rendering(library(files), "b/nginx.conf") is Rendering.BARE


def test_modifiers_are_those_that_nginx_knows() -> None:
    assert [m.value for m in Modifier] == ["", "=", "^~", "~", "~*", "@"]


def test_an_address_is_read_without_its_variables_alone() -> None:
    assert proxy_passes.address_of(Text.unwritten("http://a:$port")) is None
    found = proxy_passes.address_of(Text.unwritten("a_b:81"))
    assert found is not None
    assert re.fullmatch("a_b", found.host.value)
