"""Front ends: what the browser's code calls, opens and reads, and how it is built.

`facts` is what one file says; `front_end` gathers a package's source, its configuration and the dotenv files beside it,
with constants followed through imports.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.formats import javascript as js
from stackfix.formats import yaml
from stackfix.graph import environment
from stackfix.graph.frontend_calls import facts
from stackfix.graph.frontend_facts import ApiCall, Base, Bundler, DevProxy, FrontFacts, Settings, SocketOpening
from stackfix.graph.frontend_settings import settings
from stackfix.graph.javascript_names import Modules, json
from stackfix.graph.value import Hole, Opaque, Symbol, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.findings import Anchor, Location
    from stackfix.graph.javascript_values import EnvRead
    from stackfix.graph.library import Library
    from stackfix.graph.value import Variable

__all__ = [
    "ApiCall", "ApiPath", "Base", "Bundler", "DevProxy", "FrontEnd", "FrontFacts", "Mention", "Settings",
    "SocketOpening", "SocketPath", "bundler", "facts", "front_end", "is_source",
]  # fmt: skip

_ASIDE = frozenset({
    "node_modules", "tests", "test", "__tests__", "__mocks__", "mocks", "e2e", "cypress", "playwright", "stories",
    ".storybook", "dist", "build", "out", ".next", ".nuxt", ".svelte-kit", "coverage", "public", "static", "fixtures",
    "__fixtures__", "scripts", "storybook-static", "vendor",
})  # fmt: skip
_TEST = re.compile(r"\.(?:test|spec|stories|story|mock|cy|e2e|config)\.[a-z]+$|^(?:setupTests|setupProxy)\.|\.min\.")
_DEPENDENCIES = (
    ("next", Bundler.NEXT), ("nuxt", Bundler.NUXT), ("nuxt3", Bundler.NUXT), ("@sveltejs/kit", Bundler.SVELTE_KIT),
    ("@remix-run/react", Bundler.REMIX), ("@react-router/dev", Bundler.REMIX), ("astro", Bundler.ASTRO),
    ("gatsby", Bundler.GATSBY), ("@angular/core", Bundler.ANGULAR), ("react-scripts", Bundler.CREATE_REACT_APP),
    ("@craco/craco", Bundler.CREATE_REACT_APP), ("@vue/cli-service", Bundler.VUE_CLI), ("vite", Bundler.VITE),
    ("parcel", Bundler.PARCEL), ("webpack", Bundler.WEBPACK),
)  # fmt: skip
_PAGE_ONLY = frozenset({Bundler.VITE, Bundler.WEBPACK, Bundler.PARCEL})
_SERVERS = frozenset({"express", "fastify", "@nestjs/core", "koa", "hono", "ws", "socket.io"})
_ORIGIN = re.compile(r"(?:https?|wss?)://[^/]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ApiPath:
    """A path that the front end requests. `relative` holds where it goes to the page's own origin.

    `path` begins with "/", up to the first part that nobody knows; `whole` says that this is all of it (without query).
    `origin` is the base before it where it is not relative: "http://localhost:8000", or None where variables give it.
    `variables` are those that have a say in it.
    """

    path: str
    whole: bool
    relative: bool
    method: str | None
    origin: str | None
    variables: tuple[str, ...]
    value: Template
    location: Location
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class SocketPath:
    """A WebSocket that the front end opens. `path` is None where it can't be known; the rest as with `ApiPath`."""

    path: str | None
    whole: bool
    relative: bool
    origin: str | None
    variables: tuple[str, ...]
    library: str
    value: Template
    location: Location
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class Mention:
    """A literal that is an http or WebSocket URL, wherever it stands."""

    text: Text
    location: Location
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """One package that runs in browsers.

    `paths` are its source files, `unread` those nobody could read: with any of them "never read" can't be said.
    `reads` are build-time variables, `dotenv` the files beside it with what each gives, examples too. `settings` are
    the bundler's.
    """

    folder: str
    package: str
    bundler: Bundler
    settings: Settings
    paths: tuple[str, ...]
    unread: tuple[str, ...]
    reads: tuple[EnvRead, ...]
    bases: tuple[Base, ...]
    calls: tuple[ApiCall, ...]
    sockets: tuple[SocketOpening, ...]
    mentions: tuple[Mention, ...]
    dotenv: Mapping[str, Mapping[str, Variable]]

    @property
    def static(self) -> bool | None:
        """Whether the build is plain files for any server; None where nobody can tell."""
        return self.settings.static

    @property
    def proxies(self) -> tuple[DevProxy, ...]:
        """The rules of its development server."""
        return self.settings.proxies

    @property
    def variables_read(self) -> frozenset[str]:
        """The names of the build-time variables that its code reads."""
        return frozenset(read.name for read in self.reads)

    @property
    def api_paths(self) -> tuple[ApiPath, ...]:
        """Every request whose path can be seen. A client's base stands before the path where there is one client."""
        return tuple(p for call in self.calls if (p := self._api_path(call)) is not None)

    @property
    def websocket_paths(self) -> tuple[SocketPath, ...]:
        """Every WebSocket that is opened."""
        return tuple(map(_socket_path, self.sockets))

    def _api_path(self, call: ApiCall) -> ApiPath | None:
        if _absolute(call.value):
            return _api_path(call, call.value)
        name = "axios.create" if call.own else "axios.defaults"
        bases = [b for b in self.bases if b.used and b.name in {name, "axios.defaults"}]
        if call.client.startswith("axios") or call.own:
            if len(bases) != 1:
                return _api_path(call, call.value) if not bases and not call.own else None
            return _api_path(call, Template((*_trimmed(bases[0].value).parts, *_slashed(call.value).parts)))
        return _api_path(call, call.value)


def bundler(package: yaml.Node | None) -> Bundler | None:
    """What builds a package, by its dependencies; None for a package that browsers never see."""
    names = {
        item.key.value
        for group in ("dependencies", "devDependencies")
        for item in yaml.items(yaml.get(package, group))
        if isinstance(item.key, yaml.Scalar)
    }
    found = next((b for name, b in _DEPENDENCIES if name in names), None)
    if found in _PAGE_ONLY and names & _SERVERS and not names & {"react", "vue", "svelte", "solid-js", "preact"}:
        return None
    return found


def is_source(path: str, folder: str) -> bool:
    """Whether a file of a package goes into what browsers run: no test, story, mock, configuration or build."""
    inside = path[len(folder) :].lstrip("/").split("/")
    return js.is_script(path) and not _ASIDE & set(inside[:-1]) and not _TEST.search(inside[-1])


def front_end(library: Library, folder: str) -> FrontEnd | None:
    """The front end whose package.json lies in a folder; None where there is none."""
    package = tree.join(folder, "package.json")
    root = json(library, package)
    kind = bundler(root)
    if root is None or kind is None:
        return None
    modules = Modules(library, folder)
    paths = tuple(_sources(library, folder))
    if not paths:
        return None
    gathered = [(p, library.get(p, facts)) for p in paths]
    found = [(p, f) for p, f in gathered if f is not None]
    told = settings(library, folder, kind, root)
    prefixes = told.prefixes
    return FrontEnd(
        folder,
        package,
        kind,
        told,
        paths,
        tuple(p for p, f in gathered if f is None),
        tuple(_read(modules, p, r) for p, f in found for r in f.reads if _built_in(r, prefixes)),
        tuple(replace(b, value=modules.value(p, b.value)) for p, f in found for b in f.bases),
        tuple(replace(c, value=modules.value(p, c.value)) for p, f in found for c in f.calls),
        tuple(_opening(modules, p, s) for p, f in found for s in f.sockets),
        tuple(Mention(*m) for _, f in found for m in f.mentions),
        dict(_dotenv(library, folder)),
    )


def _sources(library: Library, folder: str) -> Iterator[str]:
    """The package's own files; those of packages below it are theirs."""
    below = [
        posixpath.dirname(p) + "/"
        for p in library.tree.named("package.json")
        if posixpath.dirname(p) != folder and (not folder or p.startswith(folder + "/"))
    ]
    for path in library.tree.below(folder):
        if is_source(path, folder) and not any(path.startswith(b) for b in below):
            yield path


def _built_in(read: EnvRead, prefixes: tuple[str, ...]) -> bool:
    """Whether a bundler puts a variable in: by its prefix; without a known one, whatever the code reads."""
    return not prefixes or read.name.startswith(prefixes)


def _read(modules: Modules, path: str, read: EnvRead) -> EnvRead:
    default = None if read.default is None else modules.value(path, read.default)
    return replace(read, default=default, build=True)


def _opening(modules: Modules, path: str, opening: SocketOpening) -> SocketOpening:
    url = None if opening.url is None else modules.value(path, opening.url)
    own = None if opening.path is None else modules.value(path, opening.path)
    return replace(opening, url=url, path=own)


def _dotenv(library: Library, folder: str) -> Iterator[tuple[str, Mapping[str, Variable]]]:
    for path in sorted(library.tree.entries):
        if posixpath.dirname(path) == folder and environment.is_dotenv(path):
            given = environment.variables(library, path)
            if given is not None:
                yield path, given


# --- paths -----------------------------------------------------------------------------------------------------------


def _absolute(value: Template) -> bool:
    first = value.parts[0] if value.parts else None
    return isinstance(first, Text) and bool(_ORIGIN.match(first.value))


def _trimmed(value: Template) -> Template:
    """A base without the slash at its end."""
    last = value.parts[-1] if value.parts else None
    if isinstance(last, Text) and last.value.endswith("/"):
        return Template((*value.parts[:-1], last.slice(0, len(last) - 1)))
    return value


def _slashed(value: Template) -> Template:
    first = value.parts[0] if value.parts else None
    if isinstance(first, Text) and first.value and not first.value.startswith("/"):
        return Template((Text.unwritten("/"), *value.parts))
    return value


@dataclass(slots=True)
class _Taken:
    """An address taken apart: `hidden` where something unknown stood before the path."""

    text: str = ""
    whole: bool = True
    hidden: bool = False
    relative: bool = False

    def in_path(self) -> bool:
        """Whether what comes next stands in the path."""
        rest = _ORIGIN.sub("", self.text)
        # What a scheme leaves where it isn't known: `${scheme}://` or `${protocol}//`.
        return "/" in (rest if self.relative else re.sub(r"^:?//", "", rest))


def _taken(value: Template) -> tuple[str | None, str, bool, bool]:
    """Origin, path, whether the path is whole, whether it is relative; the origin is None where variables give it.

    A variable with a default counts by its default; "" for the origin means none.
    """
    seen = _Taken()
    for part in _expanded(value):
        if isinstance(part, Text):
            seen.text += part.value
        elif seen.in_path():
            seen.whole = False
            break
        elif isinstance(part, Symbol):
            seen.relative, seen.text = seen.relative or part.name != "location.protocol", ""
        else:
            seen.hidden, seen.text = True, ""
    if seen.relative and seen.text.startswith(":"):
        # The page's host at a port of its own: another origin.
        seen.relative, seen.hidden = False, True
        seen.text = re.sub(r"^:\d*", "", seen.text)
    origin = _ORIGIN.match(seen.text)
    path = seen.text[origin.end() :] if origin is not None else seen.text
    whole = seen.whole or "?" in path
    path = path.partition("?")[0].partition("#")[0]
    if origin is not None and not seen.relative:
        return (None if seen.hidden else origin[0]), path, whole, False
    return (None if seen.hidden and not seen.relative else ""), path, whole, seen.relative or not seen.hidden


def _expanded(value: Template) -> Iterator[Text | Hole | Symbol | Opaque]:
    """The parts with defaults in place of variables."""
    for part in value.parts:
        if isinstance(part, Hole) and part.default is not None:
            yield from _expanded(part.default)
        else:
            yield part


def _api_path(call: ApiCall, value: Template) -> ApiPath | None:
    origin, path, whole, relative = _taken(value)
    if not path.startswith("/"):
        return None
    names = tuple(dict.fromkeys(h.name for h in value.holes))
    return ApiPath(path, whole, relative, call.method, origin or None, names, value, call.location, call.anchor)


def _socket_path(opening: SocketOpening) -> SocketPath:
    value = opening.url if opening.url is not None else Template((Symbol("location.origin"),))
    origin, path, whole, relative = _taken(value)
    if opening.library == "socket.io":
        # What stands behind the origin is a namespace; the path is an option of its own.
        given = opening.path.text if opening.path is not None else Text.unwritten("/socket.io/")
        path, whole = (given.value, True) if given is not None else ("", False)
        relative = relative or value.text is None or value.text.value.startswith("/")
        relative = relative and origin is not None
    known = path if path.startswith("/") else None
    names = tuple(dict.fromkeys(h.name for h in value.holes))
    return SocketPath(
        known, whole, relative, origin or None, names, opening.library, value, opening.location, opening.anchor
    )
