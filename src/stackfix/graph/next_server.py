"""What Next's server connects to: route handlers, pages and layouts that aren't the browser's, and what these import.

Source: Next's documentation of server and client components, route handlers, API routes, middleware and of `env` in
next.config, which bakes a value into the build.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.formats import javascript as js
from stackfix.graph import frontend_builds, node_application, node_sources, sources
from stackfix.graph.frontend import Bundler
from stackfix.graph.javascript_names import Modules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.node_facts import NodeCall
    from stackfix.graph.started import Process
    from stackfix.text import Text

_ROOTS = re.compile(
    r"(?:src/)?(?:app/(?:.*/)?(?:route\.[jt]s|(?:page|layout|template|default)\.[jt]sx?)|pages/api/.*\.[jt]sx?"
    r"|middleware\.[jt]s)"
)
_BEFORE = r"\A\s*(?:(?://[^\n]*\n|/\*.*?\*/)\s*)*"
_CLIENT = re.compile(_BEFORE + r"[\"']use client[\"']", re.DOTALL)
_SERVER = re.compile(_BEFORE + r"[\"']use server[\"']|import\s+[\"']server-only[\"']", re.DOTALL)
_MOST_FILES = 2000
_LOADED = (".env", ".env.local", ".env.production", ".env.production.local")


@dataclass(frozen=True, slots=True)
class ServerCall:
    """A connection that the server opens. `sure`: the file is for the server alone; else browsers may share it."""

    call: NodeCall
    path: str
    sure: bool


def folder(graph: Graph, workload: Workload, begun: Process) -> str | None:
    """The folder of the source whose server a process is; None where it is another program, or that isn't certain."""
    if begun.tool != "next" and not node_sources.is_of_next(graph, workload, begun):
        return None
    image = graph.image(workload)
    found = frontend_builds.of(graph, image.build) if image is not None else ()
    built = {one.front.folder for one in found if one.front.bundler is Bundler.NEXT}
    if len(built) == 1:
        return built.pop()
    inside = begun.entry.path if begun.entry is not None else None
    if built or inside is None or begun.tool != "next":
        return None
    package = sources.files(graph, workload).lookup(posixpath.join(inside, "package.json"))
    return posixpath.dirname(package) if isinstance(package, str) else None


def calls(library: Library, inside: str) -> tuple[ServerCall, ...]:
    """Every connection that the server of a folder's source is seen to open."""
    return library.remember(("next server", inside), lambda: tuple(_calls(library, inside)))


def loads(library: Library, inside: str) -> bool:
    """Whether a file lies beside the source that gives the server variables which nothing else does."""
    return any(library.tree.is_file(tree.join(inside, name)) for name in _LOADED)


def _calls(library: Library, inside: str) -> Iterator[ServerCall]:
    baked = _baked(library, inside)
    modules = Modules(library, inside, node_application.names_of)
    roots = [p for p in sorted(library.tree.below(inside)) if _ROOTS.fullmatch(p[len(inside) :].lstrip("/"))]
    waiting, seen = list(roots), set[str]()
    while waiting and len(seen) < _MOST_FILES:
        path = waiting.pop()
        if path in seen or not path.endswith(js.EXTENSIONS) or library.get(path, for_browsers):
            continue
        seen.add(path)
        known = library.get(path, node_application.facts)
        if known is None:
            continue
        found = (modules.resolve(path, specifier) for specifier in known.names.loads)
        waiting += [target for target in found if target is not None]
        sure = path in roots or library.get(path, for_the_server) is True
        for call in known.client_calls:
            value = modules.value(path, call.value)
            if not any(hole.name in baked for hole in value.holes):
                yield ServerCall(replace(call, value=value), path, sure)


def _baked(library: Library, inside: str) -> frozenset[str]:
    """The variables that next.config speaks of: it may put their values into the build."""
    texts = (library.text(tree.join(inside, f"next.config.{end}")) for end in ("js", "mjs", "cjs", "ts", "mts"))
    return frozenset(
        name for text in texts if text is not None for name in re.findall(r"\b[A-Z][A-Z0-9_]+\b", text.value)
    )


def for_browsers(text: Text) -> bool:
    """Whether a file and what it imports are sent to browsers."""
    return _CLIENT.search(text.value) is not None


def for_the_server(text: Text) -> bool:
    """Whether a file says that it is for the server alone."""
    return _SERVER.search(text.value) is not None
