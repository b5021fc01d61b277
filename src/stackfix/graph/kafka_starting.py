"""Confluent's Kafka clients that a start waits for, and what their configuration leaves to chance."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import python_kafka

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.python_kafka import ClientMade, KafkaPython

SOCKET, SESSION, VERSIONS = "socket.timeout.ms", "session.timeout.ms", "api.version.request.timeout.ms"
_ASIDE = re.compile(
    r"(?:^|/)(?:tests?|examples?|samples?|docs?|scripts?|notebooks?|site-packages|\.?venv)/|(?:^|/)test_"
    r"|_test\.py$"
)
_OWN = ("Dockerfile", "requirements.txt", "pyproject.toml", "setup.py")
"""What lies in the folder of one program among several."""
_SOURCES = frozenset({"app", "src", "lib", "backend", "server", "service", "api"})


@dataclass(frozen=True, slots=True)
class Untimed:
    """A client without a timeout of its own, and those that it should be given."""

    client: ClientMade
    missing: tuple[str, ...]


def untimed(graph: Graph) -> Iterator[Untimed]:
    """Every client that the start of an asynchronous application makes without any of its timeouts."""
    files = graph.library.remember("files of Kafka's clients", lambda: dict(_files(graph.library)))
    for path, known in files.items():
        if not known.clients:
            continue
        near = {p: k for p, k in files.items() if _root(graph.library, p) == _root(graph.library, path)}
        if not any(k.serves for k in near.values()):
            continue  # Nobody asks such a program for anything, so nobody waits for its start.
        begun, awaited = _begun(near), _begun(near, spawned=False)
        for client in known.clients:
            missing = (SOCKET, *((SESSION,) if client.consumes else ()), VERSIONS)
            if client.function in (awaited if client.apart else begun) and not client.keys & {"*", *missing}:
                yield Untimed(client, missing)


def _files(library: Library) -> Iterator[tuple[str, KafkaPython]]:
    """The files of those folders in which a client is made."""
    paths = [p for p in library.tree.entries if p.endswith(".py") and not _ASIDE.search(p)]
    read = library.sources.read
    roots = {_root(library, p) for p in paths if b"confluent_kafka" in (read(p) or b"")}
    for path in paths:
        if _root(library, path) in roots and python_kafka.telling(read(path) or b""):
            found = library.get(path, python_kafka.kafka_python)
            if found is not None:
                yield path, found


def _root(library: Library, path: str) -> str:
    """The folder that holds a program: the nearest that an image is built in or that has requirements of its own.

    Else the one above its packages.
    """
    folder = posixpath.dirname(path)
    own = folder
    while own:
        if any(library.tree.is_file(f"{own}/{name}") for name in _OWN):
            return own
        own = posixpath.dirname(own)
    parts = folder.split("/") if folder else []
    for index, part in enumerate(parts):
        if part in _SOURCES and index + 1 < len(parts) and parts[index + 1] in _SOURCES:
            continue
        if part in _SOURCES:
            return "/".join(parts[: index + 1])
    return parts[0] if parts else ""


def _begun(files: dict[str, KafkaPython], *, spawned: bool = True) -> frozenset[str]:
    """The functions that a start runs, by their last names: what begins it, and what these call in turn.

    Not `spawned`: those alone that it waits for.
    """
    calls: dict[str, set[str]] = {}
    waiting = [""]
    for known in files.values():
        waiting += known.begins
        for name, called in known.called:
            apart = set() if spawned else {inner for outer, inner in known.spawned if outer == name}
            calls.setdefault(name, set()).update(called - apart)
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += calls.get(name, ())
    return frozenset(found)
