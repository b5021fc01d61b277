"""How much the code of a front end needs a build-time variable: nothing goes without it, or it has a fallback.

May import the graph's nouns and frontend_builds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import javascript_names
from stackfix.graph.frontend import Bundler
from stackfix.graph.javascript_names import Modules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.frontend_builds import FrontBuild
    from stackfix.graph.javascript_values import EnvRead
    from stackfix.graph.link import Graph

_ADDRESS = frozenset({
    "URL", "URI", "HOST", "HOSTNAME", "API", "ENDPOINT", "BASE", "ORIGIN", "SERVER", "BACKEND", "WS", "WSS", "SOCKET",
    "WEBSOCKET", "GATEWAY", "GRAPHQL",
})  # fmt: skip
_OTHERWISE = frozenset({
    "KEY", "ID", "TOKEN", "SECRET", "VERSION", "TIMEOUT", "NAME", "MODE", "TYPE", "PASSWORD", "PREFIX", "RETRIES",
    "LIMIT", "ENABLED", "DEBUG", "MOCK", "USE",
})  # fmt: skip
_COMPARED = re.compile(r"\s*\)*\s*(?:[!=]==?|\?(?![.?])|&&)")
_NEGATED = re.compile(r"(?:!|\bif\s*\(|\bBoolean\(|[!=]==?)\s*$")
_BOUND = re.compile(r"\b(?:const|let|var)\s+(\w+)\s*(?::[^=\n]+)?=\s*\(?\s*$")
_WHOLE = re.compile(r"\s*(?:!|as\s+[\w |]+|\))*\s*(?:;|\r?\n|$)")
_ABSOLUTE = re.compile(r"(?:https?|wss?)://", re.IGNORECASE)
_ENTRIES = re.compile(r"(?:^|/)(?:main|index|app|root|entry[\w-]*|_app|_document)\.[a-z]+$", re.IGNORECASE)
_ROUTED = frozenset({Bundler.NEXT, Bundler.GATSBY, Bundler.SVELTE_KIT})


@dataclass(frozen=True, slots=True)
class Need:
    """Readings of a variable: those that go wrong without it, and those that have a fallback of their own.

    `empty_counts`: an empty value is no value everywhere, so that the build may be given one.
    """

    required: tuple[EnvRead, ...]
    fallback: tuple[EnvRead, ...]
    empty_counts: bool


def need(graph: Graph, found: FrontBuild, name: str) -> Need | None:
    """How the code needs a variable that says where something is; None where it does without, or nobody can tell."""
    if not _is_address(name):
        return None
    reads = [r for r in found.front.reads if r.name == name and _is_used(graph, found, r)]
    required: list[EnvRead] = []
    fallback: list[EnvRead] = []
    for path in dict.fromkeys(r.location.path for r in reads):
        here = [r for r in reads if r.location.path == path]
        text = _text(graph, path)
        if any(r.default is None and _is_guarded(text, r) for r in here):
            continue
        required += [r for r in here if r.default is None]
        fallback += [r for r in here if r.default is not None and _is_fixed(r)]
    if not required and not fallback:
        return None
    return Need(tuple(required), tuple(fallback), all(r.empty_is_unset for r in reads if r.default is not None))


def _is_address(name: str) -> bool:
    words = set(name.split("_"))
    return bool(words & _ADDRESS) and not words & _OTHERWISE


def _is_fixed(read: EnvRead) -> bool:
    """Whether a fallback fixes an environment: an origin, or nothing at all. A path of one's own origin suits any."""
    text = read.default.text if read.default is not None else None
    return text is not None and (not text.value or bool(_ABSOLUTE.match(text.value)))


def _text(graph: Graph, path: str) -> str:
    data = graph.library.sources.read(path) or b""
    return data.decode("latin-1")


def _is_guarded(text: str, read: EnvRead) -> bool:
    """Whether the code asks first whether there is a value, and goes on without. Offsets are bytes: `text` has one
    character for each.
    """
    before, after = text[: read.location.span.start], text[read.location.span.end :]
    line = before[before.rfind("\n") + 1 :]
    if _COMPARED.match(after) or _NEGATED.search(line):
        return True
    bound = _BOUND.search(line)
    return bound is not None and _WHOLE.match(after) is not None and _is_asked_for(text, bound[1])


def _is_asked_for(text: str, name: str) -> bool:
    for match in re.finditer(rf"(?<![\w.$]){re.escape(name)}\b", text):
        before, after = text[: match.start()], text[match.end() :]
        line = before[before.rfind("\n") + 1 :]
        if re.match(r"\s*\)\s*\{?\s*throw\b", after):
            continue
        if _COMPARED.match(after) or re.match(r"\s*(?:\|\||\?\?)", after) or _NEGATED.search(line):
            return True
    return False


def _is_used(graph: Graph, found: FrontBuild, read: EnvRead) -> bool:
    """Whether the bundler comes to the file that reads: it is an entry, or another one loads it."""
    path = read.location.path
    if found.front.bundler in _ROUTED or _ENTRIES.search(path):
        return True
    return path in _loaded(graph, found)


def _loaded(graph: Graph, found: FrontBuild) -> frozenset[str]:
    modules = Modules(graph.library, found.front.folder)
    return frozenset(_targets(graph, modules, found))


def _targets(graph: Graph, modules: Modules, found: FrontBuild) -> Iterator[str]:
    for path in found.front.paths:
        known = graph.library.get(path, javascript_names.names)
        for specifier in known.loads if known is not None else ():
            target = modules.resolve(path, specifier)
            if target is not None and target != path:
                yield target
