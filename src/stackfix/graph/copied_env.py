"""Env files that people make by copying an example: `cp .env.example .env` in a script, a Makefile or a README.

What the example says is what a service gets, until somebody changes it; what it doesn't say is unknown, and so is what
it says of the machine itself: that is for a run on the host.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.graph import environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.graph.library import Library
    from stackfix.graph.value import Variable

_LOOPBACK = re.compile(r"localhost|127\.0\.0\.|0\.0\.0\.0|\[::1?\]|host\.docker\.internal")
_TELLS = (".md", ".sh", ".bash", ".mk", ".rst", ".txt")
_TELLERS = frozenset({"Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", "README"})
_COPIES = re.compile(
    r"(?:^|[\s;&|`@$(])cp[ \t]+(?:-\w+[ \t]+)*[\"']?([\w./-]+)[\"']?[ \t]+[\"']?([\w./-]+)", re.MULTILINE
)


def variables(library: Library, path: str) -> Mapping[str, Variable] | None:
    """What an env file that isn't there is to hold, by the one example that it is copied from."""
    if library.tree.is_file(path):
        return None
    made = library.remember("copied env files", lambda: _made(library)).get(path)
    given = environment.variables(library, made) if made is not None else None
    return {n: v for n, v in given.items() if v.value is None or not _LOOPBACK.search(v.value.value)} if given else None


def _made(library: Library) -> dict[str, str]:
    """The examples by the files that they become, where all that speak of one say the same."""
    found: dict[str, set[str]] = {}
    for path, entry in library.tree.entries.items():
        if not entry.wiring or not (path.endswith(_TELLS) or posixpath.basename(path) in _TELLERS):
            continue
        data = library.sources.read(path)
        if data is None or b"cp " not in data or b"env" not in data:
            continue
        for source, target in _said(library, path, data.decode("utf-8", "replace")):
            found.setdefault(target, set()).add(source)
    return {target: min(sources) for target, sources in found.items() if len(sources) == 1}


def _said(library: Library, speaker: str, text: str) -> Iterator[tuple[str, str]]:
    """The copies of examples, seen from the speaker's folder or the nearest above it that has the example."""
    for match in _COPIES.finditer(text):
        source, target = match.groups()
        if not environment.is_example(source) or posixpath.dirname(source) != posixpath.dirname(target):
            continue
        folder = posixpath.dirname(speaker)
        while not library.tree.is_file(tree.join(folder, source)) and folder:
            folder = posixpath.dirname(folder)
        if library.tree.is_file(tree.join(folder, source)):
            yield tree.join(folder, source), tree.join(folder, target)
