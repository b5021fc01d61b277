"""Addresses inside values, each part with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stackfix.graph import address
from stackfix.spans import Span
from stackfix.text import Text

if TYPE_CHECKING:
    from stackfix.graph.model import Address


def text(value: str) -> Text:
    return Text.of_file("f", value.encode())


def parts(found: Address | None) -> tuple[str | None, str, int | None, str | None] | None:
    """Scheme, host, port and path."""
    if found is None:
        return None
    return found.scheme, found.host.value, found.port, found.path.value if found.path else None


URLS: dict[str, tuple[str | None, str, int | None, str | None] | None] = {
    "http://api:8000": ("http", "api", 8000, None),
    "http://api": ("http", "api", None, None),
    "HTTPS://api:8443/v1/": ("https", "api", 8443, "/v1/"),
    "ws://api:8000/ws?x=1#y": ("ws", "api", 8000, "/ws?x=1#y"),
    "http://api?x=1": ("http", "api", None, "?x=1"),
    "postgresql://app:s3cret@db:5432/shop": ("postgresql", "db", 5432, "/shop"),
    "postgresql+asyncpg://app@db/shop": ("postgresql+asyncpg", "db", None, "/shop"),
    "redis://:s3cret@cache:6379/0": ("redis", "cache", 6379, "/0"),
    "redis://user:1234@cache": ("redis", "cache", None, None),
    "amqp://guest:guest@queue:5672//": ("amqp", "queue", 5672, "//"),
    "http://10.0.0.1:80": ("http", "10.0.0.1", 80, None),
    "http://[::1]:80/x": ("http", "[::1]", 80, "/x"),
    "http://api_server:80": ("http", "api_server", 80, None),
    "  http://api:1  ": ("http", "api", 1, None),
    "http://api:0": None,
    "http://api:65535": ("http", "api", 65535, None),
    "http://api:65536": None,
    "http://api:port": None,
    "http://": None,
    "http://api:80 and more": None,
    "sqlite:///data.db": None,
    "file:///etc/x": None,
    "api:80": None,
    "//api:80": None,
    "http://-api": None,
}


@pytest.mark.parametrize(("value", "expected"), URLS.items())
def test_urls(value: str, expected: tuple[str | None, str, int | None, str | None] | None) -> None:
    assert parts(address.url(text(value))) == expected


PAIRS: dict[str, tuple[str | None, str, int | None, str | None] | None] = {
    "api:8000": (None, "api", 8000, None),
    "api:8000/health": (None, "api", 8000, "/health"),
    "a.b.svc.cluster.local:80": (None, "a.b.svc.cluster.local", 80, None),
    "127.0.0.1:80": (None, "127.0.0.1", 80, None),
    "_upstream:80": (None, "_upstream", 80, None),
    "8000:80": None,
    "api": None,
    "api:": None,
    "api:http": None,
    "api:99999": None,
    "a b:80": None,
    "http://api:80": None,
}


@pytest.mark.parametrize(("value", "expected"), PAIRS.items())
def test_pairs(value: str, expected: tuple[str | None, str, int | None, str | None] | None) -> None:
    assert parts(address.pair(text(value))) == expected


@pytest.mark.parametrize(("value", "host"), [("db", "db"), (" db ", "db"), ("db.internal", "db.internal"), ("", None), ("a b", None), ("a/b", None), ("db:1", None)])  # fmt: skip
def test_bare_hosts(value: str, host: str | None) -> None:
    found = address.bare(text(value))
    assert (found and found.host.value) == host


def test_each_part_has_its_own_bytes() -> None:
    found = address.url(text("redis://:pä@cache:6379/0"))
    assert found is not None
    assert found.host.place == ("f", Span(13, 18))
    assert found.port_text is not None
    assert found.port_text.place == ("f", Span(19, 23))
    assert found.scheme_text is not None
    assert found.scheme_text.place == ("f", Span(0, 5))


def test_the_default_port_is_the_schemes() -> None:
    ports = {
        value: found.default_port
        for value in ("http://a", "wss://a", "redis://a:1", "kafka://a")
        if (found := address.url(text(value)))
    }
    assert ports == {"http://a": 80, "wss://a": 443, "redis://a:1": 1, "kafka://a": None}


@pytest.mark.parametrize(("host", "loopback", "every", "outside"), [
    ("localhost", True, False, False),
    ("LOCALHOST", True, False, False),
    ("127.0.0.1", True, False, True),
    ("127.1.2.3", True, False, True),
    ("127.db", False, False, True),
    ("::1", True, False, False),
    ("[::1]", True, False, True),
    ("0.0.0.0", False, True, True),
    ("*", False, True, False),
    ("db", False, False, False),
    ("api.example.org", False, False, True),
    ("10.0.0.1", False, False, True),
    ("host.docker.internal", False, False, True),
])  # fmt: skip
def test_kinds_of_hosts(host: str, loopback: bool, every: bool, outside: bool) -> None:
    assert (address.is_loopback(host), address.is_every_address(host), address.is_outside(host)) == (
        loopback,
        every,
        outside,
    )
