"""What a Rust program serves: axum's and actix-web's routes, and the WebSockets of warp's filters.

Only what is certain is told, with the prefixes of what it is nested in, merged into or configured by. Where plain
routes can't all be read (`rust_plain`) they are left out, and the routes of such a program are not all known.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from stackfix.findings import Anchor, Location, located
from stackfix.graph import rust_plain
from stackfix.graph.native_source import closing, uncommented
from stackfix.graph.python_routing import Routing, ServedRoute
from stackfix.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.library import Library
    from stackfix.text import Text

_TELLING = re.compile(
    r"WebSocketUpgrade|actix_ws|actix_web_actors|warp::ws\(|\bfn\s+main\s*\(|\bRouter\b|ServiceConfig|web::scope"
    r"|\bactix_web\b|\baxum\b"
)
_TESTS = re.compile(r"#\[cfg\(test\)\]\s*(?:pub\s+)?mod\s+\w+\s*\{")
_SOCKETS = re.compile(r"WebSocketUpgrade|actix_ws|actix_web_actors|tungstenite|socketioxide|web_socket|websocket")
_SKIPPED = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\\n]|\\.)\'', re.DOTALL)
_FUNCTION = re.compile(r"\bfn\s+(?P<name>\w+)\s*(?:<[^>{;]*>)?\s*\(")
_TAKES = re.compile(r"\bWebSocketUpgrade\b")
_STARTS = re.compile(r"\bactix_ws::handle\(|\bws::start(?:_with_\w+)?\(|\bWsResponseBuilder::new\(")
_ROUTE = re.compile(r'\.route\(\s*"(?P<path>/[^"\\]*|)"\s*,')
_RESOURCE = re.compile(r'\bweb::resource\(\s*"(?P<path>/?[^"\\]*)"\s*\)')
_MARKED = re.compile(
    r'#\[(?:actix_web::)?(?:get|route)\(\s*"(?P<path>/[^"\\]*)"[^\]]*\)\]\s*'
    r"(?:pub(?:\([^)]*\))?\s+)?async\s+fn\s+(?P<name>\w+)"
)
_WARP = re.compile(r"\.and\(\s*warp::ws\(\)\s*\)")
_WARPED = re.compile(
    r'warp::path\(\s*"(?P<path>[^"\\/]+)"\s*\)(?:\s*\.and\(\s*warp::path::end\(\)\s*\))?\s*$'
    r'|warp::path!\(\s*"(?P<macro>[^"\\/]+)"\s*\)\s*$'
)
_WORD = re.compile(r"\w")
_CALLED = re.compile(r"(?P<name>\w+)\s*$")
_LET = re.compile(r"\blet\s+(?:mut\s+)?(?P<name>\w+)\s*(?::[^=;]*)?=\s*$|(?<![\w.])(?P<again>\w+)\s*=\s*$")
_LITERAL = re.compile(r'\s*"(?P<path>/[^"\\]*)"\s*,\s*')
_SCOPE = re.compile(r'(?:actix_web::)?(?:web::)?(?:scope|Scope::new)\(\s*"(?P<path>[^"\\]*)"\s*\)')
_PLACED = re.compile(r"/:(\w+)|/\*(\w+)|\{\*?(\w+)(?::[^}]*)?\}")
_NESTS = frozenset({"nest", "nest_service"})
_TAKEN_IN = frozenset({"merge", "service", "configure"})
_WRAPS = frozenset({"Ok", "Some", "new", "from", "spawn", "into_make_service"})
_ASIDE = frozenset({"tests", "examples", "benches", "target"})
_DEPTH = 8
_Function = tuple[str, int, int, int]
"""A function's name, where it begins, where its body does, and where it ends."""


def routing(library: Library, folder: str) -> Routing | None:
    """The WebSockets of the one program of a crate; None where it has none, or several programs."""
    return library.remember(("rust-routing", folder), lambda: _routing(library, folder))


def _routing(library: Library, folder: str) -> Routing | None:
    files: list[File] = []
    for path in library.tree.below(folder):
        inside = path[len(folder) :].lstrip("/").split("/")
        if not path.endswith(".rs") or inside[-1] == "build.rs" or _ASIDE & set(inside[:-1]):
            continue
        text = library.text(path)
        if text is None:
            return None
        if _TELLING.search(text.value):
            files.append(File(path, text, _untested(uncommented(text.value))))
    if sum(1 for file in files for match in _FUNCTION.finditer(file.source) if match["name"] == "main") != 1:
        return None
    crate = Crate(tuple(files))
    found = tuple(dict.fromkeys(crate.routes()))
    plain = rust_plain.read(crate)
    if plain is not None:
        complete = not any(_SOCKETS.search(file.source) for file in files)
        sockets = {route.location for route in found}
        kept = tuple(route for route in plain.routes if route.location not in sockets)
        return Routing((*found, *kept), plain.unknown, complete=complete)
    return Routing(found) if found else None


def _untested(source: str) -> str:
    """The source with modules blanked out that are compiled for tests alone."""
    for match in _TESTS.finditer(source):
        end = closing(source, match.end() - 1)
        if end is not None:
            source = source[: match.end()] + re.sub(r"[^\n]", " ", source[match.end() : end]) + source[end:]
    return source


@dataclass(frozen=True, eq=False)
class File:
    """One file with its brackets and functions."""

    path: str
    text: Text
    source: str

    @cached_property
    def bare(self) -> str:
        """The source with strings blanked out, too."""
        return _SKIPPED.sub(lambda m: " " * len(m[0]), self.source)

    @cached_property
    def pairs(self) -> dict[int, int]:
        """Where each bracket that opens closes, and the other way round."""
        opened: list[int] = []
        found: dict[int, int] = {}
        for at, mark in enumerate(self.bare):
            if mark in "([{":
                opened.append(at)
            elif mark in ")]}" and opened:
                found[at] = opened[-1]
                found[opened.pop()] = at
        return found

    @cached_property
    def functions(self) -> tuple[_Function, ...]:
        """Every function with a body, in the order of the source."""
        found = []
        for match in _FUNCTION.finditer(self.source):
            close = self.pairs.get(match.end() - 1)
            body = self.source.find("{", close) if close is not None else -1
            if body in self.pairs:
                found.append((match["name"], match.start(), body, self.pairs[body]))
        return tuple(found)

    @property
    def module(self) -> str:
        """What the file is called by others."""
        name = posixpath.basename(self.path).removesuffix(".rs")
        return posixpath.basename(posixpath.dirname(self.path)) if name == "mod" else name

    def around(self, at: int) -> _Function | None:
        """The innermost function around an offset."""
        found = [one for one in self.functions if one[1] <= at <= one[3]]
        return found[-1] if found else None

    def opened(self, at: int) -> int | None:
        """The innermost bracket around an offset."""
        inside = [o for o, c in self.pairs.items() if o < at <= c]
        return max(inside, default=None)

    def head(self, at: int) -> int:
        """Where the chain of calls begins that goes on at an offset."""
        while True:
            before = len(self.source[:at].rstrip())
            mark = self.source[before - 1] if before else ""
            if mark in {")", "]"} and before - 1 in self.pairs:
                at = self.pairs[before - 1]
            elif mark and (mark in ".:?!" or (_WORD.match(mark) and (before == at or self.source[at] in ".?"))):
                at = before - 1
            else:
                return at + len(self.source[at:]) - len(self.source[at:].lstrip())


class Crate:
    """The files of a crate that may serve."""

    def __init__(self, files: tuple[File, ...]) -> None:
        """Index the functions by name, and which of them take a WebSocket."""
        self.files = files
        self._handlers: dict[str, list[tuple[File, bool]]] = {}
        for file in files:
            for name, start, body, end in file.functions:
                takes = _TAKES.search(file.source, start, body) or _STARTS.search(file.source, body, end)
                self._handlers.setdefault(name, []).append((file, takes is not None))

    def _is_handler(self, file: File, module: str, name: str) -> bool:
        """Whether a function that a file names takes a WebSocket: every one that may be meant does."""
        every = self._handlers.get(name, [])
        own = [one for one in every if (one[0].module == module if module else one[0] is file)]
        meant = own or every
        return bool(meant) and all(takes for _, takes in meant)

    def routes(self) -> Iterator[ServedRoute]:
        """The routes of WebSockets."""
        for file in self.files:
            for pattern in (_ROUTE, _RESOURCE):
                for match in pattern.finditer(file.source):
                    if self._takes(file, match):
                        start = file.head(match.start() + 1) if pattern is _ROUTE else match.start()
                        before = self.chain(file, start, 0) if pattern is _ROUTE else self.place(file, start, 0)
                        yield from _served(file, match.span("path"), match["path"], before)
            for match in _MARKED.finditer(file.source):
                if self._is_handler(file, "", match["name"]):
                    yield from _served(file, match.span("path"), match["path"], self.mentioned(file, match["name"], 0))
            yield from self._warp(file)

    def _takes(self, file: File, match: re.Match[str]) -> bool:
        """Whether a route's handler takes a WebSocket: one in place, or a function by its name."""
        if match.re is _ROUTE:
            end = file.pairs.get(file.source.index("(", match.start()), match.end())
        else:
            end = self._chain_end(file, match.end())
        said = file.source[match.end() : end]
        named = re.findall(r"\b(?:get|any|to|service)\(\s*(?:\w+::)*?(?:(\w+)::)?(\w+)\b(?!::)", said)
        return _TAKES.search(said) is not None or any(self._is_handler(file, *one) for one in named)

    @staticmethod
    def _chain_end(file: File, at: int) -> int:
        while (match := re.compile(r"\s*\.\w+\(").match(file.source, at)) and match.end() - 1 in file.pairs:
            at = file.pairs[match.end() - 1] + 1
        return at

    def _warp(self, file: File) -> Iterator[ServedRoute]:
        for match in _WARP.finditer(file.source):
            start = file.head(match.start() + 1)
            said = _WARPED.fullmatch(file.source[start : match.start()].strip())
            if said is None:
                continue
            kind = "path" if said["path"] else "macro"
            at = start + said.start(kind)
            bound = _LET.search(file.source[:start])
            name = bound["name"] if bound is not None else None
            below = re.search(rf"\.and\([^;]*\b{name}\b", file.source) if name else None
            if name is not None and below is None:
                yield from _served(file, (at, at + len(said[kind])), "/" + said[kind], frozenset({""}))

    # --- prefixes ----------------------------------------------------------------------------------------------------

    def chain(self, file: File, start: int, depth: int) -> frozenset[str] | None:
        """What stands before the paths that are added to a router; None where nobody can tell."""
        if depth > _DEPTH:
            return None
        if re.match(r"(?:actix_web::)?App::new\(", file.source[start:]):
            return frozenset({""})
        scope = _SCOPE.match(file.source, start)
        if scope is not None or re.match(r"(?:axum::)?Router\b", file.source[start:]):
            return below(self.place(file, start, depth), scope["path"] if scope is not None else "")
        name = re.match(r"(\w+)\s*\.", file.source[start:])
        return self._of_name(file, name[1], start, depth) if name is not None else None

    def _of_name(self, file: File, name: str, at: int, depth: int) -> frozenset[str] | None:
        function = file.around(at)
        if function is None:
            return None
        if re.search(rf"\b{name}\s*:\s*&mut\s+(?:web::)?ServiceConfig", file.source[function[1] : function[2]]):
            return self.mentioned(file, function[0], depth)
        return self._uses(file, name, function, depth)

    def place(self, file: File, start: int, depth: int) -> frozenset[str] | None:
        """What stands before a router by where it is made: nested, merged, served, given a name or given back."""
        if depth > _DEPTH:
            return None
        opened = file.opened(start)
        if opened is not None and file.source[opened] == "(":
            called = _CALLED.search(file.source[:opened])
            name = called["name"] if called is not None else ""
            if name not in _WRAPS or "serve" in name:
                return self._given(file, name, opened, start, depth)
        function = file.around(start)
        bound = _LET.search(file.source[max(0, start - 200) : start])
        if function is None:
            return None
        if bound is not None:
            return self._uses(file, bound["name"] or bound["again"], function, depth)
        return self.mentioned(file, function[0], depth)

    def _given(self, file: File, name: str, opened: int, start: int, depth: int) -> frozenset[str] | None:
        """What stands before a router that a call is given."""
        given = file.source[opened + 1 : start]
        if name in _NESTS:
            said = _LITERAL.fullmatch(given)
            outer = self.chain(file, file.head(opened), depth + 1) if said is not None else None
            return below(outer, said["path"]) if said is not None else None
        if name in _TAKEN_IN and not given.strip():
            return self.chain(file, file.head(opened), depth + 1)
        return frozenset({""}) if "serve" in name else None

    def _uses(self, file: File, name: str, function: _Function, depth: int) -> frozenset[str] | None:
        """What stands before a router that a variable of a function holds, by what becomes of it there."""
        found: set[str] = set()
        for match in re.finditer(rf"(?<![\w.:]){name}\b(?!\s*=(?!=))", file.bare[function[2] : function[3]]):
            at = function[2] + match.start()
            if not self._goes_on(file, name, at):
                continue
            known = self.place(file, at, depth + 1)
            if known is None:
                return None
            found |= known
        return frozenset(found) or None

    @staticmethod
    def _goes_on(file: File, name: str, at: int) -> bool:
        """Whether a mention of a router's name hands it on: no declaration, no call that only looks at it."""
        before = file.bare[max(0, at - 60) : at].rstrip()
        if re.search(rf"\blet(?:\s+mut)?$|\b{name}\s*=$", before):
            return False
        opened = file.opened(at)
        called = _CALLED.search(file.source[:opened]) if opened is not None and file.source[opened] == "(" else None
        if called is not None:
            known = _TAKEN_IN | _NESTS | _WRAPS
            return called["name"] in known or "serve" in called["name"]
        method = file.source[at + len(name) : at + len(name) + 1] == "."
        return not method or before.endswith(("=", "return", "{", ";", "}"))

    def mentioned(self, file: File, name: str, depth: int = 0) -> frozenset[str] | None:
        """What stands before what a function gives back or adds, by where the function is named."""
        if name == "main":
            return frozenset({""})
        if sum(one[0] == name for other in self.files for one in other.functions) > 1 and depth > _DEPTH:
            return None
        found: set[str] = set()
        for other in self.files:
            for match in re.finditer(rf"(?<![\w:.])(?:(?:\w+::)*(?P<module>\w+)::)?{name}\b", other.bare):
                if self._is_other(file, other, name, match) or depth > _DEPTH:
                    continue
                known = self.place(other, match.start(), depth + 1)
                if known is None:
                    return None
                found |= known
        return frozenset(found) or None

    def _is_other(self, file: File, other: File, name: str, match: re.Match[str]) -> bool:
        """Whether a mention is the definition, an import or an attribute, or means another file's function."""
        before = other.source[: match.start()].rstrip()
        line = other.source[other.source.rfind("\n", 0, match.start()) + 1 : match.start()]
        if before.endswith("fn") or re.match(r"\s*(?:pub\s+)?(?:use|mod)\b", line) or "#[" in line:
            return True
        several = sum(one[0] == name for each in self.files for one in each.functions) > 1
        module = match["module"]
        if module not in {None, "self", "crate", "super"}:
            return several and module != file.module
        return several and other is not file


def below(outer: frozenset[str] | None, path: str) -> frozenset[str] | None:
    """What stands before paths below a path."""
    return None if outer is None else frozenset(one.rstrip("/") + path for one in outer)


def _served(file: File, span: tuple[int, int], path: str, before: frozenset[str] | None) -> Iterator[ServedRoute]:
    text = file.text.slice(*span)
    place = located(text) or Location(file.path, Span(0, 0))
    anchor = Anchor(file.path, "any", (place.span.start,))
    for prefix in sorted(before or ()):
        full = "/" + (prefix.rstrip("/") + "/" + path.lstrip("/")).strip("/")
        full = _PLACED.sub(lambda m: ("/" if m[1] or m[2] else "") + "{" + (m[1] or m[2] or m[3]) + "}", full)
        pattern = "".join(
            "[^/]+" if piece.startswith("{") else re.escape(piece) for piece in re.split(r"(\{[^}]*\})", full)
        ).removesuffix("/")
        yield ServedRoute(full, True, frozenset(), place, anchor, pattern + "/?", text)  # noqa: FBT003 - a WebSocket
