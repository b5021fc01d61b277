"""Which Compose files people start together: `-f a.yml -f b.yml` in scripts, Makefiles, workflows and READMEs, and the
lists of dev containers.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from stackfix import tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.library import Library
    from stackfix.graph.model import Deployment

_SPOKEN_IN = (".sh", ".md", ".yml", ".yaml", ".mk", ".rst", ".txt", ".json", ".toml", ".ps1", ".bat", ".env", ".bash")
_SPOKEN_BY = frozenset({"Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", "Taskfile", "Procfile", ".env"})
_COMMAND = re.compile(r"docker(?:-|[ \t]+)compose(?=[ \t\\])((?:[^\n|;&\\]|\\\r?\n|\\[^\r\n]|\\(?=\r?\n?\Z))*)")
_FILE = re.compile(r"(?:^|\s)(?:-f|--file)(?:[ \t]+|=)?(?:\\\r?\n\s*)?[\"']?([\w./${}-]+\.ya?ml)[\"']?")
_DIRECTORY = re.compile(r"--project-directory(?:[ \t]+|=)(?:\\\r?\n\s*)?\\?[\"']?((?:\$\([^()\n]*\)|[\w./${}@-])+)")
_LEADING = re.compile(r"^(?:\$\{\w+\}|\$\([^()]*\)|\$\w+)(?:/|$)")
_DEV_CONTAINERS = ("devcontainer.json", ".devcontainer.json")
_LISTED = re.compile(r"\"dockerComposeFile\"\s*:\s*(\[[^\]]*\]|\"[^\"\n]*\")")
_REMARK = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_VARIABLE = re.compile(r"COMPOSE_FILE\s*[:?]?=\s*[\"']?([\w./:${}-]+)")


def combinations(library: Library, files: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    """The lists of known Compose files that some place in the repository starts together, in their order."""
    found: dict[tuple[str, ...], None] = {}
    for path, data in _speakers(library):
        for names in _spoken(data.decode("utf-8", "replace")):
            paths = tuple(p for name in names if (p := _resolve(path, name, files)))
            if len(paths) == len(names):
                found[paths] = None
    found.update(dict.fromkeys(paths for paths in of_dev_containers(library) if files.issuperset(paths)))
    return tuple(found)


def _speakers(library: Library) -> Iterator[tuple[str, bytes]]:
    """The files that may speak of Compose commands, with what they say."""
    for path, entry in library.tree.entries.items():
        if not entry.wiring or not (path.endswith(_SPOKEN_IN) or posixpath.basename(path) in _SPOKEN_BY):
            continue
        data = library.sources.read(path)
        if posixpath.basename(path) in _DEV_CONTAINERS:
            continue
        if data is not None and (b"compose" in data or b"COMPOSE_FILE" in data):
            yield path, data


def folders(library: Library, files: frozenset[str]) -> dict[str, str]:
    """The folder that `--project-directory` gives a Compose file, by its path, where all who say so agree.

    A variable that begins a path, or is all of it, stands for the folder that the file is named from.
    """
    said: dict[str, set[str]] = {}
    for path, data in _speakers(library):
        if b"--project-directory" not in data:
            continue
        for command in _COMMAND.finditer(data.decode("utf-8", "replace")):
            given, named = _DIRECTORY.search(command.group(1)), _FILE.search(command.group(1))
            file = _resolve(path, _LEADING.sub("", named.group(1)), files) if named else None
            if given is None or named is None or file is None:
                continue
            base = file.removesuffix(posixpath.normpath(_LEADING.sub("", named.group(1))))
            folder = tree.join(base.rstrip("/"), _LEADING.sub("", given.group(1)) or ".")
            if "$" not in folder and not folder.startswith(".."):
                said.setdefault(file, set()).add(folder)
    return {file: places.pop() for file, places in said.items() if len(places) == 1}


def started(library: Library, folder: str, services: frozenset[str]) -> tuple[frozenset[str], ...]:
    """Which services each `compose up` in the files of one folder names; none is all of them."""
    found: dict[frozenset[str], None] = {}
    for path, entry in library.tree.entries.items():
        spoken = path.endswith(_SPOKEN_IN) or posixpath.basename(path) in _SPOKEN_BY
        if posixpath.dirname(path) != folder or not spoken or not entry.wiring:
            continue
        data = library.sources.read(path)
        for command in _COMMAND.finditer(data.decode("utf-8", "replace") if data is not None else ""):
            words = re.split(r"[\s\\]+", command.group(1))
            if "up" in words:
                found[frozenset(words[words.index("up") + 1 :]) & services] = None
    return tuple(found)


def of_dev_containers(library: Library) -> tuple[tuple[str, ...], ...]:
    """The lists of files that an editor starts as a dev container: where they lie, so their folder is certain."""
    return library.remember("Compose files of dev containers", lambda: tuple(_listed(library)))


def starts_as_it_lies(library: Library, project: Deployment) -> bool:
    """Whether an editor starts the files of a project where they lie."""
    return any(set(project.paths) <= set(paths) for paths in of_dev_containers(library))


def _listed(library: Library) -> Iterator[tuple[str, ...]]:
    for path in sorted(p for name in _DEV_CONTAINERS for p in library.tree.named(name)):
        text = library.text(path) if library.tree.entries[path].wiring else None
        match = _LISTED.search(text.value) if text is not None else None
        if match is not None:
            names = re.findall(r'"([^"\n]+)"', _REMARK.sub("", match.group(1)))
            yield tuple(tree.join(posixpath.dirname(path), name) for name in names)


def _spoken(text: str) -> Iterator[tuple[str, ...]]:
    for command in _COMMAND.finditer(text):
        names = tuple(match.group(1) for match in _FILE.finditer(command.group(1)))
        if names:
            yield names
    for variable in _VARIABLE.finditer(text):
        yield tuple(variable.group(1).split(":"))


def _resolve(speaker: str, name: str, files: frozenset[str]) -> str | None:
    """The one known file that a name means, seen from the speaker's folder or any above it."""
    if "$" in name:
        return None
    folder = posixpath.dirname(speaker)
    while True:
        path = tree.join(folder, name)
        if path in files:
            return path
        if not folder:
            return None
        folder = posixpath.dirname(folder)
