"""What a Rust program binds: listeners of tokio, std and poem, axum's and warp's servers, actix-web's `bind`, Rocket.

Source for Rocket: its guide's "Configuration": 127.0.0.1:8000, ROCKET_ADDRESS and ROCKET_PORT, Rocket.toml below them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph.native_source import DEPTH, Site, closing, formatted, literal, parts, uncommented, within_main
from stackfix.graph.value import Hole, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.library import Library

_SITES = re.compile(
    r"(?:TcpListener::(?:bind|new)|\bServer::bind|axum_server::bind(?:_rustls)?)\(|(?P<actix>\.bind(?:_\w+)?)\(|(?P<rocket>\brocket::build\()"
    r"|(?P<warp>\bwarp::serve\()|(?P<other>\brocket::(?:custom|execute)\(|\brocket::Config\b|\.configure\(\s*\w*[Ff]igment)"
)
_ENVIRONMENT = re.compile(r"(?:std::)?env::var\(\s*\"(?P<name>[A-Za-z_]\w*)\"\s*\)")
_DEFAULT = re.compile(r"\.unwrap_or(?:_else)?\(")
_ADDRESS = re.compile(r"(?:(?:std::net::)?SocketAddr::from\(\s*)?\(\s*(?P<host>\[[\d,\s]+\])\s*,\s*")
_BRACES = re.compile(r"\{(?:(?P<name>[a-z_]\w*))?\}")
_MAIN = re.compile(r"\bfn\s+main\s*\(|#\[(?:rocket::)?launch\]")
_RUN = re.compile(r"\s*\.(?:run|bind|try_bind)\(")
_TABLE = re.compile(r"(?m)^[ \t]*\[(?P<name>[^\]]+)\]")
_PROFILES = ("global", "release", "default")
_SETTING = re.compile(r"(?m)^[ \t]*(?P<key>address|port)[ \t]*=[ \t]*[\"']?(?P<value>[\w.:]+)[\"']?[ \t]*(?:#.*)?\r?$")
_ASIDE = frozenset({"tests", "examples", "benches", "target"})


def sites(library: Library, folder: str) -> tuple[Site, ...] | None:
    """Every place that binds in a crate; None where it has no `main`."""
    return library.remember(("rust-listening", folder), lambda: _sites(library, folder))


def _sites(library: Library, folder: str) -> tuple[Site, ...] | None:
    found: list[Site] = []
    started = False
    for path in library.tree.below(folder):
        inside = path[len(folder) :].lstrip("/").split("/")
        if not path.endswith(".rs") or _ASIDE & set(inside[:-1]):
            continue
        read = library.get(path, _binding)
        if read is None:
            return None
        started = started or read.starts
        found.extend(read.sites)
    return tuple(found) if started else None


@dataclass(frozen=True)
class _Binding:
    """What one file binds, and whether it has a `main`."""

    starts: bool
    sites: tuple[Site, ...]


def _binding(text: Text) -> _Binding:
    """What a file binds; most name no listener, and aren't worth taking apart."""
    if _SITES.search(text.value) is None and _MAIN.search(text.value) is None:
        return _Binding(starts=False, sites=())
    source = uncommented(text.value)
    return _Binding(_MAIN.search(source) is not None, tuple(_File(text, source).sites()))


def _unset(name: str, default: str) -> Hole:
    return Hole(name, Template.literal(Text.unwritten(default)))


ROCKET = Template((_unset("ROCKET_ADDRESS", "127.0.0.1"), Text.unwritten(":"), _unset("ROCKET_PORT", "8000")))
"""What Rocket binds where no file of its own says anything."""


def rocket(text: Text) -> Template | None:
    """What Rocket binds by a Rocket.toml: the profile of released builds over the default; None for other profiles."""
    found: dict[tuple[str, str], Text] = {}
    tables = list(_TABLE.finditer(text.value))
    for index, table in enumerate(tables):
        end = tables[index + 1].start() if index + 1 < len(tables) else len(text)
        for line in _SETTING.finditer(text.value, table.end(), end):
            found[table["name"].strip(), line["key"]] = text.slice(*line.span("value"))
    if any(table not in _PROFILES for table, _ in found):
        return None
    parts: list[Text | Hole] = []
    for name, key, default in (("ROCKET_ADDRESS", "address", "127.0.0.1"), ("ROCKET_PORT", "port", "8000")):
        given = next((found[t, key] for t in _PROFILES if (t, key) in found), None)
        parts += [Hole(name, Template.literal(given or Text.unwritten(default))), Text.unwritten(":")]
    return Template(tuple(parts[:-1]))


class _File:
    def __init__(self, text: Text, source: str) -> None:
        self.text, self.source = text, source

    def sites(self) -> Iterator[Site]:
        for match in _SITES.finditer(self.source):
            if match["actix"] and "HttpServer" not in self.source:
                continue
            place = located(self.text.slice(*match.span()))
            if place is None:
                continue
            starts = bool(match["rocket"]) or within_main(self.source, r"\bfn\s+main\s*\(", match.start())
            yield Site(ROCKET if match["rocket"] else self._bound(match), place, starts)

    def _bound(self, match: re.Match[str]) -> Template | None:
        end = closing(self.source, match.end() - 1) if not match["other"] else None
        start = match.end()
        if match["warp"] and end is not None:
            run = _RUN.match(self.source, end + 1)
            start = run.end() if run is not None else start
            end = closing(self.source, run.end() - 1) if run is not None else None
        return None if end is None else self._value(start, end)

    def _value(self, start: int, end: int, depth: int = 0) -> Template | None:
        while start < end and (self.source[start].isspace() or self.source[start] == "&"):
            start += 1
        end = self._unchained(start, end)
        if depth > DEPTH or start >= end:
            return None
        found = literal(self.text, self.source, start, end)
        if found is not None:
            return found
        said = self.source[start:end]
        variable = _ENVIRONMENT.match(said)
        if variable is not None:
            return self._variable(variable["name"], start + variable.end(), end, depth)
        if said.startswith("format!("):
            return self._format(start + len("format!("), end - 1, depth)
        address = _ADDRESS.match(said)
        if address is not None:
            return self._pair(address, start, depth)
        if said.startswith("(") and closing(self.source, start) == end - 1:
            values = [self._value(*piece, depth + 1) for piece in parts(self.source, start + 1, end - 1, ",")]
            return _joined(values)
        return self._named(said, depth) if re.fullmatch(r"[A-Za-z_]\w*", said) else None

    def _unchained(self, start: int, end: int) -> int:
        """The end of an expression without what its value goes through unchanged."""
        while True:
            said = self.source[start:end].rstrip()
            shorter = re.sub(
                r"(?:\?|\.(?:to_string|into|to_owned|as_str|as_ref|unwrap|clone|trim)\(\)|\.await|\.parse(?:::<[^>]*>)?\(\)"
                r"|\.expect\(\s*\"[^\"]*\"\s*,?\s*\))$",
                "",
                said,
            ).rstrip()
            if shorter == said:
                return start + len(said)
            end = start + len(shorter)

    def _variable(self, name: str, start: int, end: int, depth: int) -> Template | None:
        """`env::var("PORT")` with what the chain behind it falls back to."""
        given = list(_DEFAULT.finditer(self.source, start, end))
        if not given:
            return Template((Hole(name, required=True),)) if not self.source[start:end].strip() else None
        opened = given[-1].end() - 1
        closed = closing(self.source, opened)
        if closed is None or closed > end:
            return None
        inner = re.match(r"\s*\|[^|]*\|\s*", self.source[opened + 1 : closed])
        default = self._value(opened + 1 + (inner.end() if inner is not None else 0), closed, depth + 1)
        return None if default is None else Template((Hole(name, default),))

    def _format(self, start: int, end: int, depth: int) -> Template | None:
        arguments = parts(self.source, start, end, ",")
        pattern = self._value(*arguments[0], depth + 1) if arguments else None
        if pattern is None or pattern.text is None:
            return None
        further = iter([self._value(*argument, depth + 1) for argument in arguments[1:]])
        names = [m["name"] for m in _BRACES.finditer(pattern.text.value)]
        values = [self._named(name, depth + 1) if name else next(further, None) for name in names]
        return formatted(pattern, _BRACES, values)

    def _pair(self, address: re.Match[str], start: int, depth: int) -> Template | None:
        """`([0, 0, 0, 0], 3000)`."""
        opened = start + address.start("host")
        opened = self.source.rindex("(", 0, opened)
        closed = closing(self.source, opened)
        host = ".".join(re.findall(r"\d+", address["host"]))
        port = self._value(start + address.end(), closed, depth + 1) if closed is not None else None
        return _joined([Template.literal(Text.unwritten(host)), port])

    def _named(self, name: str, depth: int) -> Template | None:
        """What a name is bound to, where that is written once."""
        pattern = re.compile(rf"\b(?:let(?:\s+mut)?|const|static)\s+{name}\s*(?::[^=;]*)?=\s*")
        found = list(pattern.finditer(self.source))
        if len(found) != 1:
            return None
        start = found[0].end()
        ends = parts(self.source, start, len(self.source), ";")
        return self._value(start, ends[0][1], depth + 1) if ends else None


def _joined(values: list[Template | None]) -> Template | None:
    if len(values) != 2 or values[0] is None or values[1] is None:  # noqa: PLR2004 - host and port
        return None
    return Template((*values[0].parts, Text.unwritten(":"), *values[1].parts))
