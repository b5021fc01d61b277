"""The plain routes of a crate that serves with axum or actix-web, where every one of them is seen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import Anchor, Location, located
from stackfix.graph.python_routing import ServedRoute
from stackfix.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.rust_routing import Crate, File

_AXUM = re.compile(r"\baxum::|\buse axum\b")
_ACTIX = re.compile(r"\bactix_web\b")
_OTHERS = re.compile(
    r"\b(?:rocket|warp|poem|salvo|tide|tonic|gotham|aide|utoipa_axum|leptos|leptos_axum|dioxus|loco_rs|actix_web_lab"
    r"|axum_health|tower_health|async_graphql_axum|include_router|routes!)\b|\bRouterExt\b|\bTypedPath\b"
)
"""What serves in a way of its own, or beside."""
_CALL = re.compile(
    r"\.(?P<name>route|route_service|nest|nest_service|merge|fallback|fallback_service|service|configure|default_service"
    r"|external_resource)\(\s*"
)
_LITERAL = re.compile(r'"(?P<path>[^"\\]*)"\s*,\s*')
_OF_RESOURCE = re.compile(
    r"(?:actix_web::)?web::(?:get|post|put|delete|patch|head|trace|method|route|to)\(|(?:guard::)"
)
_RESOURCE = re.compile(r'\bweb::resource\(\s*(?P<given>"(?P<path>[^"\\]*)"\s*\))?')
_MARKED = re.compile(
    r"#\[(?:actix_web::)?(?P<verb>get|post|put|delete|patch|head|options|route)\(\s*(?P<given>\"(?P<path>[^\"\\]*)\")?"
    r"(?P<rest>[^\]]*)\)\]\s*(?:#\[[^\]]*\]\s*)*(?:pub(?:\([^)]*\))?\s+)?async\s+fn\s+(?P<name>\w+)"
)
_VERB = re.compile(r"(?<![\w])(?P<verb>get|post|put|delete|patch|head|options|any|on|trace|method|to)(?:_service)?\(")
_ANY = frozenset({"any", "on", "method", "to"})
_NOT_FOUND = re.compile(r"(?i)404|not_?found")
_FILES = re.compile(r'(?:\w+::)*Files::new\(\s*"(?P<path>[^"\\]*)"')
_NAMED = re.compile(r"(?:\w+::)*(?P<name>\w+)\s*(?P<call>\(|\.|[,)]|$)")
_INLINE = re.compile(
    r"(?:axum::)?Router\s*(?:::<[^>]*>)?::new\(|(?:actix_web::)?(?:web::)?(?:scope|resource|Scope::new)\(|\|"
)
_HARMLESS = re.compile(r"(?:\w+::)*(?:SwaggerUi|RapiDoc|Redoc|Scalar|redirect)\b")
_LOOKS = re.compile(r"\.path\(\)")
_QUOTED = re.compile(r'"(/[^"\\{}*\s]+)"')
_HOLDS = re.compile(r"/:\w+|/\*\w*|\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Plain:
    """The routes, and the prefixes below which there may be more."""

    routes: tuple[ServedRoute, ...]
    unknown: tuple[str, ...]


class _UnreadError(Exception):
    """Something that serves in a way which can't be read."""


def read(crate: Crate) -> Plain | None:
    """The routes of a crate; None where there may be others, or where it serves with neither framework."""
    axum = any(_AXUM.search(file.source) for file in crate.files)
    actix = any(_ACTIX.search(file.source) for file in crate.files)
    if axum == actix or any(_OTHERS.search(file.bare) for file in crate.files):
        return None
    reading = _Reading(crate)
    try:
        routes = tuple(route for file in crate.files for route in reading.routes(file, actix=actix))
    except _UnreadError:
        return None
    return Plain(routes, tuple(reading.unknown)) if routes else None


class _Reading:
    def __init__(self, crate: Crate) -> None:
        self.crate = crate
        self.unknown: list[str] = []
        self.functions = {function[0] for file in crate.files for function in file.functions}
        self.marked = {match["name"] for file in crate.files for match in _MARKED.finditer(file.source)}

    def routes(self, file: File, *, actix: bool) -> Iterator[ServedRoute]:
        """Every route that a file adds. Raises where it may add others."""
        if _LOOKS.search(file.bare):
            self.unknown += _QUOTED.findall(file.source)
        words = _ACTIX if actix else re.compile(r"\bRouter\b|\baxum\b")
        for match in _CALL.finditer(file.source) if words.search(file.source) else ():
            yield from self._call(file, match)
        for match in _RESOURCE.finditer(file.source) if actix else ():
            if match["given"] is None:
                raise _UnreadError
            before = self.crate.place(file, match.start(), 0)
            said = file.source[match.end() : _chain_end(file, match.end())]
            yield from _served(file, match.span("path"), match["path"], before, _methods(said))
        for match in _MARKED.finditer(file.source) if actix else ():
            if match["given"] is None:
                raise _UnreadError
            methods = frozenset({match["verb"].upper()} if match["verb"] != "route" else ())
            before = self.crate.mentioned(file, match["name"])
            yield from _served(file, match.span("path"), match["path"], before, methods)

    def _call(self, file: File, match: re.Match[str]) -> Iterator[ServedRoute]:
        name, at = match["name"], match.end()
        opened = file.source.index("(", match.start())
        end = file.pairs.get(opened, at)
        if name == "route":
            yield from self._route(file, match, end)
        elif name in {"nest", "nest_service", "route_service"}:
            self._nested(file, match)
        elif name in {"merge", "service", "configure"}:
            self._taken(file, at, end)
        elif not _NOT_FOUND.search(file.source[at:end]):
            raise _UnreadError

    def _route(self, file: File, match: re.Match[str], end: int) -> Iterator[ServedRoute]:
        at = match.end()
        literal = _LITERAL.match(file.source, at)
        if literal is None:
            if not _OF_RESOURCE.match(file.source, at):
                raise _UnreadError
            return
        before = self.crate.chain(file, file.head(match.start() + 1), 0)
        methods = _methods(file.source[literal.end() : end])
        yield from _served(file, literal.span("path"), literal["path"], before, methods)

    def _nested(self, file: File, match: re.Match[str]) -> None:
        literal = _LITERAL.match(file.source, match.end())
        if literal is None:
            raise _UnreadError
        if match["name"] == "nest":
            self._known(file, literal.end())
            return
        before = self.crate.chain(file, file.head(match.start() + 1), 0)
        if before is None or literal["path"] in {"", "/"}:
            raise _UnreadError
        self.unknown += [prefix.rstrip("/") + literal["path"] for prefix in before]

    def _taken(self, file: File, at: int, end: int) -> None:
        """What is merged or served: a router, a handler or a configuration of the crate's own; files below a path."""
        given = file.source[at:end]
        files = _FILES.match(given)
        if files is not None and files["path"].strip("/"):
            self.unknown.append("/" + files["path"].strip("/"))
        elif not _HARMLESS.match(given):
            self._known(file, at)

    def _known(self, file: File, at: int) -> None:
        """Raises where what stands at an offset may be made elsewhere."""
        if _INLINE.match(file.source, at):
            return
        named = _NAMED.match(file.source, at)
        name = named["name"] if named is not None else ""
        around = file.around(at)
        start = around[2] if around is not None else 0
        local = re.search(rf"\blet\s+(?:mut\s+)?{name}\b", file.source[start:at]) if name else None
        if not name or (name not in self.functions | self.marked and local is None):
            raise _UnreadError


def _chain_end(file: File, at: int) -> int:
    while (match := re.compile(r"\s*\.\w+\(").match(file.source, at)) and match.end() - 1 in file.pairs:
        at = file.pairs[match.end() - 1] + 1
    return at


def _methods(said: str) -> frozenset[str]:
    """The methods that a handler is for; none where it is for all."""
    found = {match["verb"] for match in _VERB.finditer(said)}
    return (
        frozenset() if not found or (found & _ANY and not found - _ANY) else frozenset(v.upper() for v in found - _ANY)
    )


def _served(
    file: File, span: tuple[int, int], path: str, before: frozenset[str] | None, methods: frozenset[str]
) -> Iterator[ServedRoute]:
    if before is None:
        raise _UnreadError
    text = file.text.slice(*span)
    place = located(text) or Location(file.path, Span(0, 0))
    anchor = Anchor(file.path, "any", (place.span.start,))
    for prefix in sorted(before):
        full = "/" + (prefix.rstrip("/") + "/" + path.lstrip("/")).strip("/")
        yield ServedRoute(full, False, methods, place, anchor, _pattern(full), text)  # noqa: FBT003 - no WebSocket


def _pattern(path: str) -> str:
    parts, at = [], 0
    for match in _HOLDS.finditer(path):
        parts.append(re.escape(path[at : match.start()]))
        whole = "*" in match[0]
        slash = "/" if match[0].startswith("/") else ""
        parts.append(slash + (".*" if whole else "[^/]+"))
        at = match.end()
    return "".join((*parts, re.escape(path[at:]))).removesuffix("/") + "/?"
