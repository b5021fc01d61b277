"""Which database drivers a program is installed with, by its lists of requirements, and where one more would stand.

Sources: SQLAlchemy's dialects page, Django's databases page, the drivers' own READMEs.

May import the library and the graph's nouns.
"""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.findings import located
from stackfix.graph import manifests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.text import Text

_LINE = re.compile(r"(?m)^[ \t]*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]\n]*\])?(?P<rest>[^\r\n]*)")
_ITEM = re.compile(
    r"(?m)^(?P<indent>[ \t]*)(?P<quote>[\"'])(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)[^\"'\r\n]*(?P=quote),[ \t]*"
    r"(?:#[^\r\n]*)?(?=\r?$)"
)
_QUOTED = re.compile(r"[\"'](?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]\n]*\])?\s*(?:[<>=~!;,@ ][^\"'\r\n]*)?[\"']")
_POETRY = re.compile(r"(?m)^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*=")
_ARTIFACT = re.compile(
    r"mysql-connector-(?:java|j)|mariadb-java-client|org\.postgresql|<artifactId>postgresql</artifactId>"
    r"|jdbc-(?:mysql|mariadb|postgresql)"
)
_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock")


@dataclass(frozen=True, slots=True)
class Listed:
    """A package in a list of requirements, with its place there."""

    name: str
    path: str
    text: Text


@dataclass(frozen=True, slots=True)
class Installed:
    """What a workload's image installs by the lists that it is given: Python's, Node's and Java's packages."""

    python: tuple[Listed, ...] = ()
    node: tuple[Listed, ...] = ()
    java: tuple[Listed, ...] = ()
    hashed: frozenset[str] = frozenset()

    def find(self, *names: str) -> Listed | None:
        """The first of these packages that is listed, in the order of the names."""
        everything = {listed.name: listed for listed in (*self.java, *self.node, *self.python)}
        return next((everything[name] for name in names if name in everything), None)


def installed(graph: Graph, workload: Workload) -> Installed:
    """What is installed for a workload, by lists and by steps; nothing where its image is not built here."""
    found: dict[str, list[Listed]] = {"python": [], "node": [], "java": []}
    hashed = set()
    for path in _lists(graph, workload):
        kind, listed = graph.library.remember(("packages", path), partial(_read, graph.library, path))
        found[kind] += listed
        text = graph.library.text(path)
        if text is not None and "--hash=" in text.value:
            hashed.add(path)
    for where, one in _by_steps(graph, workload):
        found[where].append(one)
    return Installed(tuple(found["python"]), tuple(found["node"]), tuple(found["java"]), frozenset(hashed))


def _by_steps(graph: Graph, workload: Workload) -> Iterator[tuple[str, Listed]]:
    """What steps of the image's Dockerfile install by name."""
    image = graph.image(workload)
    for one in image.installs if image is not None else ():
        kind = {"pip": "python", "npm": "node"}.get(one.manager)
        place = one.text.place
        if kind is not None and place is not None and not one.requirements:
            yield kind, Listed(_plain(one.name), place[0], one.text)


def _lists(graph: Graph, workload: Workload) -> tuple[str, ...]:
    """The lists that the image holds, and those at the root of its context."""
    image, build = graph.image(workload), graph.build_of(workload)
    if build is None:
        return ()
    held = image.files.below("/").values() if image is not None else ()
    root = graph.library.tree.directly_in(build.context)
    inside = graph.library.tree.directly_in(tree.join(build.context, "requirements"))
    return tuple(dict.fromkeys(p for p in (*held, *root, *inside) if _kind(p) is not None))


def _kind(path: str) -> str | None:
    name = posixpath.basename(path)
    if name == "package.json":
        return "node"
    if name in {"pom.xml", "build.gradle", "build.gradle.kts"}:
        return "java"
    return "python" if name in {"pyproject.toml", "Pipfile", "setup.cfg"} or manifests.is_requirements(path) else None


def _read(library: Library, path: str) -> tuple[str, tuple[Listed, ...]]:
    text = library.text(path)
    kind = _kind(path) or "python"
    if text is None:
        return kind, ()
    pattern = {"node": None, "java": _ARTIFACT}.get(kind, _LINE if manifests.is_requirements(path) else _QUOTED)
    if pattern is None:
        return kind, tuple(_node(text, path))
    found = [*pattern.finditer(text.value), *(_POETRY.finditer(text.value) if pattern is _QUOTED else ())]
    group = "name" if "name" in pattern.groupindex else 0
    return kind, tuple(Listed(_plain(m[group]), path, text.slice(*m.span(group))) for m in found)


def _node(text: Text, path: str) -> Iterator[Listed]:
    try:
        document = json.loads(text.value)
    except ValueError:
        return
    for table in ("dependencies", "devDependencies"):
        entries = document.get(table) if isinstance(document, dict) else None
        for name in entries if isinstance(entries, dict) else ():
            at = text.value.find(json.dumps(name))
            if at >= 0:
                yield Listed(name, path, text.slice(at + 1, at + 1 + len(name)))


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@dataclass(frozen=True, slots=True)
class Addition:
    """The insertion that adds a package to a list, and where it stands."""

    at: Text
    new: str
    place: Location | None


def addition(library: Library, found: Installed, requirement: str, *beside: str) -> Addition | None:
    """Add a requirement behind one of these packages; None where a lock file or hashes would contradict it."""
    for name in beside:
        for listed in found.python:
            if listed.name != name or listed.path in found.hashed:
                continue
            made = _added(library, listed, requirement)
            if made is not None:
                return made
    return None


def _added(library: Library, listed: Listed, requirement: str) -> Addition | None:
    text = library.text(listed.path)
    place = listed.text.place
    folder = posixpath.dirname(listed.path)
    if text is None or place is None or any(library.tree.is_file(tree.join(folder, lock)) for lock in _LOCKS):
        return None
    start = _offset(text, listed.text)
    pattern = _LINE if manifests.is_requirements(listed.path) else _ITEM
    for match in pattern.finditer(text.value):
        if match.start() <= start < match.end() and not text.value[: match.end()].endswith("\\"):
            end = match.end()
            feed = "\r\n" if text.value.startswith("\r", end) else "\n"
            item = requirement
            if pattern is _ITEM:
                item = f"{match['indent']}{match['quote']}{requirement}{match['quote']},"
            return Addition(text.slice(end, end), feed + item, located(listed.text, "the list of requirements"))
    return None


def _offset(text: Text, part: Text) -> int:
    """Where a part of a file begins in it, in characters."""
    place = part.place
    assert place is not None
    at = 0
    for piece in text.pieces:
        if piece.span.start <= place[1].start < piece.span.end:
            return at + (place[1].start - piece.span.start)
        at += piece.length
    return at
