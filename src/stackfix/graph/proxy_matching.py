"""Which location nginx takes for a request, and the path that its upstream then sees.

Source: nginx's documentation of `location` and `proxy_pass`, and ngx_http_core_find_location.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from stackfix.graph.proxy_facts import Modifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from stackfix.graph.proxy_facts import Pass, ProxyLocation

_REGEX = frozenset({Modifier.REGEX, Modifier.REGEX_ANY_CASE})
_PREFIX = frozenset({Modifier.PREFIX, Modifier.FINAL_PREFIX})


@dataclass(frozen=True, slots=True)
class Match:
    """What a request meets. `location` is None where none takes it, or where a pattern isn't understood (not `known`).

    `redirect`: nginx answers `/path` itself with 301 to the location's `/path/`; a WebSocket handshake fails there.
    """

    location: ProxyLocation | None
    redirect: bool = False
    known: bool = True


def matching(locations: Sequence[ProxyLocation], path: str) -> ProxyLocation | None:
    """The location that takes a request for `path`, None where none does or nobody can say."""
    return choose(locations, path).location


def choose(locations: Sequence[ProxyLocation], path: str) -> Match:
    """Exact first, else patterns in their order unless the longest prefix is `^~`, else that prefix."""
    path = normal(path)
    exact = [one for one in locations if one.modifier is Modifier.EXACT and one.path.value == path]
    if exact:
        return Match(exact[0])
    slashed = [
        one for one in locations if one.modifier in _PREFIX and one.path.value == path + "/" and one.handler is not None
    ]
    if slashed and not any(one.modifier in _PREFIX and one.path.value == path for one in locations):
        return Match(slashed[0], redirect=True)
    prefixes = [one for one in locations if one.modifier in _PREFIX and path.startswith(one.path.value)]
    best = max(prefixes, key=lambda one: len(one.path.value), default=None)
    if any("$" in one.path.value for one in locations if one.modifier in _PREFIX):
        return Match(None, known=False)
    return _with_patterns(locations, path, best)


def _with_patterns(locations: Sequence[ProxyLocation], path: str, best: ProxyLocation | None) -> Match:
    inner = choose(best.nested, path) if best is not None and best.nested else Match(None)
    if not inner.known or (inner.location is not None and _settled(inner)):
        return inner
    if best is None or best.modifier is not Modifier.FINAL_PREFIX:
        for one in locations:
            if one.modifier not in _REGEX:
                continue
            met = _meets(one, path)
            if met is None:
                return Match(None, known=False)
            if met:
                deeper = choose(one.nested, path) if one.nested else Match(None)
                return deeper if deeper.location is not None or not deeper.known else Match(one)
    return inner if inner.location is not None else Match(best)


def _settled(inner: Match) -> bool:
    """Whether a nested match ends the search: an exact one, a pattern, a redirect. A mere prefix doesn't."""
    assert inner.location is not None
    return inner.redirect or inner.location.modifier in _REGEX or inner.location.modifier is Modifier.EXACT


def _meets(location: ProxyLocation, path: str) -> bool | None:
    """Whether a pattern matches; None where it isn't a pattern that Python reads as PCRE does."""
    pattern = _pattern(location.path.value, any_case=location.modifier is Modifier.REGEX_ANY_CASE)
    return None if pattern is None else pattern.search(path) is not None


def _pattern(source: str, *, any_case: bool = False) -> re.Pattern[str] | None:
    if re.search(r"\$\{|\(\?[|#>&+-]|\(\?R|\\[KQGXRh]|\[\[:|[*+?}]\+", source):
        return None
    named = re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", source)
    try:
        return re.compile(named, re.IGNORECASE if any_case else 0)
    except (re.error, OverflowError, RecursionError):
        return None


def normal(path: str) -> str:
    """A request's path as nginx compares it: without query, decoded, `//` merged, dots resolved."""
    plain = unquote(re.split(r"[?#]", path, maxsplit=1)[0])
    merged = re.sub(r"/{2,}", "/", plain if plain.startswith("/") else f"/{plain}")
    if not re.search(r"/\.{1,2}(?:/|$)", merged):
        return merged
    ended = merged.endswith(("/", "/.", "/.."))
    tidy = posixpath.normpath(merged)
    return tidy + "/" if ended and tidy != "/" else tidy


def upstream_path(location: ProxyLocation, path: str) -> str | None:
    """The path that the upstream sees for a request that `location` takes; None where nobody can say.

    Without a URI in proxy_pass the path stays; with one, it replaces what the location matched.
    Rewrites that stay in the location (`break`) come first, and then a URI counts no more.
    """
    handler = location.handler
    if handler is None or handler.keyword != "proxy_pass" or not _plain(location):
        return None
    wanted = normal(path)
    rewritten = _rewritten(location, wanted)
    if rewritten is None:
        return None
    if rewritten != wanted:
        return None if handler.variable and handler.uri is not None else rewritten
    return _replaced(location, handler, wanted)


def _plain(location: ProxyLocation) -> bool:
    """Whether nothing around changes the path first: no server-wide rewrite, no `if` or include that may."""
    around = list(location.block.chain())
    if any(block.hidden or block.all("return") for block in around[:1]):
        return False
    if any(said.keyword in {"rewrite", "if"} for block in around[1:] for said in block.said):
        return False
    return not any(
        inner.keyword == "rewrite" for said in location.block.said if said.block for inner in said.block.said
    )


def _rewritten(location: ProxyLocation, path: str) -> str | None:
    """The path after the location's own rewrites; None where one starts the search anew or can't be followed."""
    for said in location.rewrites:
        pattern = _pattern(said.values[0])
        if pattern is None or len(said.values) < 2:  # noqa: PLR2004 - a pattern and a replacement
            return None
        match = pattern.search(path)
        if match is None:
            continue
        flag = said.values[2] if len(said.values) > 2 else ""  # noqa: PLR2004 - the flag is third
        return _substituted(said.values[1], match) if flag == "break" else None
    return path


def _substituted(replacement: str, match: re.Match[str]) -> str | None:
    plain = replacement.partition("?")[0]
    groups = match.groups()

    def one(found: re.Match[str]) -> str:
        number = int(found.group(1) or found.group(2))
        return (groups[number - 1] or "") if 0 < number <= len(groups) else ""

    filled = re.sub(r"\$(?:(\d)|\{(\d)\})", one, plain)
    return None if "$" in filled or "://" in replacement else filled


_RENDERED_HOST = re.compile(r"[a-z]+://(?:[\w.:-]|\$\{?[A-Z][A-Z0-9_]*\}?)+")
"""An address whose host and port alone are put in before nginx reads it."""


def _replaced(location: ProxyLocation, handler: Pass, path: str) -> str | None:
    uri = handler.uri.value if handler.uri is not None else ""
    if not uri:
        said = handler.resolved.value
        return path if "$" not in said or _whole_uri(said) or _RENDERED_HOST.fullmatch(said) else None
    if _whole_uri(uri):
        return path
    if "$" in uri or "$" in location.path.value:
        return None
    uri = uri.partition("?")[0]
    if handler.variable:
        return uri
    if location.modifier in _REGEX or location.modifier is Modifier.NAMED or not path.startswith(location.path.value):
        return None
    return uri + path[len(location.path.value) :]


def _whole_uri(value: str) -> bool:
    """Whether a proxy_pass ends in the request's own URI, written out."""
    return re.search(r"(?<=[^/])\$(?:request_uri|uri(?:\$is_args\$args)?)$", value) is not None or value in {
        "$request_uri",
        "$uri",
        "$uri$is_args$args",
    }


def forwarded(locations: Iterable[ProxyLocation]) -> tuple[ProxyLocation, ...]:
    """Those that hand every request on."""
    return tuple(one for one in locations if one.handler is not None)
