"""Scripts that containers run by their own path: what brings each there, and whether a kernel can run it.

A step of the build that may change a script's mode or its line endings makes that unknown.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from stackfix.graph import builds, container, process, script, workflow
from stackfix.graph.image_files import Found
from stackfix.graph.image_steps import commands
from stackfix.tree import upward

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.formats.dockerfile import Document
    from stackfix.graph.image import Image
    from stackfix.graph.image_files import Copying, Layer
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.started import Executed, Started
    from stackfix.text import Text

_EXECUTABLE = re.compile(r"[0-7]?[0-7]*[1357][0-7]*|\S*x\S*")
_MODED = re.compile(r"(?:^|/)[^/.]+$|\.(?:sh|bash|zsh|ksh|py|pl|rb)$")
"""Names of files whose run bit is looked at where git doesn't track them."""
_WIDE = re.compile(r"\+x.*(?:[*$]|\s-\w*R)|-\w*R\S*\s.*\+x|\*\S*\.sh|--recursive")
_READERS = frozenset({"sed", "dos2unix", "fromdos", "echo", "ls", "cat", "head", "test", "[", "stat", "chown"})
_UNIX = re.compile(r"dos2unix|fromdos|\\r|\\015")
_EOL = re.compile(r"(?:^|\s)(?:eol=lf)(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Ran:
    """A script that a workload runs by its path. `copying` brings it into the image, None where it is mounted.

    `alone`: that COPY brings nothing else.
    """

    workload: Workload
    executed: Executed
    image: Image | None
    copying: Copying | None
    alone: bool


def ran(graph: Graph, workload: Workload) -> Iterator[Ran]:
    """Every script of the tree that a workload surely runs by its path."""
    seen = container.files(graph, workload)
    begun = graph.started_from_copies(workload)
    for executed in begun.executed if begun is not None else ():
        mounted = any(_under(executed.place, target) for target, _ in seen.mounts)
        layer = _layer(seen.image, executed.place) if seen.image is not None and not mounted else None
        if mounted:
            yield Ran(workload, executed, seen.image, None, alone=False)
        elif layer is not None and seen.image is not None:
            copying = next((c for c in seen.image.copies if c.instruction.start == layer.start), None)
            if copying is not None:
                yield Ran(workload, executed, seen.image, copying, alone=len(layer.files) == 1)


def started(graph: Graph, workload: Workload) -> Started | None:
    """What a workload's command starts, where steps of the build that do other things leave copied scripts alone."""
    seen = container.files(graph, workload)
    if seen.image is not None and builds.astray(graph.library, seen.image):
        return None
    found = container.words(graph, workload)
    whole = process.whole_command(*found) if found is not None else None
    if whole is None or not whole.words:
        return None
    folder = container.working_folder(graph, workload)

    def lookup(path: str) -> str | Found:
        at = seen.lookup(path)
        hidden = any(_under(path, target) for target in (*seen.hidden, *(t for t, _ in seen.mounts)))
        if at is not Found.MADE or seen.image is None or hidden:
            return at
        layer = _layer(seen.image, path)
        return at if layer is None else layer.files[path]

    return process.start(graph.library, whole, lookup, folder, graph.environment(workload))


def _layer(image: Image, place: str) -> Layer | None:
    """The last layer that brings a file of the tree to a place."""
    return next((layer for layer in reversed(image.files.layers) if place in layer.files), None)


def _under(path: str, target: str) -> bool:
    return target in {"/", path} or path.startswith(target.rstrip("/") + "/")


def may_run(library: Library, found: Ran) -> bool:
    """Whether the script has a run bit, by its own mode or by what the build does, as far as anybody can tell."""
    tree = library.tree
    entry = tree.entries.get(tree.real(found.executed.path))
    names = {posixpath.basename(found.executed.place), posixpath.basename(found.executed.path)}
    if entry is None or entry.executable or not (entry.tracked or _MODED.search(entry.path)):
        return True
    if _given_by_scripts(library, names):
        return True
    if found.copying is None or found.image is None:
        return False
    flag = found.copying.instruction.flag("chmod")
    if flag is not None:
        return flag.value is None or bool(flag.value.dollars or _EXECUTABLE.fullmatch(flag.value.value))
    return any(_changes_mode(text, names) for text in _runs(found.image.document))


def _given_by_scripts(library: Library, names: set[str]) -> bool:
    """Whether a script, Makefile or workflow gives such a file its run bit before anything is built."""
    for path, entry in library.tree.entries.items():
        if entry.wiring and (script.is_script(path) or workflow.is_workflow(path)):
            data = library.sources.read(path) or b""
            for line in data.split(b"\n") if b"chmod" in data else ():
                said = line.partition(b"chmod")[2].decode("utf-8", "replace")
                if any(name in said for name in names) or _WIDE.search(said):
                    return True
    return False


def _runs(document: Document) -> Iterator[str]:
    """The texts of all RUN instructions of a Dockerfile, of other stages too."""
    for instruction in document.instructions:
        if instruction.name == "RUN":
            yield "\n".join((instruction.text.value, *(h.body.value for h in instruction.heredocs)))


def _changes_mode(text: str, names: set[str]) -> bool:
    """Whether a step may give a script of such a name its run bit."""
    named = any(name in text for name in names)
    if not named and "chmod" not in text:
        return False
    listed = commands(text)
    if listed is None:
        return True
    for command in listed:
        words = tuple(word for word, _, _ in command.words)
        mine = any(name in word for word in words for name in names)
        if mine and (command.program not in _READERS or command.writes):
            return True
        if any("chmod" in word for word in words) and (
            "chmod" not in words[:2] or any(re.search(r"[*?$\[]|^-\w*R|^--recursive", w) for w in words)
        ):
            return True
    return False


def carriage_returns(library: Library, found: Ran) -> Text | None:
    """The text of a script whose `#!` line ends in CR LF and stays so; None else."""
    text = library.text(found.executed.path)
    if text is None or not text.value.startswith("#!") or not text.value.partition("\n")[0].endswith("\r"):
        return None
    if found.image is not None and found.copying is not None:
        names = {posixpath.basename(found.executed.place), posixpath.basename(found.executed.path)}
        runs = [run for run in _runs(found.image.document) if _UNIX.search(run)]
        if any(any(n in run for n in names) or re.search(r"[*$]|find|xargs", run) for run in runs):
            return None
    return None if _checked_out_with_lf(library, found.executed.path) else text


def _checked_out_with_lf(library: Library, path: str) -> bool:
    """Whether `.gitattributes` says that git writes the file with LF: then these bytes are not what others get."""
    folder = posixpath.dirname(path)
    found = False
    for base in reversed([*upward(folder)]):
        text = library.text(posixpath.join(base, ".gitattributes"))
        for line in text.value.splitlines() if text is not None else ():
            pattern, _, attributes = line.strip().partition(" ")
            inside = path[len(base) + 1 :] if base else path
            if _matches(pattern, inside) and re.search(r"(?:^|\s)(?:eol=|-?text)", attributes):
                found = bool(_EOL.search(attributes))
    return found


def _matches(pattern: str, path: str) -> bool:
    if "/" not in pattern.rstrip("/"):
        return fnmatch(posixpath.basename(path), pattern)
    return fnmatch(path, pattern.lstrip("/").replace("**/", "*"))
