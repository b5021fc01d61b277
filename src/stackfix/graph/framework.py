"""What a folder's program is written in and with, by its manifests; and the one port a Go or Rust program binds."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.findings import located
from stackfix.graph import node_application

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.graph.library import Library
    from stackfix.text import Text


class Language(Enum):
    """What a program is written in."""

    JAVASCRIPT = "javascript"
    PYTHON = "python"
    GO = "go"
    RUST = "rust"
    JAVA = "java"
    RUBY = "ruby"


@dataclass(frozen=True, slots=True)
class Framework:
    """A folder's language and framework. `name` is None where no framework is known.

    `default_port` is the framework's own where nothing sets one; None where it has none. `manifest` is the file that
    says so.
    """

    language: Language
    name: str | None
    default_port: int | None
    manifest: str


@dataclass(frozen=True, slots=True)
class LiteralListener:
    """The one port that a Go or Rust program's source binds. `host` is "" for every address."""

    path: str
    port: int
    port_text: Text
    host: str
    framework: str
    location: Location


_NODE = (
    ("next", 3000), ("nuxt", 3000), ("@nestjs/core", None), ("@angular/core", 4200), ("react-scripts", 3000),
    ("@sveltejs/kit", 3000), ("gatsby", 8000), ("astro", 4321), ("@vue/cli-service", 8080), ("fastify", None),
    ("express", None), ("koa", None), ("hono", None), ("vite", 5173),
)  # fmt: skip
_PYTHON = (
    ("fastapi", 8000), ("django", 8000), ("flask", 5000), ("streamlit", 8501), ("gradio", 7860), ("starlette", 8000),
    ("sanic", 8000), ("aiohttp", 8080), ("tornado", None), ("litestar", 8000), ("bottle", 8080),
)  # fmt: skip
_GO = (
    ("github.com/gin-gonic/gin", "gin", 8080), ("github.com/labstack/echo", "echo", None),
    ("github.com/gofiber/fiber", "fiber", None), ("github.com/go-chi/chi", "chi", None),
    ("github.com/gorilla/mux", "gorilla", None),
)  # fmt: skip
_RUST = (("axum", None), ("actix-web", None), ("rocket", 8000), ("warp", None), ("poem", None))
_JAVA = (
    ("spring-boot", 8080), ("quarkus", 8080), ("micronaut", 8080), ("vertx", None), ("dropwizard", 8080),
)  # fmt: skip
_RUBY = (("rails", 3000), ("sinatra", 4567), ("hanami", 2300), ("puma", 9292))

_REQUIREMENTS = re.compile(r"requirements[\w.-]*\.txt")


def framework(library: Library, folder: str) -> Framework | None:
    """What the manifests in a folder say; None where there are none, or where several languages have one."""
    found = [f for read in (_node, _python, _go, _rust, _java, _ruby) if (f := read(library, folder)) is not None]
    return found[0] if len(found) == 1 else None


def _node(library: Library, folder: str) -> Framework | None:
    path = tree.join(folder, "package.json")
    known = node_application.package(library, path)
    if known is None:
        return None
    names = known.dependencies | known.development
    name, port = next(((n, p) for n, p in _NODE if n in names), (None, None))
    return Framework(Language.JAVASCRIPT, name, port, path)


def _words(library: Library, path: str) -> str:
    text = library.text(path) if library.tree.is_file(path) else None
    return "" if text is None else re.sub(r"(?m)^[ \t]*(?:#|//).*$", "", text.value)


def _python(library: Library, folder: str) -> Framework | None:
    names = [p for p in library.tree.named("pyproject.toml") if p == tree.join(folder, "pyproject.toml")]
    names += [p for p in library.tree.directly_in(folder) if _REQUIREMENTS.fullmatch(posixpath.basename(p))]
    if not names:
        return None
    words = "\n".join(_words(library, p) for p in sorted(names)).lower()
    for name, port in _PYTHON:
        if re.search(rf"(?m)(?:^|[\"'\s]){name}(?:\[[^\]]*\])?\s*(?:[\"',;=<>~!^ \t]|$)", words):
            return Framework(Language.PYTHON, name, port, names[0])
    return Framework(Language.PYTHON, None, None, names[0])


def _go(library: Library, folder: str) -> Framework | None:
    path = tree.join(folder, "go.mod")
    if not library.tree.is_file(path):
        return None
    words = _words(library, path)
    name, port = next(((n, p) for module, n, p in _GO if module in words), (None, None))
    return Framework(Language.GO, name, port, path)


def _rust(library: Library, folder: str) -> Framework | None:
    path = tree.join(folder, "Cargo.toml")
    if not library.tree.is_file(path):
        return None
    words = _words(library, path)
    name, port = next(((n, p) for n, p in _RUST if re.search(rf"(?m)^{n}\s*[=.]", words)), (None, None))
    return Framework(Language.RUST, name, port, path)


def _java(library: Library, folder: str) -> Framework | None:
    for manifest in ("pom.xml", "build.gradle", "build.gradle.kts"):
        path = tree.join(folder, manifest)
        if library.tree.is_file(path):
            words = _words(library, path)
            name, port = next(((n, p) for n, p in _JAVA if n in words), (None, None))
            return Framework(Language.JAVA, name, port, path)
    return None


def _ruby(library: Library, folder: str) -> Framework | None:
    path = tree.join(folder, "Gemfile")
    if not library.tree.is_file(path):
        return None
    words = _words(library, path)
    name, port = next(((n, p) for n, p in _RUBY if re.search(rf"gem\s+[\"']{n}[\"']", words)), (None, None))
    return Framework(Language.RUBY, name, port, path)


# --- literal listeners -----------------------------------------------------------------------------------------------

_BLANK = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_GO_ANY = re.compile(
    r"\bListenAndServe(?:TLS)?\b|\bnet\.Listen\(|\.Run(?:TLS)?\(|\.Start(?:TLS|Server)?\(|\.Listen(?:TLS)?\(|http\.Server\{"
)
_GO_LISTENS = re.compile(
    r'\b(?:(?P<http>http\.ListenAndServe)\(\s*|(?P<method>\w+)\.(?P<how>Run|Start|Listen)\(\s*)'
    r'"(?P<host>[\w.\[\]:]*?):(?P<port>\d{2,5})"'
)  # fmt: skip
_GO_MAKES = {"Run": r"gin\.(?:Default|New)\(", "Start": r"echo\.New\(", "Listen": r"fiber\.New\("}
_RUST_ANY = re.compile(r"(?:::|\.)bind(?:_\w+)?\(|\brocket::|warp::serve\(|\.listen\(")
_RUST_LISTENS = re.compile(
    r'TcpListener::bind\(\s*&?"(?P<host>[\w.\[\]:]*?):(?P<port>\d{2,5})"'
    r'|\.bind\(\(\s*"(?P<host2>[\w.:]*)"\s*,\s*(?P<port2>\d{2,5})\s*\)\)'
    r'|\.bind\(\s*"(?P<host3>[\w.\[\]:]*?):(?P<port3>\d{2,5})"'
)  # fmt: skip
_EVERY = frozenset({"", "0.0.0.0", "::", "[::]"})  # noqa: S104 - read


def literal_listener(library: Library, folder: str) -> LiteralListener | None:
    """The one listener of the Go or Rust program whose `main` lies in a folder; None where it isn't the only one seen.

    Every file of the module is looked at: a second call that may bind a port makes the first uncertain.
    """
    found: list[LiteralListener] = []
    seen = 0
    for path in _sources(library, folder):
        text = library.text(path)
        if text is None:
            return None
        blank = _BLANK.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text.value)
        blank = blank if "//" not in _strings(text.value) else _careful(text.value)
        go = path.endswith(".go")
        seen += len((_GO_ANY if go else _RUST_ANY).findall(blank))
        found.extend(_go_listeners(path, text, blank) if go else _rust_listeners(path, text, blank))
    return found[0] if len(found) == 1 and seen == 1 else None


def _strings(source: str) -> str:
    return "\n".join(re.findall(r'"(?:[^"\\\n]|\\.)*"', source))


def _careful(source: str) -> str:
    """The source with comments blanked out, those that only stand in strings left."""
    pattern = re.compile(r'"(?:[^"\\\n]|\\.)*"|`[^`]*`|' + _BLANK.pattern, re.DOTALL)
    return pattern.sub(lambda m: m[0] if m[0][0] in {'"', "`"} else re.sub(r"[^\n]", " ", m[0]), source)


def _sources(library: Library, folder: str) -> Iterator[str]:
    go = library.tree.is_file(tree.join(folder, "go.mod"))
    rust = library.tree.is_file(tree.join(folder, "Cargo.toml"))
    for path in library.tree.below(folder):
        inside = path[len(folder) :].lstrip("/").split("/")
        if {"vendor", "tests", "test", "examples", "benches", "target"} & set(inside[:-1]):
            continue
        if (go and path.endswith(".go") and not path.endswith("_test.go")) or (rust and path.endswith(".rs")):
            yield path


def _go_listeners(path: str, text: Text, blank: str) -> Iterator[LiteralListener]:
    if not re.search(r"(?m)^package\s+main\b", blank):
        return
    for match in _GO_LISTENS.finditer(blank):
        how = match["how"]
        if how is not None and not re.search(rf"\b{match['method']}\s*:?=\s*{_GO_MAKES[how]}", blank):
            continue
        name = "net/http" if how is None else {"Run": "gin", "Start": "echo", "Listen": "fiber"}[how]
        yield _listener(path, text, match, ("host", "port"), name)


def _rust_listeners(path: str, text: Text, blank: str) -> Iterator[LiteralListener]:
    if not re.search(r"\bfn\s+main\s*\(", blank):
        return
    name = "actix-web" if "actix_web" in blank else "axum" if "axum" in blank else "tokio"
    for match in _RUST_LISTENS.finditer(blank):
        groups = next(g for g in (("host", "port"), ("host2", "port2"), ("host3", "port3")) if match[g[1]] is not None)
        yield _listener(path, text, match, groups, name)


def _listener(path: str, text: Text, match: re.Match[str], groups: tuple[str, str], name: str) -> LiteralListener:
    start, end = match.span(groups[1])
    place = located(text.slice(*match.span()))
    assert place is not None
    host = match[groups[0]]
    port = text.slice(start, end)
    return LiteralListener(path, int(port.value), port, "" if host in _EVERY else host, name, place)
