"""Real nginx chooses the locations and sends the paths that the graph says it does."""

from __future__ import annotations

import http.client
import random
import shutil
import socket
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from stackfix.graph import proxy, proxy_matching
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from stackfix.graph.proxy_facts import ProxyServer

HEADS = (
    *("/", "/a", "/a/", "/a/b", "/ab", "^~ /a", "^~ /a/b/", "= /", "= /a", "= /a/b"),
    *("~ ^/a", "~ b$", "~* ^/AB", "~ ^/a/(.*)$", "~ \\.js$", "~* \\.JS$"),
)
PATHS = (
    "/",
    "/a",
    "/a/",
    "/a/b",
    "/a/b/",
    "/ab",
    "/AB",
    "/abc",
    "/a/x.js",
    "/a/x.JS",
    "//a//b",
    "/a/../ab",
    "/a%2Fb",
    "/zz/b",
    "/a?q=1",
)
SERVERS = 40


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def server(number: int, echo: int, dice: random.Random) -> str:
    """A server with a random choice of locations: some answer, some hand on to the echo, some hold others."""
    lines = []
    heads = {head.removeprefix("^~ "): head for head in dice.sample(HEADS, dice.randint(1, 6))}
    for index, head in enumerate(heads.values()):
        lines.append(f"location {head} {{ add_header X-Location {index} always; {body(head, echo, dice)} }}")
    return f"server {{ listen 127.0.0.1:PORT; server_name s{number}; {' '.join(lines)} }}"


def body(head: str, echo: int, dice: random.Random) -> str:
    target = f"http://127.0.0.1:{echo}"
    plain = not head.startswith("~")
    ways = ["return 200 -;", f"proxy_pass {target};", f"rewrite ^/a/(.*)$ /r/$1 break; proxy_pass {target};"]
    if plain:
        ways += [f"proxy_pass {target}/;", f"proxy_pass {target}/v1;", f"proxy_pass {target}/v1/;"]
    way = dice.choice(ways)
    if head == "/a/" and dice.random() < 0.7:
        return f"{way} location /a/b {{ add_header X-Location nested always; return 200 -; }}"
    return way


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str]]:
    """The port of a running nginx and its servers."""
    folder = tmp_path_factory.mktemp("nginx")
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    assert program, "nginx is needed: apt-get install nginx-light"
    dice = random.Random(7)  # noqa: S311 - made-up configurations, the same in every run
    port, echo = free_port(), free_port()
    servers = "\n".join(server(number, echo, dice) for number in range(SERVERS)).replace("PORT", str(port))
    (folder / "main.conf").write_text(main(folder, servers, echo))
    process = subprocess.Popen(
        [program, "-p", folder, "-e", "stderr", "-c", folder / "main.conf"], stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port)
        yield port, servers
    finally:
        process.terminate()
        process.wait(10)


def main(folder: Path, servers: str, echo: int) -> str:
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    return (
        f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}\n"
        f"{servers}\nserver {{ listen 127.0.0.1:{echo}; location / {{ return 200 $request_uri; }} }}\n}}\n"
    )


def wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("nginx did not start")


def ask(port: int, host: str, path: str) -> tuple[int, str | None, str]:
    """Status, the location that answered, and what it or the echo said."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", path, headers={"Host": host})
    answer = connection.getresponse()
    said = answer.read().decode()
    connection.close()
    return answer.status, answer.getheader("X-Location"), said


def says(found: ProxyServer, path: str) -> tuple[str | None, str | None, bool]:
    """The location's number or name as the graph sees it, the upstream's path, whether it redirects."""
    match = proxy_matching.choose(found.locations, path)
    assert match.known
    if match.location is None:
        return None, None, False
    header = match.location.block.last("add_header")
    assert header is not None
    return header.values[1], proxy_matching.upstream_path(match.location, path), match.redirect


def test_real_nginx_takes_the_same_locations_and_sends_the_same_paths(running: tuple[int, str]) -> None:
    port, servers = running
    compared = forwarded = 0
    for found in proxy.facts(Text.of_file("nginx.conf", servers.encode())).servers:
        for path in PATHS:
            status, location, said = ask(port, found.names[0].value, path)
            expected, sent, redirect = says(found, path)
            what = (found.block.said[0].directive.source.text.value.split("\n")[int(found.names[0].value[1:])], path)
            assert redirect == (status == 301), what
            if redirect or (location is None and status == 404):
                assert redirect or expected is None, what
                continue
            assert location == expected, what
            compared += 1
            if sent is not None and status == 200 and said != "-" and "%" not in path and "?" not in path:
                assert proxy_matching.normal(said) == proxy_matching.normal(sent), what
                if path == proxy_matching.normal(path):
                    assert said == sent, f"{what}: slashes are sent as they are joined"
                forwarded += 1
    assert compared > 200
    assert forwarded > 100
