"""Repairs of nginx: exactly the repair, in the neighbours' style, and real nginx takes the result."""

from __future__ import annotations

import re
import shutil
import subprocess
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stackfix import edits as core
from stackfix import repairing
from stackfix.edits import Refused
from stackfix.findings import Anchor
from stackfix.formats import nginx, yaml
from stackfix.graph.library import Library
from stackfix.repairs.add_block import AddBlock
from stackfix.repairs.add_directives import AddDirectives
from stackfix.repairs.remove_directive import RemoveDirective
from stackfix.repairs.set_directive import SetDirective
from stackfix.text import Text
from stackfix.tree import Entry, Tree

if TYPE_CHECKING:
    from pathlib import Path

    from stackfix.findings import Repair

HANDSHAKE = (
    ("proxy_http_version", "1.1"),
    ("proxy_set_header", "Upgrade", "$http_upgrade"),
    ("proxy_set_header", "Connection", "$connection_upgrade"),
)
MAP = (("default", "upgrade"), ("", "close"))


@dataclass(frozen=True)
class Memory:
    files: dict[str, bytes]

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def would_ignore(self, path: str) -> bool:
        return path not in self.files


def repaired(files: dict[str, bytes], repair: Repair) -> dict[str, bytes | None]:
    library = Library(Tree({path: Entry(path) for path in files}), Memory(files))
    return core.apply(repairing.edits(repair, library), files.get).contents


def at(*steps: int) -> Anchor:
    return Anchor("nginx.conf", "nginx", steps)


def fixed(source: str, repair: Repair, **others: str) -> str:
    files = {"nginx.conf": source.encode(), **{name.replace("__", "/"): text.encode() for name, text in others.items()}}
    data = repaired(files, repair).get("nginx.conf", files["nginx.conf"])
    assert data is not None
    return data.decode()


def text(source: str) -> str:
    return textwrap.dedent(source).removeprefix("\n")


# --- adding directives -----------------------------------------------------------------------------------------------


def test_adds_beside_the_last_of_the_kind() -> None:
    before = text(
        """
        server {
            location /ws {
                proxy_pass http://backend:8000;
                proxy_set_header Host $host; # who
                # slow clients
                proxy_read_timeout 60s;
            }
        }
        """
    )
    added = (
        "        proxy_set_header Host $host; # who\n"
        "        proxy_http_version 1.1;\n"
        "        proxy_set_header Upgrade $http_upgrade;\n"
        "        proxy_set_header Connection $connection_upgrade;\n"
    )
    expected = before.replace("        proxy_set_header Host $host; # who\n", added)
    assert fixed(before, AddDirectives(at(0, 0), HANDSHAKE)) == expected


def test_adds_where_the_repair_says() -> None:
    before = "server {\n  a 1;\n  b 2;\n  c 3;\n}\n"
    assert (
        fixed(before, AddDirectives(at(0), (("d", "4"),), beside="a"))
        == "server {\n  a 1;\n  d 4;\n  b 2;\n  c 3;\n}\n"
    )


def test_adds_to_its_family_else_at_the_end() -> None:
    before = "server {\n\tproxy_pass http://a;\n\treturn 200;\n}\n"
    assert fixed(before, AddDirectives(at(0), (("proxy_buffering", "off"),))) == before.replace(
        "a;\n", "a;\n\tproxy_buffering off;\n"
    )
    assert fixed(before, AddDirectives(at(0), (("client_max_body_size", "1m"),))) == before.replace(
        "200;\n", "200;\n\tclient_max_body_size 1m;\n"
    )


def test_copies_the_columns_of_the_neighbours() -> None:
    before = text(
        """
        location / {
            proxy_pass         http://a;
            proxy_set_header   Host              $host;
            proxy_set_header   X-Forwarded-For   $remote_addr;
        }
        """
    )
    expected = before.replace(
        "$remote_addr;\n",
        "$remote_addr;\n"
        "    proxy_http_version 1.1;\n"
        "    proxy_set_header   Upgrade           $http_upgrade;\n"
        "    proxy_set_header   Connection        $connection_upgrade;\n",
    )
    assert fixed(before, AddDirectives(at(0), HANDSHAKE)) == expected


def test_copies_the_quotes_of_the_neighbours() -> None:
    before = "location / {\n  proxy_set_header Host '$host';\n  proxy_set_header X 'y';\n}\n"
    assert "  proxy_set_header Upgrade '$http_upgrade';\n" in fixed(before, AddDirectives(at(0), HANDSHAKE))


def test_keeps_a_block_on_its_one_line() -> None:
    before = "server {\n  location /ws { proxy_pass http://a; } # ws\n}\n"
    assert fixed(before, AddDirectives(at(0, 0), HANDSHAKE[:1])) == (
        "server {\n  location /ws { proxy_pass http://a; proxy_http_version 1.1; } # ws\n}\n"
    )
    assert fixed("a { b 1; }", AddDirectives(at(0), (("c", "2"),))) == "a { b 1; c 2; }"
    assert fixed("a {}", AddDirectives(at(0), (("c", "2"),))) == "a { c 2; }"
    assert fixed("a { }", AddDirectives(at(0), (("c", "2"),))) == "a { c 2; }"


def test_adds_to_a_block_without_directives() -> None:
    assert fixed(
        "server {\n  listen 80;\n  location / {\n    # none\n  }\n}\n", AddDirectives(at(0, 1), (("return", "200"),))
    ) == ("server {\n  listen 80;\n  location / {\n    return 200;\n    # none\n  }\n}\n")
    assert fixed("http { # all\n\n  server {\n  }\n}\n", AddDirectives(at(0), (("gzip", "on"),))) == (
        "http { # all\n  gzip on;\n\n  server {\n  }\n}\n"
    )


def test_keeps_crlf_and_a_missing_last_line_end() -> None:
    before = "server {\r\n  listen 80;\r\n}\r\nproxy_buffering off;"
    assert fixed(before, AddDirectives(at(0), (("root", "/srv"),))) == before.replace(
        "80;\r\n", "80;\r\n  root /srv;\r\n"
    )
    assert fixed(before, AddDirectives(at(), (("gzip", "on"),))) == before + "\r\ngzip on;"


def test_what_is_there_is_not_added_again() -> None:
    before = 'location / {\n  proxy_http_version "1.1";\n}\n'
    assert fixed(before, AddDirectives(at(0), (("proxy_http_version", "1.1"),))) == before
    assert fixed(before, AddDirectives(at(0), (("proxy_http_version", "1.1"), ("gzip", "on")))) == before.replace(
        "}\n", "  gzip on;\n}\n"
    )


@pytest.mark.parametrize(
    ("source", "directives", "reason"),
    [
        ("a { proxy_http_version 1.0; }", HANDSHAKE, "the block has another proxy_http_version already"),
        (
            'a { proxy_set_header connection ""; }',
            HANDSHAKE,
            "the block has another proxy_set_header Connection already",
        ),
        ("a b;", HANDSHAKE, "it is not a block"),
        ("a { server { } }", HANDSHAKE, "a block in one line holds nothing but blocks"),
        ("a { b", HANDSHAKE, "nginx.conf can't be read"),
        (
            "location / { proxy_pass http://a; }",
            (("server_name", "x"),),
            'crossplane objects: "server_name" directive is not allowed here',
        ),
        (
            "location / { proxy_pass http://a; }",
            (("proxy_http_version", "1.1", "2"),),
            'crossplane objects: invalid number of arguments in "proxy_http_version" directive',
        ),
    ],
)
def test_refuses_what_it_cannot_do_exactly(source: str, directives: tuple[tuple[str, ...], ...], reason: str) -> None:
    with pytest.raises(Refused, match=re.escape(reason)):
        fixed(source, AddDirectives(at(0), directives))


def test_refuses_a_place_that_is_gone() -> None:
    with pytest.raises(Refused, match="no longer there"):
        fixed("a { }", AddDirectives(at(3), HANDSHAKE))


# --- what was inherited ----------------------------------------------------------------------------------------------


def test_copies_inherited_headers_as_they_are_spelled() -> None:
    before = text(
        """
        server {
            proxy_set_header   Host         "$host";
            proxy_set_header   Connection   "";
            add_header X-Frame-Options DENY;
            location /ws {
                proxy_pass http://a;
            }
        }
        """
    )
    expected = before.replace(
        "http://a;\n",
        "http://a;\n"
        "        proxy_http_version 1.1;\n"
        '        proxy_set_header   Host         "$host";\n'
        "        proxy_set_header   Upgrade      $http_upgrade;\n"
        "        proxy_set_header   Connection   $connection_upgrade;\n",
    )
    assert fixed(before, AddDirectives(at(0, 3), HANDSHAKE)) == expected


def test_copies_headers_from_the_file_that_includes_it() -> None:
    main = "events {}\nhttp {\n  proxy_set_header Host $host;\n  include /etc/nginx/conf.d/*.conf;\n}\n"
    files = {
        "main/nginx.conf": main.encode(),
        "main/conf.d/a.conf": b"server {\n  location / {\n    proxy_pass http://a;\n  }\n}\n",
    }
    anchor = Anchor("main/conf.d/a.conf", "nginx", (0, 0))
    after = repaired(files, AddDirectives(anchor, (("proxy_set_header", "X-A", "b"),)))
    assert after == {
        "main/conf.d/a.conf": b"server {\n  location / {\n    proxy_pass http://a;\n    proxy_set_header Host $host;\n"
        b"    proxy_set_header X-A b;\n  }\n}\n"
    }


def test_a_block_with_its_own_headers_by_an_include_inherits_none() -> None:
    source = "server {\n  proxy_set_header Host $host;\n  location / {\n    include proxy_params;\n    proxy_pass http://a;\n  }\n}\n"
    after = fixed(
        source, AddDirectives(at(0, 1), (("proxy_set_header", "X-A", "b"),)), proxy_params="proxy_set_header X-B c;\n"
    )
    assert after == source.replace("http://a;\n", "http://a;\n    proxy_set_header X-A b;\n")


def test_an_unseen_include_that_may_hold_headers_is_refused() -> None:
    source = "server {\n  include elsewhere.conf;\n  location / {\n    proxy_pass http://a;\n  }\n}\n"
    with pytest.raises(Refused, match="an include that can't be read may hold proxy_set_header"):
        fixed(source, AddDirectives(at(0, 1), HANDSHAKE))
    assert "1.1" in fixed(source, AddDirectives(at(0, 1), HANDSHAKE[:1]))


# --- how it is rendered ----------------------------------------------------------------------------------------------


def test_variables_in_a_template_that_envsubst_eats() -> None:
    source = "server {\n  listen ${PORT};\n  location / {\n    proxy_pass http://a;\n  }\n}\n"
    script = "envsubst < nginx.conf > /etc/nginx/conf.d/default.conf\n"
    with pytest.raises(Refused, match="rendered by envsubst"):
        fixed(source, AddDirectives(at(0, 1), HANDSHAKE), run_sh="", **{"run.sh": script})
    styled = source.replace("http://a;\n", "http://a;\n    proxy_set_header Host ${DOLLAR}host;\n")
    after = fixed(styled, AddDirectives(at(0, 1), HANDSHAKE), **{"run.sh": script})
    assert "    proxy_set_header Upgrade ${DOLLAR}http_upgrade;\n" in after


def test_variables_in_a_template_with_a_list_stay_as_they_are() -> None:
    source = "server {\n  listen ${PORT};\n  location / {\n    proxy_pass http://a;\n  }\n}\n"
    after = fixed(source, AddDirectives(at(0, 1), HANDSHAKE), **{"run.sh": "envsubst '$PORT' < nginx.conf > /x\n"})
    assert "    proxy_set_header Upgrade $http_upgrade;\n" in after


def test_variables_where_nobody_knows_the_rendering_follow_the_file() -> None:
    source = "server {\n  listen ${PORT};\n  location / {\n    proxy_pass http://a;\n  }\n}\n"
    with pytest.raises(Refused):
        fixed(source, AddDirectives(at(0, 1), HANDSHAKE))
    assert "$http_upgrade" in fixed(source.replace("http://a", "http://$host"), AddDirectives(at(0, 1), HANDSHAKE))


# --- other operations ------------------------------------------------------------------------------------------------


def test_sets_arguments_in_their_own_quotes() -> None:
    before = "server {\n  listen 80; # p\n  server_name 'a' b;\n}\n"
    assert fixed(before, SetDirective(at(0, 0), ("8080",))) == before.replace("80;", "8080;")
    assert fixed(before, SetDirective(at(0, 1), ("it's", "c"))) == before.replace("'a' b", "'it\\'s' c")
    assert fixed(before, SetDirective(at(0, 1), ("a", "b c"))) == before.replace("'a' b", "'a' \"b c\"")
    assert fixed(before, SetDirective(at(0, 0), ("80", "default_server"))) == before.replace(
        "80;", "80 default_server;"
    )
    assert fixed(before, SetDirective(at(0, 0), ("80",))) == before


def test_sets_a_blocks_arguments_and_keeps_the_block() -> None:
    assert (
        fixed("location /a {\n  return 200;\n}\n", SetDirective(at(0), ("=", "/a")))
        == "location = /a {\n  return 200;\n}\n"
    )


def test_removes_a_line_or_a_directive() -> None:
    before = "server {\n  listen 80;\n  gzip on; # why\n  root /a; index b;\n}\n"
    assert fixed(before, RemoveDirective(at(0, 0))) == before.replace("  listen 80;\n", "")
    assert fixed(before, RemoveDirective(at(0, 1))) == before.replace("gzip on; ", "")
    assert fixed(before, RemoveDirective(at(0, 3))) == before.replace(" index b;", "")
    assert fixed("a b;\r\nc d;\r\n", RemoveDirective(at(0))) == "c d;\r\n"
    assert fixed("a b;\r\nc d;", RemoveDirective(at(1))) == "a b;"


def test_refuses_to_uncover_other_headers() -> None:
    source = "server {\n  proxy_set_header A b;\n  location / {\n    proxy_set_header C d;\n  }\n}\n"
    with pytest.raises(Refused, match="would inherit other proxy_set_header"):
        fixed(source, RemoveDirective(at(0, 1, 0)))
    with pytest.raises(Refused, match="it is a block"):
        fixed(source, RemoveDirective(at(0, 1)))


def test_adds_a_location_before_the_catch_all() -> None:
    before = text(
        """
        server {
            location /api/ {
                proxy_set_header    Host    $host;
                proxy_pass          http://a:1;
            }

            # the app
            location / {
                root /srv;
            }
        }
        """
    )
    expected = before.replace(
        "    # the app\n",
        "    location /ws {\n"
        "        proxy_pass          http://a:1;\n"
        "        proxy_set_header    Host    $host;\n"
        "    }\n\n"
        "    # the app\n",
    )
    block = AddBlock(at(0), "location", ("/ws",), (("proxy_pass", "http://a:1"), ("proxy_set_header", "Host", "$host")))
    assert fixed(before, block) == expected
    assert fixed(expected, block) == expected


def test_adds_a_location_behind_the_last_in_its_dress() -> None:
    before = "server\n{\n\tlocation /a\n\t{\n\t\treturn 200;\n\t}\n\tlocation /b\n\t{\n\t\treturn 200;\n\t}\n}\n"
    after = fixed(before, AddBlock(at(0), "location", ("=", "/c"), (("return", "204"),)))
    assert after == before.removesuffix("}\n") + "\tlocation = /c\n\t{\n\t\treturn 204;\n\t}\n}\n"


def test_adds_a_location_where_there_is_none() -> None:
    assert fixed("server {\r\n  listen 80;\r\n}", AddBlock(at(0), "location", ("/",), (("return", "200"),))) == (
        "server {\r\n  listen 80;\r\n\r\n  location / {\r\n    return 200;\r\n  }\r\n}"
    )
    assert fixed("server {\n}\n", AddBlock(at(0), "location", ("/",), ())) == "server {\n    location / {\n    }\n}\n"


def test_adds_a_map_before_the_server_and_its_comment() -> None:
    before = "# made by hand\n\n# front\nserver {\n  listen 80;\n}\n"
    block = AddBlock(at(), "map", ("$http_upgrade", "$connection_upgrade"), MAP, before="server")
    assert fixed(before, block) == (
        "# made by hand\n\nmap $http_upgrade $connection_upgrade {\n  default upgrade;\n  '' close;\n}\n\n# front\nserver {\n  listen 80;\n}\n"
    )
    inside = "http {\n  gzip on;\n  include conf.d/*.conf;\n}\n"
    assert fixed(inside, AddBlock(at(0), "map", ("$http_upgrade", "$c"), MAP, before="server")) == (
        "http {\n  gzip on;\n  include conf.d/*.conf;\n\n  map $http_upgrade $c {\n    default upgrade;\n    '' close;\n  }\n}\n"
    )


def test_refuses_a_second_block_of_that_name() -> None:
    with pytest.raises(Refused, match="there is a location /a already"):
        fixed("server {\n  location /a {\n  }\n}\n", AddBlock(at(0), "location", ("/a",), (("return", "200"),)))
    with pytest.raises(Refused, match="shares its line"):
        fixed("server { location /a { } }", AddBlock(at(0), "location", ("/b",), ()))


# --- inside YAML -----------------------------------------------------------------------------------------------------

INSIDE = text(
    """
    server {
      listen 80;

      location / {
        proxy_pass http://a;
      }
    }
    """
)


def config_map(inner: str, indent: str, feed: str = "\n") -> bytes:
    lines = ["apiVersion: v1", "kind: ConfigMap", "data:", "  default.conf: |"]
    lines += [indent + line if line else "" for line in inner.removesuffix("\n").split("\n")]
    return (feed.join([*lines, "  other: x"]) + feed).encode()


def inner(*steps: int) -> Anchor:
    return Anchor("cm.yaml", "yaml", (0, "data", "default.conf"), Anchor("cm.yaml", "nginx", steps))


@pytest.mark.parametrize("feed", ["\n", "\r\n"])
@pytest.mark.parametrize("indent", ["    ", "      "])
def test_repairs_a_document_inside_a_config_map(indent: str, feed: str) -> None:
    before = config_map(INSIDE, indent, feed)
    for repair, wanted in (
        (
            AddDirectives(inner(0, 1), HANDSHAKE[:2]),
            INSIDE.replace("a;\n", "a;\n    proxy_http_version 1.1;\n    proxy_set_header Upgrade $http_upgrade;\n"),
        ),
        (SetDirective(inner(0, 0), ("8080",)), INSIDE.replace("80", "8080")),
        (
            AddBlock(inner(0), "location", ("/ws",), (("return", "200"),)),
            INSIDE.replace("  location / {", "  location /ws {\n    return 200;\n  }\n\n  location / {"),
        ),
        (
            AddBlock(inner(), "map", ("$a", "$b"), MAP, before="server"),
            "map $a $b {\n  default upgrade;\n  '' close;\n}\n\n" + INSIDE,
        ),
        (RemoveDirective(inner(0, 0)), INSIDE.replace("  listen 80;\n", "")),
    ):
        assert repaired({"cm.yaml": before}, repair) == {"cm.yaml": config_map(wanted, indent, feed)}


def test_repairs_a_document_in_a_quoted_scalar() -> None:
    before = b'data:\n  a.conf: "server {\\n  listen 80;\\n}\\n"\n'
    anchor = Anchor("cm.yaml", "yaml", (0, "data", "a.conf"), Anchor("cm.yaml", "nginx", (0,)))
    after = repaired({"cm.yaml": before}, AddDirectives(anchor, (("root", "/srv"),)))
    assert after == {"cm.yaml": b'data:\n  a.conf: "server {\\n  listen 80;\\n  root /srv;\\n}\\n"\n'}


def test_copies_what_is_inherited_inside_a_config_map() -> None:
    source = INSIDE.replace("  listen 80;\n", "  proxy_set_header Host $host;\n")
    after = repaired(
        {"cm.yaml": config_map(source, "    ")}, AddDirectives(inner(0, 1), (("proxy_set_header", "X", "y"),))
    )
    assert after["cm.yaml"] == config_map(
        source.replace("a;\n", "a;\n    proxy_set_header Host $host;\n    proxy_set_header X y;\n"), "    "
    )


# --- generated configurations ----------------------------------------------------------------------------------------

NAMES = st.sampled_from(["/", "/api/", "/ws", "= /health", "~ \\.js$", "^~ /static/"])
NOTES = st.sampled_from(["", " # a note; {", "\n\n# above"])
SIMPLE = st.builds(
    lambda line, note: line + note,
    st.sampled_from(
        [
            "proxy_pass http://127.0.0.1:8000;",
            "gzip on;",
            "proxy_read_timeout   30s;",
            'add_header X-A "b c";',
            "root '/srv';",
        ]
    ),
    NOTES,
)


@st.composite
def configurations(draw: st.DrawFn) -> str:
    unit = draw(st.sampled_from(["  ", "    ", "\t"]))
    gap = draw(st.sampled_from(["", "\n"]))
    heads = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    outer = draw(
        st.lists(
            st.sampled_from(["proxy_set_header Host $host;", "listen 18080;", "proxy_set_header  X-A  a;"]),
            max_size=3,
            unique=True,
        )
    )
    lines = ["server {", *(unit + one for one in outer)]
    for head in heads:
        body = draw(st.lists(SIMPLE, max_size=3, unique_by=lambda line: line.split(" ", maxsplit=1)[0]))
        if draw(st.integers(0, 3)) == 0 and not any("#" in one for one in body):
            lines.append(f"{gap}{unit}location {head} {{ {' '.join(body)} }}")
        else:
            inside = "\n".join(unit * 2 + line for one in body for line in one.split("\n"))
            lines.append(f"{gap}{unit}location {head} {{\n{inside}\n{unit}}}")
    feed = draw(st.sampled_from(["\n", "\r\n"]))
    last = draw(st.sampled_from(["", "\n"]))
    return ("\n".join([*lines, "}"]) + last).replace("\n", feed)


def lines_of(source: str) -> list[str]:
    return source.split("\n")


@given(configurations(), st.data())
def test_generated_files_keep_every_other_line(source: str, data: st.DataObject) -> None:
    server = nginx.read(Text.unwritten(source)).directives[0]
    assert server.block is not None
    index = data.draw(st.sampled_from([i for i, one in enumerate(server.block) if one.block is not None]))
    after = fixed(source, AddDirectives(at(0, index), HANDSHAKE))
    target = nginx.resolve(nginx.read(Text.unwritten(after)), (0, index))
    assert target is not None
    assert target.block is not None
    headers = [one.values for one in target.block if one.keyword == "proxy_set_header"]
    inherited = [one.values for one in server.block if one.keyword == "proxy_set_header"]
    assert headers == [*inherited, ("Upgrade", "$http_upgrade"), ("Connection", "$connection_upgrade")]
    assert fixed(after, AddDirectives(at(0, index), HANDSHAKE)) == after
    assert re.sub(r"\r?\n", "", after).startswith("server {")
    assert ("\r\n" in after) == ("\r\n" in source)
    changed = server.block[index].text.value if "\n" not in server.block[index].text.value else None
    left = iter(lines_of(after))
    assert all(line in left for line in lines_of(source) if changed is None or changed not in line)


@given(configurations(), st.sampled_from(["    ", "        "]))
def test_generated_files_are_repaired_the_same_inside_yaml(source: str, indent: str) -> None:
    plain = source.replace("\r\n", "\n")
    plain = plain if plain.endswith("\n") else plain + "\n"
    server = nginx.read(Text.unwritten(plain)).directives[0]
    index = next(i for i, one in enumerate(server.block or ()) if one.block is not None)
    data = repaired({"cm.yaml": config_map(plain, indent)}, AddDirectives(inner(0, index), HANDSHAKE))["cm.yaml"]
    assert data is not None
    scalar = yaml.resolve(yaml.read(Text.of_file("cm.yaml", data)), (0, "data", "default.conf"))
    assert isinstance(scalar, yaml.Scalar)
    assert scalar.text.value == fixed(plain, AddDirectives(at(0, index), HANDSHAKE))


@given(configurations(), NAMES)
def test_generated_servers_get_a_location_or_keep_theirs(source: str, head: str) -> None:
    words = tuple(head.split())
    block = AddBlock(at(0), "location", words, (("return", "204"),))
    server = nginx.read(Text.unwritten(source)).directives[0]
    try:
        after = fixed(source, block)
    except Refused as refusal:
        taken = [one.values for one in server.block or () if one.keyword == "location"]
        assert words in taken or "line" in str(refusal)  # noqa: PT017 - either reason is right, and both are checked
        return
    left = iter(lines_of(after))
    assert all(line in left for line in lines_of(source))
    assert fixed(after, block) == after


# --- real nginx ------------------------------------------------------------------------------------------------------


def nginx_says(data: bytes, folder: Path) -> str | None:
    """What `nginx -t` objects to in a fragment for inside http, None for nothing."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    assert program, "nginx is needed: apt-get install nginx-light"
    (folder / "fragment.conf").write_bytes(data)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "main.conf").write_text(
        f"pid {folder}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}\ninclude {folder}/fragment.conf;\n}}\n"
    )
    judged = subprocess.run(
        [program, "-t", "-q", "-p", folder, "-e", "stderr", "-c", folder / "main.conf"],
        capture_output=True,
        text=True,
        check=False,
    )
    return None if judged.returncode == 0 else judged.stderr


@given(configurations(), st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_real_nginx_takes_what_is_repaired(tmp_path: Path, source: str, data: st.DataObject) -> None:
    source = source if "listen" in source else source.replace("server {", "server { listen 18080;", 1)
    server = nginx.read(Text.unwritten(source)).directives[0]
    index = data.draw(st.sampled_from([i for i, one in enumerate(server.block or ()) if one.block is not None]))
    assert nginx_says(source.encode(), tmp_path) is None
    after = fixed(source, AddDirectives(at(0, index), HANDSHAKE))
    objection = nginx_says(after.encode(), tmp_path)
    assert objection is not None
    assert 'unknown "connection_upgrade" variable' in objection
    mapped = fixed(after, AddBlock(at(), "map", ("$http_upgrade", "$connection_upgrade"), MAP, before="server"))
    assert nginx_says(mapped.encode(), tmp_path) is None
