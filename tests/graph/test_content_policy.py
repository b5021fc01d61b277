"""Content-Security-Policy: which addresses a page may connect to, by the specification's own words."""

from __future__ import annotations

import pytest

from stackfix.graph import content_policy
from stackfix.text import Text

PAGE = frozenset({"http://app.test:8080"})


def forbids(policy: str, url: str, pages: frozenset[str] = PAGE) -> bool:
    """Whether pages under this policy can't connect."""
    return content_policy.forbids(content_policy.read(Text.unwritten(policy)), url, pages)


@pytest.mark.parametrize(
    ("policy", "url"),
    [
        ("connect-src 'self'", "http://app.test:8080/api"),
        ("connect-src 'self'", "ws://app.test:8080/live"),
        ("connect-src *", "ws://other.test:9000/"),
        ("connect-src http:", "https://other.test/"),
        ("connect-src ws://other.test:9000", "wss://other.test:9000/"),
        ("connect-src other.test", "http://other.test/"),
        ("connect-src *.test:*", "http://a.b.test:1234/"),
        ("connect-src http://other.test:80", "https://other.test:443/"),
        ("connect-src http://other.test/api/", "http://other.test/api/x"),
        ("script-src 'none'", "http://other.test/"),
        ("connect-src http://other.test; connect-src 'none'", "http://other.test/"),
        ("connect-src $origins", "http://other.test/"),
    ],
)
def test_lets_in(policy: str, url: str) -> None:
    assert not forbids(policy, url)


@pytest.mark.parametrize(
    ("policy", "url"),
    [
        ("connect-src 'self'", "http://app.test:3000/api"),
        ("connect-src 'self'", "http://other.test:8080/"),
        ("default-src 'self'", "ws://other.test:8080/"),
        ("CONNECT-SRC 'none'", "http://app.test:8080/"),
        ("connect-src https:", "http://other.test/"),
        ("connect-src https://other.test", "http://other.test/"),
        ("connect-src *.other.test", "http://other.test/"),
        ("connect-src other.test", "http://other.test:8000/"),
        ("connect-src other.test:8001", "http://other.test:8000/"),
        ("connect-src http://other.test/api/", "http://other.test/live"),
        ("connect-src", "http://other.test/"),
        ("default-src *; connect-src 'self'", "http://other.test/"),
    ],
)
def test_forbids(policy: str, url: str) -> None:
    assert forbids(policy, url)


def test_nobody_knows_where_the_page_is() -> None:
    assert not forbids("connect-src 'self'", "https://anywhere.test/", frozenset())
