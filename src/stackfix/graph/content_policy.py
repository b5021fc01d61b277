"""A Content-Security-Policy as browsers read it: which addresses its `connect-src` lets a page reach.

Source: W3C, "Content Security Policy Level 3": parsing (2.2), connect-src and its fallback to default-src (6.1.2), and
matching of source expressions (6.7.2). Where browsers have been seen to be more lenient, what is lenient counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from stackfix.text import Text

_WORD = re.compile(r"[^\s;]+")
_HOST = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://)?(?P<host>\*|(?:\*\.)?[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:]+\])"
    r"(?::(?P<port>\d+|\*))?(?P<path>/[^\s;]*)?"
)
_DEFAULTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
_UPGRADES = {
    "http": {"http", "https", "ws", "wss"},
    "https": {"https", "wss"},
    "ws": {"ws", "wss", "http", "https"},
    "wss": {"wss", "https"},
}
_NONE = "'none'"
_SELF = "'self'"


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive: its name in lower case, its sources, each with its place in the policy's text."""

    name: str
    sources: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    end: int


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy. Of directives with the same name the first counts."""

    text: Text
    directives: tuple[Directive, ...]

    @property
    def connecting(self) -> Directive | None:
        """What speaks of connections: connect-src, else default-src."""
        named = {one.name: one for one in reversed(self.directives)}
        return named.get("connect-src") or named.get("default-src")

    @property
    def own(self) -> bool:
        """Whether what is relative is let in."""
        found = self.connecting
        return found is None or bool({"'self'", "*", "http:", "https:"} & {s.lower() for s in found.sources})

    @property
    def certain(self) -> bool:
        """Whether no variable or template stands in what speaks of connections."""
        return "$" not in self.text.value and "{{" not in self.text.value and "<%" not in self.text.value


def read(text: Text) -> Policy:
    """The policy that a header's value or a meta element's content is."""
    found: list[Directive] = []
    at = 0
    for part in text.value.split(";"):
        words = list(_WORD.finditer(text.value, at, at + len(part)))
        if words:
            spans = tuple(word.span() for word in words[1:])
            found.append(Directive(words[0][0].lower(), tuple(w[0] for w in words[1:]), spans, words[-1].end()))
        at += len(part) + 1
    return Policy(text, tuple(found))


def forbids(policy: Policy, url: str, pages: frozenset[str]) -> bool:
    """Whether pages at these origins certainly can't connect to an address. No pages: nobody knows where they are."""
    directive = policy.connecting
    if directive is None or not policy.certain:
        return False
    return not any(_matches(source, url, pages) for source in directive.sources)


def _matches(source: str, url: str, pages: frozenset[str]) -> bool:
    """Whether a source expression may match (6.7.2.8); an unknown keyword matches nothing."""
    scheme, host, port, path = _parts(url)
    if source.lower() == _SELF:
        return not pages or any(_is_own(page, scheme, host, port) for page in pages)
    if source.startswith("'"):
        return False
    if source == "*":
        return True
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:", source):
        return scheme in _UPGRADES.get(source[:-1].lower(), {source[:-1].lower()})
    match = _HOST.fullmatch(source)
    if match is None:
        return False
    given = (match["scheme"] or "").lower()
    if given and scheme not in _UPGRADES.get(given, {given}):
        return False
    return (
        _is_host(match["host"].lower(), host)
        and _is_port(match["port"], port, scheme)
        and _is_path(match["path"], path)
    )


def _parts(url: str) -> tuple[str, str, int, str]:
    found = urlsplit(url)
    scheme = found.scheme.lower()
    return scheme, (found.hostname or "").lower(), found.port or _DEFAULTS.get(scheme, 0), found.path


def _is_own(page: str, scheme: str, host: str, port: int) -> bool:
    """The page's own origin; for WebSockets and for the secure form of its scheme too (6.7.2.8, step 6)."""
    its_scheme, its_host, its_port, _ = _parts(page)
    same = its_port == port or {its_port, port} <= set(_DEFAULTS.values())
    return its_host == host and same and scheme in _UPGRADES.get(its_scheme, {its_scheme})


def _is_host(pattern: str, host: str) -> bool:
    if pattern == "*":
        return True
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else pattern == host


def _is_port(pattern: str | None, port: int, scheme: str) -> bool:
    if pattern == "*":
        return True
    if pattern is None:
        return port == _DEFAULTS.get(scheme)
    return int(pattern) == port or (int(pattern), port) == (80, 443)


def _is_path(pattern: str | None, path: str) -> bool:
    if pattern in {None, "", "/"}:
        return True
    assert pattern is not None
    # What is behind the first part that nobody knows may match.
    return path.startswith(pattern) or pattern.startswith(path) if pattern.endswith("/") else pattern.startswith(path)


def adding(policy: Policy, origin: str) -> SetText | None:
    """The edit that lets one more origin in; beside default-src alone, connect-src begins as a copy of it."""
    directive = policy.connecting
    if directive is None:
        return None
    text = policy.text
    if directive.name == "connect-src":
        if [s.lower() for s in directive.sources] == [_NONE]:
            return SetText(text.slice(*directive.spans[0]), origin)
        return SetText(text.slice(directive.end, directive.end), f" {origin}")
    kept = [source for source in directive.sources if source.lower() != _NONE]
    return SetText(text.slice(directive.end, directive.end), "; " + " ".join(("connect-src", *kept, origin)))
