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
from stackfix.graph.frontend_handed import Handing
from stackfix.graph.frontend_paths import ApiPath, SocketPath, absolute, api_path, slashed, socket_path, trimmed
from stackfix.graph.frontend_settings import settings
from stackfix.graph.javascript_names import Modules, Names, json, names
from stackfix.graph.value import Template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.findings import Anchor, Location
    from stackfix.graph.javascript_values import EnvRead
    from stackfix.graph.library import Library
    from stackfix.graph.value import Variable
    from stackfix.text import Text

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
    the bundler's. `loose` are addresses that are used in ways nobody follows, `guarded` is code for one environment.
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
    loose: tuple[Template, ...] = ()
    guarded: tuple[Location, ...] = ()

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
        return tuple(map(socket_path, self.sockets))

    def _api_path(self, call: ApiCall) -> ApiPath | None:
        if absolute(call.value):
            return api_path(call, call.value)
        name = "axios.create" if call.own else "axios.defaults"
        bases = [b for b in self.bases if b.used and b.name in {name, "axios.defaults"}]
        if call.client.startswith("axios") or call.own:
            if len(bases) != 1:
                return api_path(call, call.value) if not bases and not call.own else None
            return api_path(call, Template((*trimmed(bases[0].value).parts, *slashed(call.value).parts)))
        return api_path(call, call.value)


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
    modules = Modules(library, folder, _names_of)
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
        tuple(_calls(modules, dict(found))),
        tuple(_opening(modules, p, s) for p, f in found for s in f.sockets),
        tuple(Mention(*m) for _, f in found for m in f.mentions),
        dict(_dotenv(library, folder)),
        tuple(modules.value(p, v) for p, f in found for v in f.loose),
        tuple(place for _, f in found for place in f.guarded),
    )


def _names_of(library: Library, path: str) -> Names | None:
    """A file's names, with what else is read of it where that is."""
    read = library.get(path, facts)
    return read.names if read is not None and read.names is not None else library.get(path, names)


def plain(library: Library, folder: str) -> FrontEnd | None:
    """A front end that nothing builds: the pages and scripts of a folder as they are; None where there are no pages."""
    paths = tuple(p for p in library.tree.below(folder) if _is_plain(p, folder)) if folder else ()
    if not any(path.endswith(js.PAGES) for path in paths):
        return None
    gathered = [(path, library.get(path, facts)) for path in paths]
    found = {path: said for path, said in gathered if said is not None}
    modules = Modules(library, folder, _names_of)
    return FrontEnd(
        folder,
        tree.join(folder, "index.html"),
        Bundler.NONE,
        Settings(static=True),
        paths,
        tuple(path for path, said in gathered if said is None),
        (),
        tuple(replace(b, value=modules.value(p, b.value)) for p, said in found.items() for b in said.bases),
        tuple(_calls(modules, found)),
        tuple(_opening(modules, p, s) for p, said in found.items() for s in said.sockets),
        tuple(Mention(*m) for said in found.values() for m in said.mentions),
        {},
        tuple(modules.value(p, v) for p, said in found.items() for v in said.loose),
        tuple(place for said in found.values() for place in said.guarded),
    )


def _is_plain(path: str, folder: str) -> bool:
    inside = path[len(folder) :].lstrip("/").split("/")
    known = path.endswith((*js.PAGES, ".js", ".mjs")) and not path.endswith(".min.js")
    return known and not {"node_modules", "vendor", "lib", "libs", "tests", "test"} & set(inside[:-1])


def _calls(modules: Modules, found: Mapping[str, FrontFacts]) -> Iterator[ApiCall]:
    """Every request of a package in the order of its files, those through its own functions where the path is given."""
    handing = Handing(modules, found)
    for path, said in found.items():
        through = {call.location: call for call in handing.calls(path, said)}
        own = [handing.based(path, replace(call, value=modules.value(path, call.value))) for call in said.calls]
        whole = (*through.values(), *(call for call in own if call.location not in through))
        yield from sorted(whole, key=lambda call: call.location.span.start)


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
