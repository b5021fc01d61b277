"""Commands by which people start a program on their own machine: in scripts, Makefiles, READMEs and package.json."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from stackfix.findings import Location
from stackfix.spans import Span

if TYPE_CHECKING:
    from stackfix.graph.library import Library

_TOLD_IN = re.compile(r"(?:^|/)(?:README[^/]*|Makefile|justfile|[^/]*\.(?:sh|md|bat|ps1))$", re.IGNORECASE)
_STARTS = re.compile(
    rb"^[^\n#]*\b(?:python3?|uvicorn|gunicorn|flask|streamlit|hypercorn|fastapi|celery|node|nodemon|tsx|ts-node|bun"
    rb"|npm|yarn|pnpm)[ \t][^\n]*",
    re.MULTILINE,
)
_IN_CONTAINER = re.compile(rb"docker|podman|kubectl|compose|^\s*(?:CMD|ENTRYPOINT|RUN|exec)\b")
_PACKAGE = re.compile(rb"\b(?:npm|yarn|pnpm)(?:[ \t]+run)?[ \t]+(?:start|dev|serve)\b|\b(?:nodemon|tsx|ts-node)\b")


def started(library: Library, entry: str) -> bool:
    """Whether anybody is told to start an entry file outside of a container."""
    return place(library, entry) is not None


def place(library: Library, entry: str) -> Location | None:
    """Where people are told to start an entry file outside of a container."""
    stem = re.escape(posixpath.splitext(posixpath.basename(entry))[0]).encode()
    python = entry.endswith(".py")
    named = re.compile(rb"(?<![\w-])" + stem + (rb"(?:\.py\b|:\w)" if python else rb"\.[cm]?[jt]s\b"))
    for where, line in library.remember("host runs", lambda: _lines(library)):
        if named.search(line) or (not python and _PACKAGE.search(line)):
            return where
    return None


def _lines(library: Library) -> tuple[tuple[Location, bytes], ...]:
    found = []
    for path, entry in library.tree.entries.items():
        if entry.wiring and _TOLD_IN.search(path) and (data := library.sources.read(path)) is not None:
            for match in _STARTS.finditer(data):
                if not _IN_CONTAINER.search(match.group()):
                    found.append((Location(path, Span(*match.span()), "started on the host here"), match.group()))
    return tuple(found)
